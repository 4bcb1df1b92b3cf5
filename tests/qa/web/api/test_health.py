"""Liveness and readiness."""

from __future__ import annotations

from qa.errors import NotReady
from tests.qa.web.responses import api_client, problem


def test_readiness_has_the_reason(answering):
    def check_ready() -> None:
        raise NotReady("the models are loading")

    client = api_client(answering(None), check_ready=check_ready)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert problem(client.get("/readyz"), 503, "urn:quoth:not-ready")["detail"] == "the models are loading"
    ready = api_client(answering(None)).get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
