"""The sentences of an article that can be shown by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.schemas import Article
from qa.guardrails.prompt_injection import screen_sentences
from qa.guardrails.sanitizer import sanitize

MIN_WORDS = 5
# A quotation up to so many characters is shown with the sentences it spans.
MAX_QUOTATION = 700
# The longest line that can be a heading above a sentence.
MAX_HEADING = 90
_ENDS = re.compile(r"[.!?…][\"'”’»)\]\d]*$")
_ASKS = re.compile(r"\?[\"'”’»)]*$")
_BEGINS = re.compile(r"[\"'“‘„«(]*[A-ZÀ-ÝА-Я0-9]")
# "MARREN (Northshore Wire) - ", "Minsk/Kyiv – ".
_WORD = r"[A-ZÀ-Ý][\w.'’]*"
_DATELINE = re.compile(
    rf"{_WORD}(?:[ ,/]{{1,2}}{_WORD}){{0,4}}[ ,/]{{0,2}}(?:\([^()\n]{{2,40}}\) ?)?[-–—] +(?=[\"“‘A-ZÀ-Ý])"
)
# The end of a quotation that was split from its sentence: "rebuilt . '' Many houses".
_CLOSING = re.compile(r"(?:''|”) +")
_REFERENCE = re.compile(r"(?<!\s)\s*\((?:\d{1,3})(?:, ?\d{1,3})*\)(?=[.!?]|$)")
# A link to another article, as it is left of a page: "More:Fire at the mill", "STRIKE:What we know".
_LINK = re.compile(r"[^.!?:\n]{2,80}[^\W\d_]['’\"”]?:(?=[\"'‘“]*[^\W\d_])(?!//)")
# How to reach who wrote it.
_CONTACT = re.compile(r"\s@\w|\w@\w+\.\w|\b\d{3}-\d{3}-\d{4}\b")
# What a site says of itself, and no article: the next page to read, a newsletter.
_OF_SITE = re.compile(
    r"\W*+(?:sign up|subscribe|click here|tap here|read (?:more|also|the full)|learn (?:more|about)"
    r"|follow (?:us|along)|see also|watch (?:live|now|the video)|for subscribers|editor[’']s note|want more"
    r"|download (?:the|our)|here(?:[’']s| is| are) (?:what|how|why|everything|a look|some|the|\w+ things)"
    r"|this (?:story|article|post) (?:was|has been|will be|is) (?:\w+ )?"
    r"(?:updated|published|corrected|originally)"
    r"|\w+ [\w.]+ (?:\w+ )?(?:covers|writes about|reports on) [^.]*\bfor\b"
    r"|[^.]{0,60}\b(?:our newsletter|our coverage|top coverage)\b|lesen sie|abonnieren|hier klicken)",
    re.IGNORECASE,
)
# Words that open a sentence which needs the one before it.
_DEPENDENT = re.compile(
    r"(?:he|she|it|they|this|that|these|those|his|her|its|their|but|and|or|so|both|one|another|there"
    r"|some|all (?:of|two|three|four|five|six)"
    r"|instead|also|then|however|meanwhile|nevertheless|according to this|at the same time|on the one hand"
    r"|er|sie|es|dies\w*|aber|und|doch|auch|dann|dort)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSentence:
    """A whole sentence, `article.text[start:end]`; `text` is what is shown of it, in one line.

    `nth` counts the article's whole sentences from 0.
    """

    article: Article
    start: int
    end: int
    text: str
    nth: int

    @property
    def quote(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def stands_alone(self) -> bool:
        """Whether it can be understood without the sentences before it, as far as its form tells."""
        return stands_alone(self.text)

    @property
    def is_question(self) -> bool:
        """Whether it asks, as subheadings do, and so answers nothing."""
        return bool(_ASKS.search(self.text))


def stands_alone(text: str) -> bool:
    """Whether a sentence can be understood without those before it, as far as its form tells."""
    return text[:1] not in "\"'“‘„«" and not _ASKS.search(text) and not _DEPENDENT.match(text)


def in_order(sentence: ArticleSentence) -> tuple[str, str, int]:
    """Oldest article first, and each in its order."""
    return sentence.article.dated, sentence.article.id, sentence.start


def article_sentences(article: Article, question: str) -> list[ArticleSentence]:
    """The whole sentences of the article, without headlines, datelines, and sentences that instruct."""
    return [
        ArticleSentence(article=article, start=start, end=end, text=text, nth=nth)
        for nth, (start, end, text) in enumerate(_whole_sentences(article, question))
    ]


def _whole_sentences(article: Article, question: str) -> Iterator[tuple[int, int, str]]:
    for start, end in _with_whole_quotations(article, question):
        begin = start + _heading(article.text[start:end])
        if closing := _CLOSING.match(article.text, begin, end):
            begin = closing.end()
        if dateline := _DATELINE.match(article.text, begin, end):
            begin = dateline.end()
        begin = _after_link(article.text, begin, end)
        text = _REFERENCE.sub("", sanitize(article.text[begin:end]))
        is_whole = len(text.split()) >= MIN_WORDS and _ENDS.search(text) and _BEGINS.match(text)
        if is_whole and not is_of_site(text):
            yield begin, end, text


def is_of_site(text: str) -> bool:
    """Whether the sentence says nothing of what happened, but leads to something else on the site."""
    first = text.partition("\n")[0]
    return bool(_OF_SITE.match(text) or _CONTACT.search(first) or _LINK.match(text))


def _after_link(text: str, start: int, end: int) -> int:
    """Where the sentence `text[start:end]` begins after a line with a link."""
    if not _LINK.match(text, start, end) or "\n" not in text[start:end].rstrip():
        return start
    after = text.index("\n", start)
    return after + len(text[after:end]) - len(text[after:end].lstrip())


def _with_whole_quotations(article: Article, question: str) -> Iterator[tuple[int, int]]:
    """The spans of the trusted sentences; those that a quotation spans are one, unless it is very long."""
    pending: int | None = None
    for sentence in screen_sentences(article.text, question):
        if not sentence.trusted:
            pending = None
            continue
        start = sentence.start if pending is None else pending
        text = article.text[start : sentence.end]
        if pending is not None and ("\n\n" in text or len(text) > MAX_QUOTATION):
            start, text = sentence.start, sentence.text
        pending = start if _is_open(text) else None
        if pending is None:
            yield start, sentence.end


def _is_open(text: str) -> bool:
    """Whether a quotation that begins in the text does not end in it, or the other way round."""
    return text.count("“") != text.count("”") or text.count('"') % 2 == 1


def _heading(raw: str) -> int:
    """The length of the lines above the sentence that are a heading."""
    offset = 0
    for line in raw.split("\n")[:-1]:
        if len(line) > MAX_HEADING or line.rstrip().endswith((",", ";", ":", "-", "–")):
            break
        following = raw[offset + len(line) + 1 :].lstrip()
        if not _BEGINS.match(following) or 2 * len(line) > len(following):
            break
        offset += len(line) + 1
    return offset + len(raw[offset:]) - len(raw[offset:].lstrip())
