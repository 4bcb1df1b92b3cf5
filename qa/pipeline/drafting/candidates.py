"""What may be shown as the answer: the draft with its quotes, and sentences of the excerpts themselves."""

from __future__ import annotations

from index.collection import Collection
from index.text.languages import ENGLISH
from qa.pipeline.drafting.chain import SelectedContext
from qa.pipeline.drafting.draft import Draft
from qa.pipeline.drafting.extractive import quoted_candidates
from qa.verification.citations import Candidate, propose


def possible_answers(
    text: str,
    draft: Draft,
    context: SelectedContext,
    collection: Collection,
    *,
    quotes: bool,
    writes: bool,
) -> list[Candidate]:
    """The possible answers, best first; `text` is that of the draft, sanitized. With `quotes`, sentences of
    the excerpts come last: a verifier tells whether one answers the question, whatever the draft says.
    `writes` is whether the draft's own words are good enough in a language other than English: those of a
    large model, or such as are translated anyway.
    """
    question, language = context.retrieval.question.question, context.retrieval.language
    # A small model finds the answer in German better than it puts it into words.
    in_quotes = language != ENGLISH and not writes
    proposed = propose(
        text, question, context.excerpts, collection.encode, language, draft.is_sure, in_quotes
    )
    if not quotes:
        return proposed
    return proposed + quoted_candidates(question, context.excerpts, language, beside=proposed)
