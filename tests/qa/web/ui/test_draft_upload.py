"""The text of a dropped file, without storing it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from qa.web.ui.views.draft_upload import create_app


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app())


def test_a_file_becomes_its_text(client: TestClient) -> None:
    draft = b"---\ntitle: News\n---\n# The museum\n\nIt opens on 16 March."
    page = b"<html><body><main><p>It opens on 16 March.</p><p>Nobody was hurt.</p></main></body></html>"
    for name, content in (("draft.md", draft), ("draft.txt", b"It opens on 16 March."), ("d.html", page)):
        response = client.post("/text", files={"file": (name, content)})
        assert response.status_code == 200
        assert "It opens on 16 March." in response.json()["text"]
        assert "title:" not in response.json()["text"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("photo.png", b"\x89PNG", "is not one text"),
        ("report.docx", b"no zip", "cannot be checked"),
        ("empty.txt", b"", "empty"),
    ],
)
def test_what_is_no_text_is_told(client: TestClient, name: str, content: bytes, reason: str) -> None:
    response = client.post("/text", files={"file": (name, content)})
    assert response.status_code == 422
    assert reason in response.json()["detail"]


def test_a_form_without_a_file_is_refused(client: TestClient) -> None:
    assert client.post("/text", data={"file": "text"}).status_code == 422
