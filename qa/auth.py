"""Who asks, and what they may do. The hall looks at this, whichever door a request came through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from qa.errors import NotAllowed

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = ("reader", "editor", "admin")
"""Each may do what those before it may: readers ask, search and read, editors add and remove as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One who asks. Without a role they may nothing; without `collections` they may see all of them."""

    name: str
    role: Role | None
    collections: tuple[str, ...] = ()

    def has(self, role: Role) -> bool:
        """Whether they are at least this."""
        return self.role is not None and ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, collection: str) -> bool:
        return self.role is not None and (not self.collections or collection in self.collections)


OWNER = Caller(name="the owner", role="admin")
NOBODY = Caller(name="nobody", role=None)

# Whoever runs this process may everything; a server says for each request who it is.
_caller: ContextVar[Caller] = ContextVar("caller", default=OWNER)


@contextmanager
def on_behalf_of(caller: Caller) -> Iterator[None]:
    """What is done within, and in the tasks and worker threads that begin there, this caller does."""
    before = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(before)


def caller() -> Caller:
    """On whose behalf this is done."""
    return _caller.get()


def permit(role: Role, collection: str | None = None) -> None:
    """Raises NotAllowed unless the caller has the role, and may see the collection."""
    who = caller()
    if not who.has(role):
        raise NotAllowed(
            f"this needs the role '{role}', and {who.name} has {who.role or 'none'}; "
            f"make another key with `quoth keys add NAME --role {role}`"
        )
    if collection is not None and not who.sees(collection):
        raise NotAllowed(f"the key of {who.name} is not for the collection '{collection}'; ask with another")
