"""Who makes a request and what they may do: roles, the current caller, and permission checks."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import wraps
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, Literal, TypeVar, cast

from index.text.messages.phrase import Phrase
from qa.errors import NotAllowed

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = ("reader", "editor", "admin")
"""Each role includes those before it: readers ask, search and read; editors also add and remove."""

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The person or program behind a request. No role means no access; no `collections` means all.

    `proven` is false for whoever is only taken for the owner; callers are equal whether it is or not.
    """

    name: str
    role: Role | None
    collections: tuple[str, ...] = ()
    proven: bool = field(default=True, compare=False)

    def has(self, role: Role) -> bool:
        """Whether the caller's role is this one or a higher one."""
        return self.role is not None and ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, collection: str) -> bool:
        """Whether the caller may read the collection."""
        return self.role is not None and (not self.collections or collection in self.collections)


OWNER = Caller(name="the owner", role="admin")
PRESUMED_OWNER = replace(OWNER, proven=False)
"""Whoever reaches a server on loopback that has no key yet: another account of this machine may, too."""
NOBODY = Caller(name="nobody", role=None)

# Whoever runs this process has full access; a server sets the caller of each request.
_caller: ContextVar[Caller] = ContextVar("caller", default=OWNER)


@contextmanager
def on_behalf_of(caller: Caller) -> Iterator[None]:
    """Makes `caller` the current caller inside the block, and in the tasks and worker threads it starts."""
    before = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(before)


def caller() -> Caller:
    """The current caller."""
    return _caller.get()


def permit(role: Role, collection: str | None = None) -> None:
    """Raises NotAllowed unless the current caller has the role and may see the collection."""
    who = caller()
    if not who.has(role):
        raise NotAllowed(
            Phrase(
                "this needs the role '{role}', and {name} has {own}; make another key with "
                "`quoth keys add NAME --role {role}`",
                role=role,
                name=who.name,
                own=who.role or "none",
            )
        )
    if collection is not None and not who.sees(collection):
        raise NotAllowed(
            Phrase(
                "the key of {name} does not allow the collection '{collection}'; use another key",
                name=who.name,
                collection=collection,
            )
        )


def requires(role: Role, collection: str | None = None) -> Callable[[Method], Method]:
    """Declares the role that a method needs, and checks it before the method runs (an async generator: at
    its first step). `collection` names the argument that holds the collection's name, with a dot for an
    attribute of an argument: "question.collection".

    The method raises NotAllowed.
    """

    def decorate(method: Method) -> Method:
        signature = inspect.signature(method)

        def check(*args: Any, **kwargs: Any) -> None:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            permit(role, attrgetter(collection)(SimpleNamespace(**bound.arguments)) if collection else None)

        @wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            check(*args, **kwargs)
            return method(*args, **kwargs)

        @wraps(method)
        async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            check(*args, **kwargs)
            async with aclosing(method(*args, **kwargs)) as steps:
                async for step in steps:
                    yield step

        checked = stream if inspect.isasyncgenfunction(method) else call
        vars(checked)["permission"] = role
        return cast(Method, checked)

    return decorate


def unrestricted(method: Method) -> Method:
    """Declares a method that only the process itself calls, never on behalf of a request's caller."""
    vars(method)["permission"] = None
    return method
