"""The words of the sources panel and the reader in each language."""

from __future__ import annotations

from dataclasses import dataclass

from qa.web.ui.phrases import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePhrases:
    """The words around quotes, passages and articles; `{}` marks what is filled in."""

    sources: str
    about: str
    newest: str
    found: str
    nearest: str
    none_found: str
    others_found: Counted
    quotes_from: str
    quote_label: str
    also_in: str
    original: str
    opens_original: str

    close: str
    before_question: str
    after_question: str
    same_day: str


ENGLISH = SourcePhrases(
    sources="Sources",
    about="The passages and exact quotes behind each answer appear here.",
    newest="Latest articles",
    found="{} found",
    nearest="Nearest passages",
    none_found="none found",
    others_found=("{} other passage found", "{} other passages found"),
    quotes_from="{} from {}",
    quote_label="Quote {}: {}",
    also_in="also in {}",
    original="Original",
    opens_original="(opens the original)",
    close="Close article",
    before_question="{} before the question",
    after_question="{} after the question",
    same_day="same day as the question",
)

GERMAN = SourcePhrases(
    sources="Quellen",
    about="Hier erscheinen zu jeder Antwort die Textstellen und wörtlichen Zitate.",
    newest="Neueste Artikel",
    found="{} gefunden",
    nearest="Nächstliegende Textstellen",
    none_found="keine gefunden",
    others_found=("{} weitere Textstelle gefunden", "{} weitere Textstellen gefunden"),
    quotes_from="{}, {}",
    quote_label="Zitat {}: {}",
    also_in="auch in {}",
    original="Original",
    opens_original="(öffnet das Original)",
    close="Artikel schließen",
    before_question="{} vor der Frage",
    after_question="{} nach der Frage",
    same_day="am Tag der Frage",
)
