"""Everything the window says of its own, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from babel.core import negotiate_locale
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal

from qa.web.ui.phrases import library, quality
from qa.web.ui.phrases.library import LibraryPhrases
from qa.web.ui.phrases.quality import QualityPhrases

# One thing and several.
Counted = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The window's words in one language. What is missing in one is found by the type checker.

    In braces stands what is filled in; `Counted` phrases are for `count`.
    """

    language: str
    locale: str
    views: Mapping[str, str]

    articles: Counted
    quotes: Counted
    passages: Counted
    others_found: Counted
    more: str
    anew: str
    new_conversation: str

    greeting: str
    promise: str
    nothing_yet: str
    how_to_add: str
    try_these: str
    title_question: str

    your_question: str
    ask: str
    stop: str
    searching: str
    reading: Counted
    writing: str
    checking: str
    done: str
    searched_for: str
    change: str
    stopped: str
    failed: str

    declined: str
    nearest_hint: str
    weak: str
    weak_hint: str
    disagree: str
    quoted_by_none: str
    written_by: str

    sources: str
    first_note: str
    newest: str
    found: str
    nearest: str
    none_found: str
    quotes_from: str
    quote_of: str
    untitled: str
    also_in: str
    opens_original: str
    original: str
    close: str
    before_question: str
    after_question: str
    same_day: str

    again: str
    copy: str
    copied: str
    good: str
    bad: str
    why: str
    send: str
    thanks: str
    search_this: str

    conversations: str
    no_conversations: str
    kept_here: str
    rename: str
    delete: str
    deleted: str
    undo: str
    not_kept: str
    signed_in: str
    sign_out: str
    asked_on: str

    library: LibraryPhrases
    quality: QualityPhrases

    def count(self, number: int, what: Counted) -> str:
        """As `1 quote`, `2 quotes`, `1,200 quotes`."""
        return what[number != 1].format(format_decimal(number, locale=self.locale))

    def day(self, of: date | None) -> str:
        """As `27 Oct 2022`, or nothing."""
        return str(format_skeleton("yMMMd", of, locale=self.locale)) if of else ""

    def age(self, of: date, day: date) -> str:
        """How long before or after the question's day that was, as `3 weeks before the question`."""
        if of == day:
            return self.same_day
        span = format_timedelta(abs(day - of), threshold=1.5, locale=self.locale)
        return (self.before_question if of < day else self.after_question).format(span)

    def seconds(self, seconds: float) -> str:
        """As `1.5`."""
        return str(format_decimal(seconds, "0.0", locale=self.locale))


ENGLISH = Phrases(
    language="English",
    locale="en_GB",
    views=MappingProxyType({"ask": "Ask", "library": "Library", "quality": "Quality"}),
    articles=("{} article", "{} articles"),
    quotes=("{} quote", "{} quotes"),
    passages=("{} passage", "{} passages"),
    others_found=("{} other passage found", "{} other passages found"),
    more="{} and {} more",
    anew="New",
    new_conversation="New conversation",
    greeting="Ask the articles.",
    promise="Every sentence of an answer rests on a quote, word for word. "
    "Where the articles do not say, Quoth says so.",
    nothing_yet="There are no articles yet.",
    how_to_add="Add some with {}, or send them to {}; then reload this page.",
    try_these="For instance",
    title_question="What is reported under “{}”?",
    your_question="Your question",
    ask="Ask",
    stop="Stop",
    searching="Searching…",
    reading=("Reading {} passage…", "Reading {} passages…"),
    writing="Writing a draft, unchecked yet…",
    checking="Checking quotes…",
    done="The answer is there.",
    searched_for="Searched for:",
    change="Change",
    stopped="Stopped before the quotes were checked.",
    failed="Quoth failed on this question; the server’s log says why.",
    declined="The articles do not say.",
    nearest_hint="What comes nearest is under “Nearest passages”.",
    weak="weakly supported",
    weak_hint="Dotted sentences are only weakly supported by their quotes.",
    disagree="The articles disagree on {}",
    quoted_by_none="Quoted without a model",
    written_by="Written by {}, quotes checked",
    sources="Sources",
    first_note="What an answer is written from appears here, then the exact quotes it rests on.",
    newest="Newest articles",
    found="{} found",
    nearest="Nearest passages",
    none_found="none found",
    quotes_from="{} from {}",
    quote_of="Quote {}: {}",
    untitled="Untitled",
    also_in="also in {}",
    opens_original="(opens the original)",
    original="Original",
    close="Close the article",
    before_question="{} before the question",
    after_question="{} after the question",
    same_day="the day of the question",
    again="Ask again",
    copy="Copy",
    copied="Copied",
    good="Good",
    bad="Bad",
    why="What is wrong with it? (you may leave this empty)",
    send="Send",
    thanks="Kept. Thank you.",
    search_this="Search for this",
    conversations="Conversations",
    no_conversations="None yet. What you ask is kept here, in this browser.",
    kept_here="Kept in this browser alone.",
    rename="Rename",
    delete="Delete",
    deleted="Deleted.",
    undo="Undo",
    not_kept="This browser keeps nothing: conversations end with the page.",
    signed_in="Signed in as {}, {}",
    sign_out="Sign out",
    asked_on="Asked on {}",
    library=library.ENGLISH,
    quality=quality.ENGLISH,
)

GERMAN = Phrases(
    language="Deutsch",
    locale="de",
    views=MappingProxyType({"ask": "Fragen", "library": "Bibliothek", "quality": "Güte"}),
    articles=("{} Artikel", "{} Artikel"),
    quotes=("{} Zitat", "{} Zitate"),
    passages=("{} Passage", "{} Passagen"),
    others_found=("{} weitere Passage gefunden", "{} weitere Passagen gefunden"),
    more="{} und {} weitere",
    anew="Neu",
    new_conversation="Neues Gespräch",
    greeting="Fragen Sie die Artikel.",
    promise="Jeder Satz einer Antwort ruht auf einem wörtlichen Zitat. "
    "Wo die Artikel nichts sagen, sagt Quoth das.",
    nothing_yet="Noch gibt es keine Artikel.",
    how_to_add="Fügen Sie welche mit {} hinzu, oder senden Sie sie an {}; laden Sie dann diese Seite neu.",
    try_these="Zum Beispiel",
    title_question="Was wird unter „{}“ berichtet?",
    your_question="Ihre Frage",
    ask="Fragen",
    stop="Anhalten",
    searching="Sucht…",
    reading=("Liest {} Passage…", "Liest {} Passagen…"),
    writing="Entwurf, noch ungeprüft…",
    checking="Prüft Zitate…",
    done="Die Antwort ist da.",
    searched_for="Gesucht wurde:",
    change="Ändern",
    stopped="Angehalten, bevor die Zitate geprüft waren.",
    failed="An dieser Frage ist Quoth gescheitert; das Protokoll des Servers sagt, warum.",
    declined="Das sagen die Artikel nicht.",
    nearest_hint="Was dem am nächsten kommt, steht unter „Nächstliegende Passagen“.",
    weak="schwach gestützt",
    weak_hint="Gepunktete Sätze sind von ihren Zitaten nur schwach gestützt.",
    disagree="Die Artikel sind uneins: {}",
    quoted_by_none="Zitiert ohne Sprachmodell",
    written_by="Geschrieben von {}, Zitate geprüft",
    sources="Quellen",
    first_note="Hier erscheint, woraus eine Antwort geschrieben wird, "
    "und dann die genauen Zitate, auf denen sie ruht.",
    newest="Neueste Artikel",
    found="{} gefunden",
    nearest="Nächstliegende Passagen",
    none_found="keine gefunden",
    quotes_from="{} aus {}",
    quote_of="Zitat {}: {}",
    untitled="Ohne Titel",
    also_in="auch in {}",
    opens_original="(öffnet das Original)",
    original="Original",
    close="Artikel schließen",
    before_question="{} vor der Frage",
    after_question="{} nach der Frage",
    same_day="am Tag der Frage",
    again="Noch einmal fragen",
    copy="Kopieren",
    copied="Kopiert",
    good="Gut",
    bad="Schlecht",
    why="Was stimmt nicht? (darf leer bleiben)",
    send="Senden",
    thanks="Notiert. Danke.",
    search_this="Danach suchen",
    conversations="Gespräche",
    no_conversations="Noch keine. Was Sie fragen, wird hier aufbewahrt, in diesem Browser.",
    kept_here="Nur in diesem Browser aufbewahrt.",
    rename="Umbenennen",
    delete="Löschen",
    deleted="Gelöscht.",
    undo="Rückgängig",
    not_kept="Dieser Browser bewahrt nichts auf: Gespräche enden mit der Seite.",
    signed_in="Angemeldet als {}, {}",
    sign_out="Abmelden",
    asked_on="Gefragt am {}",
    library=library.GERMAN,
    quality=quality.GERMAN,
)

LANGUAGES: Mapping[str, Phrases] = MappingProxyType({"en": ENGLISH, "de": GERMAN})


def preferred(accepted: str) -> str:
    """The language for a browser that sent this `Accept-Language`; English where it reads none of them."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    found = negotiate_locale([tag for _, tag in sorted(wanted)], list(LANGUAGES), sep="-")
    return found or "en"
