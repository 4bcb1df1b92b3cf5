"""Measures what the confidence of an answer is fitted on: four numbers a question, and no text.

    python -m tests.benchmarks.fitting.confidence_features DATA OUT.csv [--half a] [--work DIR]

DATA has a folder for each set, with `articles.jsonl` and `questions.jsonl`. Of each question the model
reads its prompt and writes one token. An interrupted run goes on behind the last line of OUT.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import cast

from rich.progress import track

from index.library import Library
from index.readers.registry import read_sources
from index.schemas import Filters
from qa.evaluation.questions import EvalQuestion, read_questions, sample
from qa.llm.chat_models import choose_model, context_budget
from qa.llm.embedders import open_embedder
from qa.llm.installed_weights import require_model
from qa.pipeline.drafting.across_languages import AskedQuestion
from qa.pipeline.drafting.chain import DraftChunk, drafting_step, retrieval_step, selection_step
from qa.pipeline.drafting.confidence import Features
from qa.schemas import checked_question
from qa.settings import read_settings
from tests.paths import SEEDS

SEED = 1
COLUMNS = ("set", "id", "half", "answerable", *Features._fields)


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("data", type=Path)
    given.add_argument("out", type=Path)
    given.add_argument("--half", choices=("a", "b"), default="a")
    given.add_argument("--work", type=Path, default=Path("build/confidence"), help="where the archive lies")
    given.add_argument("--sample", type=int, default=1_000, help="questions of each set, at most")
    given.add_argument("--sets", nargs="*", default=("news-dev", "clapnq-dev", "seeds"))
    options = given.parse_args()
    settings = read_settings()
    model = choose_model(settings, lambda name: require_model(name, settings.home / "models"))
    assert model, "the probability of a refusal is a model's: unset QUOTH_MODEL"
    budget = partial(context_budget, model, settings.evidence_tokens)
    done = set()
    if options.out.exists():
        with options.out.open(newline="") as file:
            done = {(row["set"], row["id"]) for row in csv.DictReader(file)}
    else:
        options.out.write_text(",".join(COLUMNS) + "\n")
    with Library(options.work, open_embedder(settings)) as library, options.out.open("a", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        retrieve = retrieval_step(library.collection, budget)
        select = selection_step(library.collection, model, budget)
        draft = drafting_step(model, budget)

        async def features(question: EvalQuestion, collection: str) -> Features:
            asked = checked_question(
                question.question,
                history=question.history,
                as_of=question.date,
                filters=Filters(without_ids=question.without),
                collection=collection,
            )
            selected = await select.ainvoke(
                await retrieve.ainvoke(AskedQuestion(question=asked, original=asked))
            )
            refusal: float | None = None
            stream = cast(AsyncGenerator[DraftChunk, None], draft.astream(selected))
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    if (refusal := chunk.refusal) is not None:
                        break
            assert refusal is not None, "the model tells no probabilities"
            return Features.of(selected.retrieval.hits, selected.excerpts, refusal)

        with asyncio.Runner() as runner:
            for name in options.sets:
                folder = SEEDS if name == "seeds" else options.data / name
                source = folder / "articles.jsonl"
                for _ in library.collection(name, make=True).add(
                    read_sources([source if source.exists() else folder])
                ):
                    pass
                questions = read_questions(folder / "questions.jsonl")
                own = [question for question in questions if question.half == options.half]
                chosen = sample(own, options.sample, SEED)
                wanted = [question for question in chosen if (name, question.id) not in done]
                for question in track(wanted, name):
                    values = runner.run(features(question, name))
                    rounded = [round(value, 5) for value in values]
                    lines.writerow([name, question.id, question.half, int(question.answerable), *rounded])
                    file.flush()
    model.close()


if __name__ == "__main__":
    main()
