"""Questions about the articles themselves, answered from the document store: counts, days, outlets, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from index.schemas import Article, ArticleSummary, Filters, first_day
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.nearest import nearest_sentences

MAX_LISTED = 12
# How many article ids a sentence about all of them carries.
MAX_IDS = 200
# Articles that fit about as well as the best are all named when one is asked for.
MAX_PUBLISHED, PUBLISHED_CLOSE = 3, 0.9
Listed = Article | ArticleSummary


def compose(composition: Composition) -> Composed | None:
    """What the document store knows of the articles asked for."""
    understanding = composition.understanding
    if understanding.article:
        lines = [_published(one) for one in composition.articles(1)]
        if understanding.answer:
            said = nearest_sentences(composition, understanding.answer, "", [understanding.article])
            lines += map(Line.quoted, said[:1])
        return Composed(lines=tuple(lines))
    if not composition.topic or understanding.period:
        return _all(composition)
    relevant = composition.relevant(duplicates=True)
    about = [one for one in relevant if one.is_about]
    mentioning = [one.article for one in relevant if one.mentions and not one.is_about]
    if understanding.detail == "published" and about:
        best = [one.article for one in about if one.relevance >= PUBLISHED_CLOSE * about[0].relevance]
        return Composed(lines=tuple(map(_published, best[:MAX_PUBLISHED])), is_list=len(best) > 1)
    if not about and not mentioning:
        return _none(composition)
    return _about(composition, [one.article for one in about], mentioning)


def _about(composition: Composition, about: Sequence[Listed], mentioning: Sequence[Listed]) -> Composed:
    topic = composition.understanding.subject
    about, mentioning = _newest_first(about), _newest_first(mentioning)
    lines = []
    if about:
        lines = [_counted(about, f"about {topic}", "is", "are"), *map(_titled, about[:MAX_LISTED])]
    if mentioning:
        more = " more" if about else ""
        lines += [
            _counted(mentioning, topic, f"mention{'s' if len(mentioning) == 1 else ''}", "mention", more),
            *map(_titled, mentioning[: MAX_LISTED - len(about)]),
        ]
    return Composed(lines=tuple(lines), is_list=True)


def _counted(articles: Sequence[Listed], what: str, one: str, several: str, more: str = "") -> Line:
    count = len(articles)
    noun, verb = ("article", one) if count == 1 else ("articles", several)
    return Line(text=f"{count:,}{more} {noun} {verb} {what}:", articles=_ids(articles), support="catalogue")


def _none(composition: Composition) -> Composed:
    what = f"about {composition.understanding.subject}"
    total = composition.collection.documents.list_articles(filters=composition.filters, limit=0).total
    return Composed(lines=(Line(text=f"None of the {total:,} articles is {what}.", support="catalogue"),))


def _all(composition: Composition) -> Composed | None:
    """All articles that pass the restrictions of the question."""
    page = composition.collection.documents.list_articles(filters=composition.filters)
    if not page.total:
        return Composed(
            lines=(
                Line(text=f"There are no articles{restricted(composition.filters)}.", support="catalogue"),
            )
        )
    head = listed(page.articles, composition.filters, page.total)
    lines = [head, *map(_titled, page.articles[:MAX_LISTED])]
    if not composition.filters:
        lines.insert(1, outlets(page.articles))
    return Composed(lines=tuple(lines), is_list=True)


def listed(articles: Sequence[Listed], filters: Filters, total: int) -> Line:
    """How many articles there are, and of which days."""
    within = filters.after or filters.before
    days = [] if within else sorted(article.date for article in articles if article.date)
    span = f", dated {day(days[0])} to {day(days[-1])}" if len(set(days)) > 1 else ""
    span = span or (f", dated {day(days[0])}" if days else "")
    verb, noun = ("is", "article") if total == 1 else ("are", "articles")
    text = f"There {verb} {total:,} {noun}{restricted(filters)}{span}."
    return Line(text=text, articles=_ids(articles), support="catalogue")


def outlets(articles: Sequence[Listed]) -> Line:
    """The outlets with their numbers of articles."""
    counts = Counter(article.source or "no named outlet" for article in articles).most_common()
    named = ", ".join(f"{source} ({count:,})" for source, count in counts)
    return Line(text=f"They are from {named}.", articles=_ids(articles), support="catalogue")


def restricted(filters: Filters) -> str:
    """` by The Marren Post from 1 March 2024 to 31 March 2024`."""
    text = f" by {filters.source}" if filters.source else ""
    if filters.after and filters.after == filters.before:
        return f"{text} of {day(filters.after)}"
    if filters.after and filters.before:
        return f"{text} from {day(filters.after)} to {day(filters.before)}"
    return text


def day(when: date | None) -> str:
    """`5 March 2024`."""
    return f"{when.day} {when:%B %Y}" if when else "an unknown day"


def dated(article: Listed) -> str:
    """`5 March 2024`, or as much as is known: `March 2024`, `2024`; empty if nothing is."""
    if article.date:
        return day(article.date)
    first = first_day(article.period)
    return f"{first:%B %Y}" if first and "-" in article.period else article.period


def _titled(article: Listed) -> Line:
    about = ", ".join(filter(None, (article.source, dated(article))))
    text = f"“{article.title or article.id}”" + (f" ({about})" if about else "")
    return Line(text=text, articles=(article.id,), support="catalogue")


def _published(article: Listed) -> Line:
    text = f"“{article.title or article.id}” was published"
    text += f" by {article.source}" if article.source else ""
    text += f" on {day(article.date)}" if article.date else ""
    text += f" in {dated(article)}" if article.period else ""
    text += "" if article.date else "; its day is not known"
    if not article.source:
        text += "; its outlet is not known"
    return Line(text=f"{text}.", articles=(article.id,), support="catalogue")


def _newest_first(articles: Sequence[Listed]) -> list[Listed]:
    return sorted(articles, key=lambda article: article.dated, reverse=True)


def _ids(articles: Sequence[Listed]) -> tuple[str, ...]:
    return tuple(article.id for article in articles[:MAX_IDS])
