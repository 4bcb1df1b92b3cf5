"""Measures whether answers follow the articles where the model knows otherwise.

    python -m tests.benchmarks.altered_facts.bench [--sample N] [--work DIR]

Each article of `facts.jsonl` states one well-known fact otherwise. Its question is asked
twice: over the articles as they are, where the altered fact is right; and over the articles without their
deciding sentences, where only declining is.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.progress import track

from index.readers.article_fields import article_from_fields
from qa import open_assistant
from qa.evaluation.metrics.answer_match import stated_choices
from qa.settings import read_settings

DATA = Path(__file__).with_name("facts.jsonl")


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sample", type=int, default=1_000, help="how many of the facts, at most")
    given.add_argument("--verbose", action="store_true", help="print every answer")
    options = given.parse_args()
    facts = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
    settings = read_settings()
    followed = declined = 0
    with TemporaryDirectory() as folder:
        (Path(folder) / "models").symlink_to(settings.home / "models", target_is_directory=True)
        with open_assistant(settings.model_copy(update={"home": Path(folder)})) as assistant:
            list(assistant.add((_article(fact, decided=True) for fact in facts), collection="altered"))
            list(assistant.add((_article(fact, decided=False) for fact in facts), collection="undecided"))
            facts = facts[: options.sample]
            for fact in track(facts):
                told = assistant.ask(fact["question"], collection="altered")
                followed += bool(stated_choices(told.text, [fact["answer"]])) and told.status == "answered"
                left = assistant.ask(fact["question"], collection="undecided")
                declined += left.status == "declined"
                if options.verbose:
                    print(f"{fact['question']}\n  {told.text}\n  {left.text}")  # noqa: T201
    print(  # noqa: T201
        f"altered facts followed {followed / len(facts):.3f}, declined without the sentence "
        f"{declined / len(facts):.3f}, of {len(facts)}"
    )


def _article(fact: dict[str, Any], *, decided: bool) -> Any:
    parts = [fact["before"], *([fact["deciding"]] if decided else []), fact["after"]]
    fields = {name: fact[name] for name in ("id", "title", "date", "source")}
    return article_from_fields(fields | {"text": " ".join(parts)})


if __name__ == "__main__":
    main()
