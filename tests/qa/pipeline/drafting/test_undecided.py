"""A sentence that comes near to deciding a yes-no question is shown without yes or no."""

from __future__ import annotations

import pytest

from index.text.messages.catalogue import messages_in
from qa.pipeline.drafting.undecided import undecided
from qa.schemas import Answer, AnswerSentence, Citation, Timings

NEAREST = AnswerSentence(text="The pool will stay open.", citations=(1,), support="supported")
CITATION = Citation(
    number=1, article_id="a", title="", url="", date=None, source="", start=0, end=24, quote=NEAREST.text
)


def declined(proof: float | None, nearest: AnswerSentence | None = NEAREST) -> Answer:
    return Answer(
        status="declined",
        text="The articles do not say.",
        sentences=(),
        citations=(CITATION,),
        question_searched="",
        passages=(),
        timings=Timings(search_ms=0.0, first_token_ms=None, total_ms=0.0),
        model="none",
        proof=proof,
        nearest=nearest,
    )


def test_it_is_quoted_with_neither_word() -> None:
    answer = undecided(declined(0.4), messages_in("en"))
    assert (answer.status, answer.text) == ("answered", "The articles say: The pool will stay open [1].")
    (sentence,) = answer.sentences
    assert (sentence.probability, answer.nearest) == (0.4, None)
    assert answer.citations == (CITATION,)


@pytest.mark.parametrize(("proof", "nearest"), [(0.1, NEAREST), (None, NEAREST), (0.4, None)])
def test_nothing_near_stays_declined(proof: float | None, nearest: AnswerSentence | None) -> None:
    assert undecided(declined(proof, nearest), messages_in("en")).status == "declined"
