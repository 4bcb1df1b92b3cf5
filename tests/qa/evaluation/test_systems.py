"""The metrics of systems with known quality: a perfect one, and others with one fault each."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from index.errors import ArchiveEmpty, ArticleUnknown
from index.schemas import Article, Filters
from qa.errors import ModelUnavailable
from qa.evaluation.comparison import compare_runs
from qa.evaluation.execution.evaluate import evaluate
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import EvalRun, Row
from qa.schemas import Answer, Citation, Event, Evidence, Question, RetrievedPassage, Token
from tests.qa.evaluation.samples import answer, asked, citation

LIGHT = "Ada Quill keeps the light of Skerrow. She has 12 lamps."
FERRY = "The ferry of Marren has 47 seats. Ben Hart steers it."
TEXTS = {"light": LIGHT, "ferry": FERRY}

QUESTIONS = [
    EvalQuestion.model_validate(question)
    for question in (
        {
            "id": "keeper",
            "question": "Who keeps the light?",
            "answers": ["Ada Quill"],
            "distractors": ["Ben Hart", "Cy Moss"],
            "answerable": True,
            "gold": ["light"],
            "evidence": ["Ada Quill keeps the light of Skerrow."],
        },
        {
            "id": "seats",
            "question": "And how many seats has the ferry?",
            "answers": ["forty-seven"],
            "distractors": ["12", "48"],
            "answerable": True,
            "gold": ["ferry"],
            "evidence": ["The ferry of Marren has 47 seats."],
            "history": [{"role": "user", "content": "Is there a ferry?"}],
        },
        {"id": "mayor", "question": "Who is mayor?", "answers": [], "answerable": False},
    )
]


class System:
    """Answers the questions above as a perfect system would, from two articles."""

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        passages = self.search(question.question)
        yield Evidence(question_searched=question.question, passages=passages)
        yield Token(text="draft")
        yield self.answer(question.question).model_copy(update={"passages": passages})

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        ids = ["ferry", "light"] if "ferry" in query else ["light", "ferry"]
        return tuple(self._passage(article_id) for article_id in ids[:k])

    def article(self, article_id: str, *, collection: str = "default") -> Article:
        if article_id not in TEXTS:
            raise ArticleUnknown(f"there is no article '{article_id}'")
        return Article(id=article_id, text=TEXTS[article_id])

    def answer(self, question: str) -> Answer:
        if "light" in question:
            return answer([("Ada Quill keeps the light of Skerrow.", [1])], self.quote("light"))
        if "ferry" in question:
            return answer([("The ferry of Marren has 47 seats.", [1])], self.quote("ferry"))
        return answer([])

    def quote(self, article_id: str) -> Citation:
        """Returns the first sentence of the article."""
        text = TEXTS[article_id]
        return citation(1, text[: text.index(".") + 1], article_id=article_id)

    def _passage(self, article_id: str) -> RetrievedPassage:
        text = TEXTS[article_id]
        return RetrievedPassage(
            article_id=article_id,
            title="",
            url="",
            date=None,
            source="",
            start=0,
            end=len(text),
            text=text,
            score=0.5,
        )


def values(system: System) -> dict[str, float]:
    return {name: metric.value for name, metric in evaluate(system, QUESTIONS).metrics.items()}


QUALITY = """recall@1 recall@3 recall@5 recall@10 found@3 found@5 found@10 mrr ndcg@10
    answer_in_evidence accuracy accuracy_of_answered
    quotes_exact sentences_cited citation_recall citation_precision citations_gold quotes_have_answer
    evidence_f1 evidence_quoted declining_precision declining_recall declining_f1""".split()


def test_a_perfect_system_scores_1_everywhere() -> None:
    found = values(System())
    assert {name: found[name] for name in QUALITY} == dict.fromkeys(QUALITY, 1)
    assert found["wrongly_declined"] == 0
    # Exact match wants the bare answer, which a cited sentence never is.
    assert found["exact_match"] == 0 and 0 < found["token_f1"] < 1


def test_a_terse_system_is_an_exact_match() -> None:
    class Terse(System):
        def answer(self, question: str) -> Answer:
            said = {"light": "Ada Quill.", "ferry": "Forty-seven."}
            [article_id] = [word for word in said if word in question] or [""]
            return answer([(said[article_id], [1])], self.quote(article_id)) if article_id else answer([])

    found = values(Terse())
    assert (found["exact_match"], found["token_f1"], found["accuracy"]) == (1, 1, 1)


def test_a_system_that_always_declines_is_never_right() -> None:
    class Silent(System):
        def answer(self, question: str) -> Answer:
            return answer([])

    found = values(Silent())
    assert (found["accuracy"], found["wrongly_declined"]) == (0, 1)
    assert found["declining_recall"] == 1
    assert found["declining_precision"] == pytest.approx(1 / 3)
    assert found["declining_f1"] == pytest.approx(1 / 2)
    assert not {"accuracy_of_answered", "quotes_exact", "citation_recall"} & found.keys()


def test_a_system_that_states_every_choice_is_never_right() -> None:
    class Talkative(System):
        def answer(self, question: str) -> Answer:
            every = "Ada Quill, Ben Hart, Cy Moss, 12, 47, forty-seven, 48."
            return answer([(every, [1])], self.quote("light"))

    found = values(Talkative())
    assert (found["accuracy"], found["citation_recall"]) == (0, 0)
    assert (found["wrongly_declined"], found["declining_recall"], found["declining_f1"]) == (0, 0, 0)


def test_a_system_that_cites_the_wrong_article_is_right_without_support() -> None:
    class Misciting(System):
        def quote(self, article_id: str) -> Citation:
            return super().quote("ferry" if article_id == "light" else "light")

    found = values(Misciting())
    assert (found["accuracy"], found["quotes_exact"]) == (1, 1)
    for name in ("citations_gold", "citation_recall", "citation_precision", "quotes_have_answer"):
        assert found[name] == 0, name


def test_a_changed_digit_is_no_exact_quote() -> None:
    class Altering(System):
        def quote(self, article_id: str) -> Citation:
            quote = super().quote(article_id)
            return quote.model_copy(update={"quote": quote.quote.replace("47", "48")})

    found = values(Altering())
    assert (found["quotes_exact"], found["accuracy"]) == (1 / 2, 1)
    assert found["citation_recall"] == 1 / 2


def test_a_quote_of_a_missing_article_is_not_exact() -> None:
    class Inventing(System):
        def quote(self, article_id: str) -> Citation:
            return super().quote(article_id).model_copy(update={"article_id": "gone"})

    assert values(Inventing())["quotes_exact"] == 0


def test_a_system_that_ranks_the_other_article_first() -> None:
    class Backward(System):
        def search(
            self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
        ) -> tuple[RetrievedPassage, ...]:
            return super().search(query, k=10)[::-1]

    found = values(Backward())
    assert (found["recall@1"], found["recall@3"], found["mrr"]) == (0, 1, 1 / 2)


class Failing(System):
    """Fails on one question."""

    def answer(self, question: str) -> Answer:
        if "ferry" in question:
            raise ModelUnavailable("the model is gone")
        return super().answer(question)


def test_a_failed_question_is_a_row_and_the_run_continues() -> None:
    run = evaluate(Failing(), QUESTIONS)
    assert [row.outcome for row in run.rows] == ["right", "error", "rightly declined"]
    assert run.rows[1].error == "ModelUnavailable: the model is gone"
    assert run.metrics["accuracy"].value == 1 / 2


def test_an_empty_collection_is_one_error() -> None:
    class Empty(System):
        def search(
            self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
        ) -> tuple[RetrievedPassage, ...]:
            raise ArchiveEmpty("no articles yet")

    with pytest.raises(ArchiveEmpty):
        evaluate(Empty(), QUESTIONS)


def test_retrieval_only_calls_no_model() -> None:
    class Mute(System):
        def answer(self, question: str) -> Answer:
            raise AssertionError("asked")

    run = evaluate(Mute(), QUESTIONS, retrieval_only=True)
    assert not [row for row in run.rows if row.error or row.answer]
    assert run.metrics["recall@1"].value == 1
    assert "accuracy" not in run.metrics and "evidence_ms_p50" in run.metrics


def test_a_row_records_the_answer_and_its_times() -> None:
    row = evaluate(System(), QUESTIONS[:1]).rows[0]
    assert row.ranked == ("light", "ferry")
    assert row.searched == "Who keeps the light?"
    assert row.evidence_ms is not None and row.total_ms is not None
    assert row.first_token_ms is None  # quotes of a system without a model are no words of one
    assert row.memory_mb > 0
    assert [(one.before, one.exact, one.after) for one in row.contexts] == [("", True, " She has 12 lamps.")]
    assert row.answer and not row.answer.passages and len(row.passages) == 2


# Interrupted, and gone on with


class Counting(System):
    """Records the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, question: str) -> Answer:
        self.asked.append(question)
        return super().answer(question)


def interrupted(journal: Path, system: System, after: int) -> None:
    seen: list[Row] = []

    def stop(row: Row) -> None:
        seen.append(row)
        if len(seen) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(system, QUESTIONS, journal=journal, advance=stop)


def test_finished_questions_are_not_asked_again(tmp_path: Path) -> None:
    journal = tmp_path / "kept" / "journal.jsonl"
    interrupted(journal, System(), after=2)
    with journal.open("a") as file:
        file.write('{"question": {"id": "may')  # the process died while it wrote
    system = Counting()
    run = evaluate(system, QUESTIONS, journal=journal, resume=True)
    assert system.asked == ["Who is mayor?"]
    assert [row.question.id for row in run.rows] == ["keeper", "seats", "mayor"]
    assert evaluate(Counting(), QUESTIONS, journal=journal, resume=True).rows == run.rows


def test_failures_and_reworded_questions_are_asked_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    evaluate(Failing(), QUESTIONS, journal=journal)
    system = Counting()
    reworded = [QUESTIONS[0].model_copy(update={"question": "Who minds the light?"}), *QUESTIONS[1:]]
    run = evaluate(system, reworded, journal=journal, resume=True)
    assert system.asked == ["Who minds the light?", QUESTIONS[1].question]
    assert not [row for row in run.rows if row.error]


def test_without_resume_a_run_starts_over(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    interrupted(journal, System(), after=2)
    system = Counting()
    evaluate(system, QUESTIONS, journal=journal)
    assert len(system.asked) == 3


# Compared


def test_a_run_is_compared_with_an_earlier_one(tmp_path: Path) -> None:
    class Silent(System):
        def answer(self, question: str) -> Answer:
            return answer([])

    before, after = evaluate(Silent(), QUESTIONS), evaluate(System(), QUESTIONS)
    saved = EvalRun.model_validate_json(before.model_dump_json())
    assert saved == before
    found = compare_runs(saved, after)
    assert (found.changes["accuracy"].before, found.changes["accuracy"].after) == (0, 1)
    assert found.changes["accuracy"].p == 1 / 2  # two of two turned: 2 / 2^2
    assert found.changes["recall@1"].p == 1
    assert [(one.id, one.before, one.after) for one in found.turned] == [
        ("keeper", "wrongly declined", "right"),
        ("seats", "wrongly declined", "right"),
    ]


def test_only_questions_of_both_runs_are_compared() -> None:
    run = evaluate(System(), QUESTIONS)
    other = evaluate(System(), [QUESTIONS[0], asked("new", question="Who keeps the light of Skerrow?")])
    assert compare_runs(run, other).changes["accuracy"].count == 1
