"""Extractive answers: the sentences that fit the question best are quoted, as a draft where there is no model
and as possible answers where nothing that a model drafted is proven.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.text.languages import ENGLISH
from qa.guardrails.sanitizer import sanitize
from qa.llm.prompts import NOT_FOUND
from qa.pipeline.composition.evidence.sentences import is_of_site, stands_alone
from qa.schemas import AnswerSentence, Citation
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText
from qa.verification.excerpts import Excerpt
from qa.verification.superlatives import is_outranked

# A second sentence is quoted if its rank is at least this share of the best one's.
CLOSE_SECOND = 0.9
# So many sentences are verified where no draft is proven: each takes a second or two.
MAX_QUOTED = 2


def quote_best(excerpts: Sequence[Excerpt]) -> str:
    """A draft of one or two quoted sentences with their citation marks, or NOT FOUND."""
    ranked = sorted(
        (
            (rank, excerpt, nth)
            for excerpt in excerpts
            for nth, rank in enumerate(excerpt.ranks)
            if _states(sanitize(excerpt.quote(nth, nth)))
        ),
        key=lambda candidate: -candidate[0],
    )[:2]
    close = [candidate for candidate in ranked if candidate[0] >= CLOSE_SECOND * ranked[0][0]]
    quoted = [f"{sanitize(excerpt.quote(nth, nth))} [{excerpt.number}]" for _, excerpt, nth in close]
    return " ".join(quoted) or NOT_FOUND


def quoted_candidates(
    question: str,
    excerpts: Sequence[Excerpt],
    language: str = ENGLISH,
    *,
    beside: Sequence[Candidate] = (),
    limit: int = MAX_QUOTED,
) -> list[Candidate]:
    """Up to `limit` possible answers, each a sentence of the excerpts word for word, the one that fits the
    question best first. Each can be understood by itself, has a number if the question asks for one, and is
    not cited by the candidates that it comes `beside`.
    """
    expected = ExpectedAnswer.of(question, language)
    cited = [one for candidate in beside for one in candidate.cited.citations]
    candidates: list[Candidate] = []
    places = [(one, nth) for one in excerpts for nth in range(len(one.spans))]
    for excerpt, nth in sorted(places, key=lambda place: -place[0].relevance[place[1]]):
        start, end = excerpt.spans[nth]
        citation = Citation.of(1, excerpt.hit, start, end)
        text = sanitize(citation.quote)
        if len(candidates) == limit:
            break
        if not (_states(text) and stands_alone(text)) or is_outranked(question, text):
            continue
        if any(citation.is_part_of(other) for other in cited):
            continue
        if (expected.number or expected.duration) and not expected.found_in(text):
            continue
        sentence = AnswerSentence(text=text, citations=(1,), support="supported")
        quoted = CitedText(sentences=(sentence,), citations=(citation,))
        candidates.append(Candidate(cited=quoted, claims=(text,), is_drafted=False))
    return candidates


def _states(sentence: str) -> bool:
    """Whether it is neither a question nor a link to another article, which answer nothing."""
    return not sentence.endswith("?") and not is_of_site(sentence)
