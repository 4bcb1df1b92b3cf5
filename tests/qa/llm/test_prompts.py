"""Prompt files and the check of their variables."""

from pathlib import Path

import pytest

from qa.errors import PromptInvalid
from qa.llm.prompts import load_prompt


def test_the_answer_prompt_begins_the_same_each_time() -> None:
    prompt = load_prompt("answer", {"excerpts", "earlier", "question", "day"})
    one = prompt.messages({"excerpts": "[1] a", "earlier": "", "question": "b?", "day": "2021-05-07"})
    other = prompt.messages({"excerpts": "[1] $x {y}", "earlier": "", "question": "c?", "day": "2022-06-16"})
    assert one[:-1] == other[:-1]
    assert one[0][0] == "system"
    assert other[-1][0] == "user"
    assert "[1] $x {y}" in other[-1][1]


@pytest.mark.parametrize(
    "text", ["## user\n$question $more", "## user\nno variable", "## user\n$question $", "nothing", ""]
)
def test_a_prompt_with_other_variables_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.md").write_text(text)
    with pytest.raises(PromptInvalid, match=r"odd\.md"):
        load_prompt("odd", {"question"}, tmp_path)


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptInvalid, match=r"gone\.md cannot be read"):
        load_prompt("gone", set(), tmp_path)
