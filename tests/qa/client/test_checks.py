"""Checking texts through a server that has a classifier of entailment."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from qa.client import AsyncQuoth, Quoth
from qa.schemas import CheckedSentence, CheckedText, TextToCheck
from tests.conftest import MODELS
from tests.serving import serving
from tests.tinymodels import save_reranker

TEXT = "The new date is 16 March 2024. Who says so? The ferry left at noon."


@pytest.mark.slow
def test_every_way_to_check_a_text_gives_the_same(seeded_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(seeded_folder / "collections", home / "collections")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    verifier = save_reranker(tmp_path / "nli", labels=("contradiction", "entailment", "neutral"))
    with serving(home, env={"QUOTH_VERIFIER": str(verifier)}) as server, Quoth(server.url) as quoth:
        checked = quoth.check_text(TEXT)
        assert checked.verifier == str(verifier)
        assert [sentence.text for sentence in checked.sentences] == [
            "The new date is 16 March 2024.",
            "Who says so?",
            "The ferry left at noon.",
        ]
        first, question, _ = checked.sentences
        assert 0 < (first.probability or 0) < 1 and question.verdict == "no_claim"
        for citation in first.citations:
            text = quoth.article(citation.article_id).text
            assert text[citation.start : citation.end] == citation.quote

        async def awaited() -> None:
            async with AsyncQuoth(server.url) as client:
                assert await client.check_text(TEXT) == checked
                events = [event async for event in client.check_stream(TextToCheck(text=TEXT))]
                assert all(isinstance(event, CheckedSentence) for event in events[:-1])
                assert events[-1] == checked

        asyncio.run(awaited())
        assert quoth.check_text(TEXT, checked=checked.sentences[:1]) == checked
        claimed = first.model_copy(update={"verdict": "unproven", "citations": ()})
        assert quoth.check_text(TEXT, checked=[claimed]).sentences[0] == claimed
        (tmp_path / "draft.txt").write_text(TEXT)
        code, out, _ = server.quoth("check", tmp_path / "draft.txt", "--json")
        assert code == 0 and CheckedText.model_validate(json.loads(out)) == checked
        held = quoth.check_text("The ferry left at noon.", quotes=("At noon the ferry left.",))
        assert 0 < (held.sentences[0].probability or 0) < 1
