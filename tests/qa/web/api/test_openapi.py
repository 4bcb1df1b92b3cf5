"""The OpenAPI description: complete, and true of every response to requests generated from it."""

from __future__ import annotations

import json
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
from qa.web.app import protect
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from qa.web.errors.problem_details import MEDIA_TYPE
from tests.qa.pipeline.checking.scripted import WordVerifier

schemathesis.openapi.media_type("application/zip", strategies.binary(max_size=1000))


def test_every_operation_is_described(client):
    described = client.get("/openapi.json").json()
    schemas = described["components"]["schemas"]
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"] and operation["description"], path
            problems = {status for status in operation["responses"] if status >= "400"}
            assert "500" in problems
            kind = "application/json" if path.startswith("/v1") else MEDIA_TYPE
            for status in problems:
                assert list(operation["responses"][status]["content"]) == [kind], (path, status)
            for response in operation["responses"].values():
                for content in (
                    one for kind, one in response.get("content", {}).items() if "zip" not in kind
                ):
                    shown = schemas.get(content["schema"].get("$ref", "").rpartition("/")[2], {})
                    assert "example" in content or "examples" in content or shown.get("examples"), path
    refs = {line.split('"')[3] for line in json.dumps(described, indent=0).splitlines() if '"$ref"' in line}
    assert {ref.rpartition("/")[2] for ref in refs} <= schemas.keys()
    assert all(ref.startswith("#/components/schemas/") for ref in refs)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


# The same examples in every run; hypothesis stores none on disk.
EXAMPLES: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
}


def _resolve_nothing(*_: object, **__: object) -> None:
    raise socket.gaierror("no such name")


@dataclass(frozen=True)
class DescribedApi:
    """The protected API, and the headers with a key of each role, an unknown key, and none."""

    schema: Any
    headers: tuple[dict[str, str], ...]


@pytest.fixture(scope="module")
def described(
    tmp_path_factory: pytest.TempPathFactory, embedder: Any, seeded_folder: Any
) -> Iterator[DescribedApi]:
    home = tmp_path_factory.mktemp("described")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    # Generated host names do not resolve, as on a machine without a network.
    with (
        pytest.MonkeyPatch.context() as patch,
        Library(home, embedder) as library,
        Assistant(library, None, evidence_tokens=360, verifier=WordVerifier()) as assistant,
    ):
        patch.setattr(socket, "getaddrinfo", _resolve_nothing)
        keys = ApiKeyFile(home)
        tokens = [keys.add(role, role) for role in ROLES]
        headers = [{"authorization": f"Bearer {token}"} for token in (*tokens, "none")]
        access = ServerAccess(hostnames=("testserver",), requests_per_minute=100_000)
        app = protect(create_api(assistant), access, keys)
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=headers[2])
        yield DescribedApi(schema, (*headers, {}))


LONG = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("examples", [5, pytest.param(140, marks=LONG)])
def test_every_response_is_as_described(described: DescribedApi, examples: int) -> None:
    """Sends at most `examples` requests to each operation, and fewer to one without parameters."""
    requests: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    # Mostly with an admin key, since a refused request tests little.
    keys = strategies.sampled_from([*[described.headers[2]] * 6, *described.headers])
    for operation in (found.ok() for found in described.schema.get_all_operations()):

        @settings(max_examples=examples, **EXAMPLES)
        @given(operation.as_strategy(), keys)
        def check(case: Any, key: dict[str, str]) -> None:
            requests[case.operation.label] += 1
            response = case.call_and_validate(checks=CHECKS, headers=key)
            statuses[response.status_code] += 1

        check()
    print(requests.total(), sorted(statuses.items()))  # noqa: T201  (seen with -s)
    assert min(requests.values()) >= 1 and len(requests) > 15
    assert not [status for status in statuses if status >= 500] and {200, 401, 403, 422} <= statuses.keys()
