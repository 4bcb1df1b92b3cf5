"""Questions that can be asked next, which the articles answer."""

from __future__ import annotations

from collections.abc import Sequence

from index.collection import Collection
from index.schemas import Article
from qa.pipeline.understanding.offered import EVERYONE, SUMMARISE, words_for
from qa.pipeline.understanding.understanding import Understanding

MAX_FOLLOWUPS = 2


def followups(
    understanding: Understanding, collection: Collection, articles: Sequence[Article]
) -> tuple[str, ...]:
    """At most two questions about the articles of an answer, or the nearest of a declined question."""
    language = understanding.question.language
    summarized = understanding.kind == "summary" and len(articles) == 1
    form = (EVERYONE if summarized else SUMMARISE).form
    questions = [
        words_for(collection, article.id, language).gettext(form, title=article.title)
        for article in articles
        if article.title
    ]
    return tuple(questions[:MAX_FOLLOWUPS])
