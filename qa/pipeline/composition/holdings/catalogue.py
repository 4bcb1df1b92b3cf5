"""Questions about the articles themselves, answered from the document store: counts, days, outlets, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from index.schemas import Article, ArticleSummary
from index.text.messages.messages import Messages
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.articles import same_matter
from qa.pipeline.composition.nearest import nearest_sentences
from qa.pipeline.understanding.understanding import Understanding

MAX_LISTED = 12
# How many article ids a sentence about all of them carries.
MAX_IDS = 200
# Articles that fit about as well as the best are all named when one is asked for.
MAX_PUBLISHED, PUBLISHED_CLOSE = 3, 0.9
# How similar others have to be to the beginning of an article to tell of the same matter.
SAME_MATTER = 0.6
Listed = Article | ArticleSummary


def compose(composition: Composition) -> Composed | None:
    """What the document store knows of the articles asked for."""
    understanding = composition.understanding
    if understanding.article:
        lines = [_published(composition.messages, one) for one in composition.articles(1)]
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
        if not understanding.singular:
            # "Who wrote about it?": also those who tell of it in other words.
            others = same_matter(composition.collection, best[0], composition.filters, SAME_MATTER)
            best = list({one.id: one for one in (*best, *others)}.values())
        lines = [_published(composition.messages, one) for one in best[:MAX_PUBLISHED]]
        return Composed(lines=tuple(lines), is_list=len(best) > 1)
    if not about and not mentioning:
        return _none(composition)
    return _about(composition, [one.article for one in about], mentioning)


def _about(composition: Composition, about: Sequence[Listed], mentioning: Sequence[Listed]) -> Composed:
    topic, messages = _topic(composition), composition.messages
    about, mentioning = _newest_first(about), _newest_first(mentioning)
    lines = []
    if about:
        text = messages.ngettext(
            "{number} article is about {topic}:",
            "{number} articles are about {topic}:",
            len(about),
            topic=topic,
        )
        lines = [_counted(about, text), *(_titled(messages, one) for one in about[:MAX_LISTED])]
    if mentioning and about:
        text = messages.ngettext(
            "{number} more article mentions {topic}:",
            "{number} more articles mention {topic}:",
            len(mentioning),
            topic=topic,
        )
        lines.append(_counted(mentioning, text))
    elif mentioning:
        text = messages.ngettext(
            "{number} article mentions {topic}:",
            "{number} articles mention {topic}:",
            len(mentioning),
            topic=topic,
        )
        lines.append(_counted(mentioning, text))
    lines += [_titled(messages, one) for one in mentioning[: MAX_LISTED - len(about)]]
    return Composed(lines=tuple(lines), is_list=True)


def _topic(composition: Composition) -> str:
    """What the question is about, in English with its article; other languages put the bare words in quotes,
    since the article has the case of the question.
    """
    english = composition.messages.language == "en"
    return composition.understanding.subject if english else composition.topic


def _counted(articles: Sequence[Listed], text: str) -> Line:
    return Line(text=text, articles=_ids(articles), support="catalogue")


def _none(composition: Composition) -> Composed:
    total = composition.collection.documents.list_articles(filters=composition.filters, limit=0).total
    text = composition.messages.gettext(
        "None of the {number} articles is about {topic}.",
        number=total,
        topic=_topic(composition),
    )
    return Composed(lines=(Line(text=text, support="catalogue"),))


def _all(composition: Composition) -> Composed | None:
    """All articles that pass the restrictions of the question."""
    messages = composition.messages
    page = composition.collection.documents.list_articles(filters=composition.filters)
    if not page.total:
        none = messages.gettext("There are no articles")
        text = " ".join([none, *restrictions(messages, composition.understanding)]) + "."
        return Composed(lines=(Line(text=text, support="catalogue"),))
    head = listed(messages, page.articles, composition.understanding, page.total)
    lines = [head, *(_titled(messages, one) for one in page.articles[:MAX_LISTED])]
    if not composition.filters:
        lines.insert(1, outlets(messages, page.articles))
    return Composed(lines=tuple(lines), is_list=True)


def listed(messages: Messages, articles: Sequence[Listed], understanding: Understanding, total: int) -> Line:
    """How many articles there are, and of which days."""
    within = understanding.filters.after or understanding.filters.before
    days = [] if within else sorted(article.date for article in articles if article.date)
    count = messages.ngettext("There is {number} article", "There are {number} articles", total)
    text = " ".join([count, *restrictions(messages, understanding)])
    if days and days[0] == days[-1]:
        text = messages.gettext("{articles}, dated {day}", articles=text, day=messages.long_day(days[0]))
    elif days:
        first, last = messages.long_day(days[0]), messages.long_day(days[-1])
        text = messages.gettext("{articles}, dated {first} to {last}", articles=text, first=first, last=last)
    return Line(text=f"{text}.", articles=_ids(articles), support="catalogue")


def outlets(messages: Messages, articles: Sequence[Listed]) -> Line:
    """The outlets with their numbers of articles."""
    unnamed = messages.gettext("no named outlet")
    counts = Counter(article.outlet or unnamed for article in articles).most_common()
    named = ", ".join(f"{source} ({messages.number(count)})" for source, count in counts)
    text = messages.gettext("They are from {outlets}.", outlets=named)
    return Line(text=text, articles=_ids(articles), support="catalogue")


def restrictions(messages: Messages, understanding: Understanding) -> list[str]:
    """`by The Marren Post`, `from 1 March 2024 to 31 March 2024`."""
    filters = understanding.filters
    after, before = filters.after, filters.before
    said = [messages.gettext("by {outlet}", outlet=understanding.outlet)] if understanding.outlet else []
    if after and after == before:
        said.append(messages.gettext("of {day}", day=messages.long_day(after)))
    elif after and before:
        first, last = messages.long_day(after), messages.long_day(before)
        said.append(messages.gettext("from {first} to {last}", first=first, last=last))
    return said


def titled(messages: Messages, article: Listed) -> str:
    """`“Ferry adrift” (The Marren Post, 11 February 2024)`, as far as that is known."""
    about = ", ".join(filter(None, (article.outlet, messages.long_dated(article))))
    title = messages.gettext("“{text}”", text=article.title or article.id)
    return f"{title} ({about})" if about else title


def _titled(messages: Messages, article: Listed) -> Line:
    return Line(text=titled(messages, article), articles=(article.id,), support="catalogue")


def _published(messages: Messages, article: Listed) -> Line:
    known = {
        "title": article.title or article.id,
        "outlet": article.outlet,
        "when": messages.long_dated(article),
    }
    match bool(article.outlet), bool(article.date), bool(known["when"]):
        case True, True, _:
            form = messages.gettext("“{title}” was published by {outlet} on {when}.")
        case True, False, True:
            form = messages.gettext("“{title}” was published by {outlet} in {when}; its day is not known.")
        case True, False, False:
            form = messages.gettext("“{title}” was published by {outlet}; its day is not known.")
        case False, True, _:
            form = messages.gettext("“{title}” was published on {when}; its outlet is not known.")
        case False, False, True:
            form = messages.gettext(
                "“{title}” was published in {when}; its day is not known; its outlet is not known."
            )
        case _:
            form = messages.gettext("“{title}” was published; its day is not known; its outlet is not known.")
    return Line(text=form.format_map(known), articles=(article.id,), support="catalogue")


def _newest_first(articles: Sequence[Listed]) -> list[Listed]:
    return sorted(articles, key=lambda article: article.dated, reverse=True)


def _ids(articles: Sequence[Listed]) -> tuple[str, ...]:
    return tuple(article.id for article in articles[:MAX_IDS])
