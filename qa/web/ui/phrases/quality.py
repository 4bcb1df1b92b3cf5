"""The Quality view's words in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPhrases:
    """The view's words; `{}` marks what is filled in."""

    heading: str
    about: str
    not_allowed: str
    file: str
    hint: str
    count: str
    start: str
    stop: str
    progress: str
    stopping: str
    stopped: str
    done: str
    too_large: str
    no_report: str
    report: str
    new_tab: str


ENGLISH = QualityPhrases(
    heading="Measure answer quality",
    about="Quoth answers test questions about the collection chosen in the Library and compares the answers "
    "with the expected ones. No judge model is needed, and nothing leaves this machine.",
    not_allowed="Reports and evaluations can cover every collection, so they need an admin key.",
    file="Your own questions (.jsonl)",
    hint="Without a file, Quoth uses its questions about the sample articles. The model answers one question "
    "at a time, so questions in the chat may have to wait.",
    count="Number of questions",
    start="Run a small evaluation",
    stop="Stop",
    progress="{} of {} questions answered",
    stopping="Stopping…",
    stopped="Stopped after {} of {} questions. The previous report stays below.",
    done="{} questions answered. The report is below.",
    too_large="the file is larger than 1 MB; use fewer questions",
    no_report="No evaluation has been run yet. Reports appear here, including those from quoth eval.",
    report="Latest evaluation report",
    new_tab="Open report in a new tab",
)

GERMAN = QualityPhrases(
    heading="Qualität der Antworten messen",
    about="Quoth beantwortet Testfragen zu der in der Bibliothek gewählten Sammlung und vergleicht die "
    "Antworten mit den erwarteten. Dafür ist kein Bewertungsmodell nötig; nichts verlässt diesen Rechner.",
    not_allowed="Berichte und Auswertungen können jede Sammlung betreffen. Sie erfordern deshalb einen "
    "Administrator-Schlüssel.",
    file="Eigene Fragen (.jsonl)",
    hint="Ohne Datei verwendet Quoth seine Fragen zu den Beispielartikeln. Das Modell beantwortet eine Frage "
    "nach der anderen; Fragen im Chat müssen daher eventuell warten.",
    count="Anzahl der Fragen",
    start="Kleine Auswertung starten",
    stop="Stoppen",
    progress="{} von {} Fragen beantwortet",
    stopping="Wird gestoppt…",
    stopped="Nach {} von {} Fragen gestoppt. Der vorige Bericht bleibt unten stehen.",
    done="{} Fragen beantwortet. Der Bericht steht unten.",
    too_large="die Datei ist größer als 1 MB; verwenden Sie weniger Fragen",
    no_report="Noch keine Auswertung. Hier erscheinen Berichte, auch die von quoth eval.",
    report="Neuester Auswertungsbericht",
    new_tab="Bericht in neuem Tab öffnen",
)
