"""Which addresses of machines are everybody's, and which are of one's own network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# IPv6 addresses that only carry an IPv4 address, in their last 32 bits.
_CARRIERS = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215


def is_public(address: str) -> bool:
    """Whether an IP address is that of a machine in the public net: not private, loopback, link-local,
    multicast, reserved or unspecified. What carries an IPv4 address (IPv4-mapped, NAT64 of RFC 6052,
    6to4) is as public as that; other ways to carry one (Teredo, IPv4-compatible, local NAT64) are not.
    """
    return _public(ip_address(address))


def _public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        if ip.scope_id:
            return False
        if any(ip in carrier for carrier in _CARRIERS):
            return _public(IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.sixtofour:
            return _public(ip.sixtofour)
        if ip.is_site_local or ip in _LOCAL_NAT64:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
