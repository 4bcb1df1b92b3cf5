"""Where no draft is proven, sentences of the excerpts are possible answers."""

from __future__ import annotations

from datetime import date

import pytest

from index.schemas import Hit, Passage
from index.text.sentences import sentence_spans
from qa.pipeline.drafting.extractive import quoted_candidates
from qa.verification.excerpts import Excerpt

DIG = (
    "Boat grave found in Collan? She was about 50 when she died. The dig lasts until 9 May. "
    "Visitors can watch the dig on Saturdays. The finds will go to the museum."
)
RELEVANCE = (0.9, 0.8, 0.5, 0.7, 0.6)


def excerpt(text: str = DIG, relevance: tuple[float, ...] = RELEVANCE) -> Excerpt:
    """A whole article, whose sentences fit the question as given."""
    passage = Passage(id="dig-0", article_id="dig", start=0, end=len(text), text=text)
    found = Hit(
        passage=passage, title="", url="", date=date(2024, 2, 11), source="", score=0.9,
        similarity=0.5, coverage=0.5,
    )  # fmt: skip
    spans = tuple(sentence_spans(text))
    return Excerpt(number=1, hit=found, spans=spans, ranks=relevance, relevance=relevance)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "When can I watch the dig?",
            [
                "Visitors can watch the dig on Saturdays.",
                "The finds will go to the museum.",
                "The dig lasts until 9 May.",
            ],
        ),
        ("How many days in May are left?", ["The dig lasts until 9 May."]),
    ],
)
def test_whole_sentences_that_can_answer_are_quoted_best_first(question: str, expected: list[str]) -> None:
    candidates = quoted_candidates(question, [excerpt()], limit=3)
    assert [candidate.cited.sentences[0].text for candidate in candidates] == expected
    for candidate in candidates:
        [citation] = candidate.cited.citations
        assert citation.quote == DIG[citation.start : citation.end]
        assert candidate.claims == (citation.quote,)


def test_what_a_draft_cites_is_not_quoted_again() -> None:
    [first, *others] = quoted_candidates("When can I watch the dig?", [excerpt()], limit=3)
    beside = quoted_candidates("When can I watch the dig?", [excerpt()], beside=[first], limit=2)
    assert [one.claims for one in beside] == [one.claims for one in others]
