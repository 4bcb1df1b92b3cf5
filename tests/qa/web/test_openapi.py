"""Requests made from the API's own description: nothing breaks, and every answer is one that is described."""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from index.library import Library
from qa.assistant import Assistant
from qa.auth import ROLES
from qa.web.api import create_api
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.middleware.host_guard import ServerAccess

schemathesis.openapi.media_type("application/zip", strategies.binary(max_size=1000))

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# The examples are the same in every run; hypothesis keeps none on the disk.
EVERY: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
}


def _nowhere(*_: object, **__: object) -> None:
    raise socket.gaierror("no such name")


@dataclass(frozen=True)
class Described:
    """The API behind its entrance, and what is shown there: a key of each role, a wrong one, and none."""

    schema: Any
    shown: tuple[dict[str, str], ...]


@pytest.fixture(scope="module")
def described(
    tmp_path_factory: pytest.TempPathFactory, embedder: Any, seeded_folder: Any
) -> Iterator[Described]:
    home = tmp_path_factory.mktemp("described")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    # Addresses that are made up lead nowhere, as on a machine without a network.
    with (
        pytest.MonkeyPatch.context() as patch,
        Library(home, embedder) as library,
        Assistant(library, None, evidence_tokens=360) as assistant,
    ):
        patch.setattr(socket, "getaddrinfo", _nowhere)
        keys = ApiKeyFile(home)
        tokens = [keys.add(role, role) for role in ROLES]
        shown = [{"authorization": f"Bearer {token}"} for token in (*tokens, "none")]
        entrance = ServerAccess(names=("testserver",), per_minute=100_000)
        app = entrance.before(create_api(assistant), keys)
        yield Described(schemathesis.openapi.from_asgi("/openapi.json", app, headers=shown[2]), (*shown, {}))


LONG = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("examples", [5, pytest.param(140, marks=LONG)])
@pytest.mark.slow
def test_every_answer_is_described(described: Described, examples: int) -> None:
    """At most `examples` requests to each operation; one without anything to choose has but few."""
    told: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    # Mostly with a key that allows everything: who is refused has seen little.
    keys = strategies.sampled_from([*[described.shown[2]] * 6, *described.shown])
    for operation in (found.ok() for found in described.schema.get_all_operations()):

        @settings(max_examples=examples, **EVERY)
        @given(operation.as_strategy(), keys)
        def check(case: Any, key: dict[str, str]) -> None:
            told[case.operation.label] += 1
            response = case.call_and_validate(checks=CHECKS, headers=key)
            statuses[response.status_code] += 1

        check()
    print(told.total(), sorted(statuses.items()))  # noqa: T201  (seen with -s)
    assert min(told.values()) >= 1 and len(told) > 15
    assert not [status for status in statuses if status >= 500] and {200, 401, 403, 422} <= statuses.keys()
