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
    only: str
    failed: str
    verdicts: Mapping[str, str]


ENGLISH = CheckPhrases(
    heading="Check a text",
    about="Paste a draft to see which of its sentences the articles prove or contradict, and by which "
    "quotes. The articles are those chosen in the Library. Each sentence takes some seconds.",
    text="Text to check",
    start="Check",
    stop="Stop",
    result="Checked sentences",
    progress="{} of {} sentences checked",
    stopped="Stopped after {} of {} sentences.",
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
    about="Fügen Sie einen Entwurf ein, um zu sehen, welche Sätze die Artikel belegen oder welchen sie "
    "widersprechen, und mit welchen Zitaten. Es gelten die in der Bibliothek gewählten Artikel. Ein Satz "
    "dauert einige Sekunden.",
    text="Zu prüfender Text",
    start="Prüfen",
    stop="Stoppen",
    result="Geprüfte Sätze",
    progress="{} von {} Sätzen geprüft",
    stopped="Nach {} von {} Sätzen gestoppt.",
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
