"""Events that Gradio cannot read get a problem, and leave one line in the log."""

from __future__ import annotations

import logging

import pytest

from tests.qa.web.responses import problem

SECRET = "what somebody typed"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/en/gradio_api/component_server", b"{"),
        ("/en/gradio_api/component_server", b"[]"),
        ("/en/gradio_api/component_server", b'{"session_hash": "s", "component_id": 99999, "fn_name": "x"}'),
        (
            "/en/gradio_api/queue/join",
            b'{"session_hash": "s", "fn_index": 99999, "data": ["%s"]}' % SECRET.encode(),
        ),
    ],
)
def test_unreadable_event_is_a_problem(keyed, caplog, capfd, path, body):
    _, client = keyed
    with caplog.at_level(logging.INFO):
        response = client("reader").post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code >= 400
    if response.status_code >= 500:
        problem(response, response.status_code)
    assert "Traceback" not in response.text + caplog.text + capfd.readouterr().err
    assert SECRET not in caplog.text
