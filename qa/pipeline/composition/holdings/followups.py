"""Questions that can be asked next, which the articles answer."""

from __future__ import annotations

from collections.abc import Sequence

from index.schemas import Article
from qa.pipeline.understanding.understanding import Understanding

MAX_FOLLOWUPS = 2


def followups(understanding: Understanding, articles: Sequence[Article]) -> tuple[str, ...]:
    """At most two questions about the articles of an answer, or the nearest of a declined question."""
    titled = [article.title for article in articles if article.title]
    summarized = understanding.kind == "summary" and len(articles) == 1
    questions = [] if summarized else [f"Summarise the article “{title}”." for title in titled]
    if titled and summarized:
        questions.append(f"List everyone named in the article “{titled[0]}”.")
    return tuple(questions[:MAX_FOLLOWUPS])
