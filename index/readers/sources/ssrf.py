"""Protection against server-side request forgery: which IP addresses are public."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# IPv6 networks that embed an IPv4 address in the last 32 bits.
_EMBEDDING_IPV4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215


def is_public(address: str) -> bool:
    """Whether an IP address is public: not private, loopback, link-local, multicast, reserved or unspecified.

    An IPv6 address that embeds an IPv4 address (IPv4-mapped, NAT64 of RFC 6052, 6to4) is public if the
    IPv4 address is. Teredo, IPv4-compatible and local NAT64 addresses are never public.
    """
    return _is_public(ip_address(address))


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        if ip.scope_id:
            return False
        if any(ip in network for network in _EMBEDDING_IPV4):
            return _is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.sixtofour:
            return _is_public(ip.sixtofour)
        if ip.is_site_local or ip in _LOCAL_NAT64:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
