"""The Ask view's words in each language: the welcome, the question box, answers and feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa.schemas import Limit
from qa.web.ui.phrases import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPhrases:
    """The view's words; `{}` marks what is filled in."""

    greeting: str
    promise: str
    no_articles: str
    how_to_add: str
    suggestions: str

    question: str
    ask: str
    stop: str
    scope: str
    clear: str
    clear_label: str
    drop_label: str
    and_more: str
    ask_article: str
    summarise: str
    summarise_question: str
    summarise_several: str

    searching: str
    reading: Counted
    reading_articles: str
    writing: str
    checking: str
    done: str
    stopped: str
    failed: str
    searched_for: str
    corrected: str
    answered_as: str
    kinds: Mapping[str, str]
    limits: Mapping[Limit, str]
    ignore_label: str
    limit_label: str
    not_corrected: str
    change: str
    search: str

    declined: str
    nearest: str
    declined_hint: str
    weak: str
    weak_hint: str
    disagree: str
    without_model: str
    from_catalogue: str
    computed: str
    open_article: str
    written_by: str

    again: str
    copy: str
    copied: str
    good: str
    bad: str
    reason: str
    send: str
    thanks: str


ENGLISH = AskPhrases(
    greeting="Ask your articles",
    promise="Every sentence of an answer is backed by an exact quote. "
    "If the articles do not answer your question, Quoth says so.",
    no_articles="No articles yet",
    how_to_add="Add some in the Library. If you use {} or {} instead, reload this page afterwards.",
    suggestions="Try asking",
    question="Ask a question",
    ask="Ask",
    stop="Stop",
    scope="Searching in:",
    clear="Clear",
    clear_label="Clear filters",
    drop_label="No longer ask {}",
    and_more="and {} more",
    ask_article="Ask this article",
    summarise="Summarise",
    summarise_question="Summarise this article.",
    summarise_several="Summarise these articles.",
    searching="Searching…",
    reading=("Reading {} passage…", "Reading {} passages…"),
    reading_articles="Reading {} of {}…",
    writing="Writing a draft, not checked yet…",
    checking="Checking quotes…",
    done="The answer is ready.",
    stopped="Stopped before the quotes were checked.",
    failed="Something went wrong. The server log has the details.",
    searched_for="Searched for:",
    corrected="Read “{}” as “{}”",
    answered_as="Answered as",
    kinds={
        "fact": "a fact",
        "why": "reasons",
        "yes-no": "yes or no",
        "parts": "several parts",
        "list": "a list",
        "compare": "a comparison",
        "timeline": "a timeline",
        "summary": "a summary",
        "overview": "an overview",
        "catalogue": "a list of articles",
        "quotation": "quotations",
        "calculation": "a calculation",
        "profile": "a portrait",
    },
    limits={"outlet": "any outlet", "dates": "any day", "article": "any article", "spelling": "as typed"},
    ignore_label="Do not limit to {}",
    limit_label="Limit again: {}",
    not_corrected="Keep “{}” as typed",
    change="Change",
    search="Search",
    declined="The articles do not say.",
    nearest="The nearest they say:",
    declined_hint="The best matches are listed under “Nearest passages”.",
    weak="weakly supported",
    weak_hint="Sentences with a dotted underline are only weakly supported by their quotes.",
    disagree="The articles disagree on {}",
    without_model="Quoted directly, without a language model",
    from_catalogue="Read from the list of articles",
    computed="worked out from the figures quoted",
    open_article="Open",
    written_by="Written by {}, quotes checked",
    again="Ask again",
    copy="Copy",
    copied="Copied",
    good="Good",
    bad="Bad",
    reason="What was wrong? (optional)",
    send="Send",
    thanks="Thanks for your feedback.",
)

GERMAN = AskPhrases(
    greeting="Fragen Sie Ihre Artikel",
    promise="Jeder Satz einer Antwort ist durch ein wörtliches Zitat belegt. "
    "Steht die Antwort nicht in den Artikeln, sagt Quoth das.",
    no_articles="Noch keine Artikel",
    how_to_add="Fügen Sie in der Bibliothek welche hinzu. Nach {} oder {} laden Sie diese Seite neu.",
    suggestions="Fragen Sie zum Beispiel",
    question="Stellen Sie eine Frage",
    ask="Fragen",
    stop="Stoppen",
    scope="Gesucht wird in:",
    clear="Zurücksetzen",
    clear_label="Filter zurücksetzen",
    drop_label="{} nicht mehr fragen",
    and_more="und {} weitere",
    ask_article="Diesen Artikel fragen",
    summarise="Zusammenfassen",
    summarise_question="Fasse diesen Artikel zusammen.",
    summarise_several="Fasse diese Artikel zusammen.",
    searching="Suche läuft…",
    reading=("{} Textstelle wird gelesen…", "{} Textstellen werden gelesen…"),
    reading_articles="{} von {} wird gelesen…",
    writing="Entwurf, noch ungeprüft…",
    checking="Zitate werden geprüft…",
    done="Die Antwort ist da.",
    stopped="Gestoppt, bevor die Zitate geprüft waren.",
    failed="Etwas ist schiefgegangen. Einzelheiten stehen im Protokoll des Servers.",
    searched_for="Gesucht wurde:",
    corrected="„{}“ als „{}“ gelesen",
    answered_as="Beantwortet als",
    kinds={
        "fact": "eine Tatsache",
        "why": "Gründe",
        "yes-no": "Ja oder Nein",
        "parts": "mehrere Teile",
        "list": "eine Liste",
        "compare": "ein Vergleich",
        "timeline": "eine Zeitleiste",
        "summary": "eine Zusammenfassung",
        "overview": "ein Überblick",
        "catalogue": "eine Liste von Artikeln",
        "quotation": "Zitate",
        "calculation": "eine Rechnung",
        "profile": "ein Porträt",
    },
    limits={
        "outlet": "alle Medien",
        "dates": "alle Tage",
        "article": "alle Artikel",
        "spelling": "wie geschrieben",
    },
    ignore_label="Nicht auf {} beschränken",
    limit_label="Wieder beschränken: {}",
    not_corrected="„{}“ lassen, wie es geschrieben ist",
    change="Ändern",
    search="Suchen",
    declined="Das sagen die Artikel nicht.",
    nearest="Am nächsten kommt:",
    declined_hint="Die besten Treffer stehen unter „Nächstliegende Textstellen“.",
    weak="schwach belegt",
    weak_hint="Gepunktet unterstrichene Sätze sind durch ihre Zitate nur schwach belegt.",
    disagree="Die Artikel widersprechen sich: {}",
    without_model="Direkt zitiert, ohne Sprachmodell",
    from_catalogue="Aus dem Verzeichnis der Artikel",
    computed="aus den zitierten Zahlen berechnet",
    open_article="Öffnen",
    written_by="Geschrieben von {}, Zitate geprüft",
    again="Noch einmal fragen",
    copy="Kopieren",
    copied="Kopiert",
    good="Gut",
    bad="Schlecht",
    reason="Was war falsch? (optional)",
    send="Senden",
    thanks="Danke für Ihre Rückmeldung.",
)
