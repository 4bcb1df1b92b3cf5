"""The Check view's words in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPhrases:
    """The view's words; `{}` marks what is filled in. `verdicts` are by the verdict of a sentence."""

    heading: str
    about: str
    text: str
    start: str
    stop: str
    result: str
    progress: str
    stopped: str
    go_on: str
    only: str
    drop: str
    choose: str
    formats: str
    reading: str
    too_large: str
    broken: str
    says: str
    says_undated: str
    newer_says: str
    older_says: str
    checked_on: str
    save_markdown: str
    save_page: str
    failed: str
    verdicts: Mapping[str, str]


ENGLISH = CheckPhrases(
    heading="Check a text",
    about="Paste a draft, or drop a file, to see which of its sentences the articles prove or contradict, "
    "and by which quotes. The articles are those chosen in the Library. Each sentence takes some seconds.",
    text="Text to check",
    start="Check",
    stop="Stop",
    result="Checked sentences",
    progress="{} of {} sentences checked",
    stopped="Stopped after {} of {} sentences.",
    go_on="Continue",
    drop="Drop a file here",
    choose="Choose a file",
    formats="Text, Markdown, web page, Word or PDF, up to 4 MB. It is read, not stored.",
    reading="Reading the file…",
    too_large="the file is larger than 4 MB; check a part of it",
    broken="the file could not be sent; check the connection and try again",
    says="The article of {1} says {0}.",
    says_undated="The article says {}.",
    newer_says="The newer article, of {1}, says {0}.",
    older_says="The older article, of {1}, says {0}.",
    checked_on="Checked on {}",
    save_markdown="Save as Markdown",
    save_page="Save as web page",
    only="Show only what is not proven",
    failed="the check failed; see the server's log",
    verdicts=MappingProxyType(
        {
            "proven": "proven",
            "contradicted": "contradicted",
            "unproven": "not in the articles",
            "no_claim": "no claim",
        }
    ),
)

GERMAN = CheckPhrases(
    heading="Einen Text prüfen",
    about="Fügen Sie einen Entwurf ein oder ziehen Sie eine Datei hierher, um zu sehen, welche Sätze die "
    "Artikel belegen oder welchen sie widersprechen, und mit welchen Zitaten. Es gelten die in der "
    "Bibliothek gewählten Artikel. Ein Satz dauert einige Sekunden.",
    text="Zu prüfender Text",
    start="Prüfen",
    stop="Stoppen",
    result="Geprüfte Sätze",
    progress="{} von {} Sätzen geprüft",
    stopped="Nach {} von {} Sätzen gestoppt.",
    go_on="Fortsetzen",
    drop="Datei hierher ziehen",
    choose="Datei wählen",
    formats="Text, Markdown, Webseite, Word oder PDF, bis zu 4 MB. Sie wird gelesen, nicht gespeichert.",
    reading="Die Datei wird gelesen…",
    too_large="die Datei ist größer als 4 MB; prüfen Sie einen Teil davon",
    broken="die Datei konnte nicht gesendet werden; prüfen Sie die Verbindung und wählen Sie sie noch einmal",
    says="Im Artikel vom {1} steht {0}.",
    says_undated="Im Artikel steht {}.",
    newer_says="Im neueren Artikel, vom {1}, steht {0}.",
    older_says="Im älteren Artikel, vom {1}, steht {0}.",
    checked_on="Geprüft am {}",
    save_markdown="Als Markdown speichern",
    save_page="Als Webseite speichern",
    only="Nur nicht Belegtes zeigen",
    failed="die Prüfung ist fehlgeschlagen; siehe das Protokoll des Servers",
    verdicts=MappingProxyType(
        {
            "proven": "belegt",
            "contradicted": "widersprochen",
            "unproven": "nicht in den Artikeln",
            "no_claim": "keine Behauptung",
        }
    ),
)
