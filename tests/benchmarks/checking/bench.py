"""`make bench-check DATA=DIR`: how well checked sentences are told proven, contradicted or unproven.

`labels.jsonl` has a sentence a line with its label, the place in the article that it is about, and the
sentence `before` it where that says whom it means. `collection` names a folder of DIR with an
`articles.jsonl`, or the seeds. Two halves are told apart, so that thresholds are fitted to one and tried on
the other. Sentences that are checked stay in a working folder, so that an interrupted run resumes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from rich.console import Console
from rich.progress import track

from index.readers.registry import read_sources
from qa.assistant import Assistant, open_assistant
from qa.settings import read_settings
from tests.paths import SEEDS

LABELS = Path(__file__).with_name("labels.jsonl")
VERDICTS = ("proven", "contradicted", "unproven")
SEEDED = "seeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A sentence, what readers say of it, and what changed the article's words to contradict them."""

    id: str
    collection: str
    text: str
    before: str
    label: str
    change: str
    half: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The verdict on a labelled sentence, its probability of proof, and how many seconds it took."""

    id: str
    verdict: str
    probability: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Precision, recall and F1 of one verdict, 0 to 1; 0 where there is nothing to divide by."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-check")
    parser.add_argument("data", type=Path, help="folder with a subfolder a collection: articles.jsonl")
    parser.add_argument("--labels", type=Path, default=LABELS, help="labelled sentences")
    parser.add_argument("--half", help="only the sentences of this half")
    parser.add_argument("--sample", type=int, default=10_000, help="only so many sentences")
    parser.add_argument("--work", type=Path, default=Path("build/bench-check"), help="working folder")
    parser.add_argument("--verbose", action="store_true", help="print every sentence that is told wrongly")
    options = parser.parse_args()
    labelled = [one for one in read_labels(options.labels) if options.half in (None, one.half)]
    labelled = labelled[: options.sample]
    settings = read_settings()
    home = options.work / "home"
    home.mkdir(parents=True, exist_ok=True)
    for shared in ("models", "states"):
        (settings.home / shared).mkdir(parents=True, exist_ok=True)
        if not (home / shared).is_symlink():
            (home / shared).symlink_to((settings.home / shared).absolute(), target_is_directory=True)
    with open_assistant(settings.model_copy(update={"home": home.absolute()})) as assistant:
        for name in sorted({one.collection for one in labelled} - set(assistant.collections())):
            list(assistant.add(read_sources([articles_of(name, options.data)]), collection=name))
        journal = options.work / f"{settings.model}-{settings.verifier}.jsonl".replace("/", "_")
        outcomes = run(assistant, labelled, journal)
    Console(soft_wrap=True, highlight=False).print("\n".join(report(labelled, outcomes)), markup=False)
    if options.verbose:
        given = {one.id: one for one in outcomes}
        for one in labelled:
            if given[one.id].verdict != one.label:
                print(f"{one.id} {one.label} told {given[one.id].verdict}: {one.text}")  # noqa: T201


def articles_of(collection: str, data: Path) -> Path:
    """The articles of a collection: the seeds, or those of the folder of `data` that begins with its name."""
    if collection == SEEDED:
        return SEEDS
    found = sorted(data.glob(f"{collection}*/articles.jsonl"))
    if not found:
        raise SystemExit(f"error: {data} has no folder {collection} with an articles.jsonl; add it")
    return found[0]


def read_labels(file: Path) -> list[Labelled]:
    """The labelled sentences of a file. Raises KeyError if a field is missing."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]
    return [Labelled(**{name: row[name] for name in Labelled.__dataclass_fields__}) for row in rows]


def run(assistant: Assistant, labelled: Sequence[Labelled], journal: Path) -> list[Outcome]:
    """Checks the sentences that the journal does not have, and writes each to it at once."""
    done = {one.id: one for one in _read_journal(journal)}
    outcomes = []
    for one in track(labelled):
        if one.id not in done:
            done[one.id] = check(assistant, one)
            with journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(done[one.id])) + "\n")
        outcomes.append(done[one.id])
    return outcomes


def _read_journal(journal: Path) -> Iterator[Outcome]:
    for line in journal.read_text("utf-8").splitlines() if journal.exists() else []:
        yield Outcome(**json.loads(line))


def check(assistant: Assistant, labelled: Labelled) -> Outcome:
    """The verdict on the sentence, which follows the one before it in the text."""
    text = f"{labelled.before} {labelled.text}".strip()
    began = time.perf_counter()
    checked = assistant.check_text(text, collection=labelled.collection)
    seconds = time.perf_counter() - began
    own = [one for one in checked.sentences if one.start >= len(text) - len(labelled.text)]
    # A sentence that was split is told by its worst part.
    worst = max(own, key=lambda one: ("no_claim", *VERDICTS[::2], VERDICTS[1]).index(one.verdict))
    claims = sum(one.verdict != "no_claim" for one in checked.sentences)
    return Outcome(
        id=labelled.id,
        verdict=worst.verdict,
        probability=worst.probability or 0.0,
        seconds=seconds / max(1, claims),
    )


def scores(labelled: Iterable[Labelled], outcomes: Iterable[Outcome]) -> dict[str, Score]:
    """The score of each verdict. A sentence told to claim nothing is told wrongly."""
    pairs = [(one.label, told.verdict) for one, told in zip(labelled, outcomes, strict=True)]
    result = {}
    for verdict in VERDICTS:
        right = sum(label == told == verdict for label, told in pairs)
        told_so = sum(told == verdict for _, told in pairs)
        labelled_so = sum(label == verdict for label, _ in pairs)
        result[verdict] = Score(
            precision=right / told_so if told_so else 0.0, recall=right / labelled_so if labelled_so else 0.0
        )
    return result


def report(labelled: Sequence[Labelled], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The tables in Markdown: of all sentences, of each half and collection, and of each change."""
    both = list(zip(labelled, outcomes, strict=True))
    yield "| sentences | n | " + " | ".join(f"{one} P / R" for one in VERDICTS) + " | macro-F1 | s, median |"
    yield "|---|" + "---|" * (len(VERDICTS) + 3)
    halves = [(f"half {half}", {"half": half}) for half in sorted({one.half for one in labelled})]
    names = [(name, {"collection": name}) for name in sorted({one.collection for one in labelled})]
    for title, fields in [("all", {}), *halves, *names]:
        chosen = [(one, told) for one, told in both if _has(one, fields)]
        result = scores(*zip(*chosen, strict=True)) if chosen else {}
        cells = [f"{one.precision:.2f} / {one.recall:.2f}" for one in result.values()]
        f1, seconds = mean(one.f1 for one in result.values()), median(told.seconds for _, told in chosen)
        yield f"| {title} | {len(chosen)} | {' | '.join(cells)} | {f1:.3f} | {seconds:.2f} |"
    yield ""
    told = (*VERDICTS, "no_claim")
    yield "| labelled | " + " | ".join(f"told {one}" for one in told) + " |"
    yield "|---|" + "---|" * len(told)
    changes = sorted({one.change for one in labelled if one.label == "contradicted"})
    for title, fields in [(one, {"label": one}) for one in VERDICTS] + [
        (f"contradicted by {one}", {"label": "contradicted", "change": one}) for one in changes
    ]:
        verdicts = [outcome.verdict for one, outcome in both if _has(one, fields)]
        yield f"| {title} | " + " | ".join(str(verdicts.count(one)) for one in told) + " |"


def _has(labelled: Labelled, fields: dict[str, Any]) -> bool:
    return all(getattr(labelled, name) == value for name, value in fields.items())


if __name__ == "__main__":
    main()
