"""Requests made from the API's own description: nothing breaks, and every answer is one that is described."""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Iterator
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
from qa.api import create_api
from qa.assistant import Assistant

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


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory, embedder: Any, seeded_folder: Any) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("described")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    # Addresses that are made up lead nowhere, as on a machine without a network.
    with (
        pytest.MonkeyPatch.context() as patch,
        Library(home, embedder) as library,
        Assistant(library, None, evidence_tokens=360) as assistant,
    ):
        patch.setattr(socket, "getaddrinfo", _nowhere)
        yield schemathesis.openapi.from_asgi("/openapi.json", create_api(assistant))


LONG = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("examples", [5, pytest.param(140, marks=LONG)])
def test_every_answer_is_described(described: Any, examples: int) -> None:
    """At most `examples` requests to each operation; one without anything to choose has but one."""
    told: Counter[str] = Counter()
    for operation in (found.ok() for found in described.get_all_operations()):

        @settings(max_examples=examples, **EVERY)
        @given(operation.as_strategy())
        def check(case: Any) -> None:
            told[case.operation.label] += 1
            case.call_and_validate(checks=CHECKS)

        check()
    assert min(told.values()) >= 1 and len(told) > 15
