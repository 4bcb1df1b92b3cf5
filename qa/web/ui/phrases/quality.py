"""What the Quality view says of its own, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPhrases:
    """The view's words; in braces stands what is filled in."""

    heading: str
    about: str
    may_not: str
    file: str
    file_hint: str
    most: str
    start: str
    stop: str
    one_at_a_time: str
    progress: str
    stopping: str
    stopped: str
    failed: str
    done: str
    too_large: str
    no_report: str
    report: str
    alone: str


ENGLISH = QualityPhrases(
    heading="Measure the answers",
    about="Test questions are asked of the collection chosen in the Library, and what is answered "
    "is held against what should be. No judge is needed, and nothing leaves this machine.",
    may_not="The report and new evaluations are for admins, since they tell of every "
    "collection. Your key is not for that.",
    file="Your own questions (.jsonl)",
    file_hint="Without a file, the questions about the sample articles are asked.",
    most="How many questions",
    start="Run a small evaluation",
    stop="Stop",
    one_at_a_time="The model answers one question at a time: while this runs, the chat’s questions wait for "
    "their turn.",
    progress="{} of {} questions answered",
    stopping="Stopping…",
    stopped="Stopped after {} of {} questions. The last report is still the one below.",
    failed="It failed: {}",
    done="{} questions answered. The report is below.",
    too_large="the file has more than 1 MB; take fewer questions",
    no_report="No evaluation has been run yet. The report of the last one appears here, also of one that "
    "quoth eval ran.",
    report="Report of the last evaluation",
    alone="Open the report by itself",
)

GERMAN = QualityPhrases(
    heading="Antworten messen",
    about="Testfragen werden der Sammlung gestellt, die in der Bibliothek gewählt ist, und was geantwortet "
    "wird, wird an dem gemessen, was sein sollte. Niemand muss urteilen, und nichts verlässt diesen Rechner.",
    may_not="Der Bericht und neue Auswertungen sind für Verwalter, weil sie von jeder Sammlung "
    "erzählen. Ihr Schlüssel ist nicht dafür.",
    file="Eigene Fragen (.jsonl)",
    file_hint="Ohne Datei werden die Fragen zu den Beispielartikeln gestellt.",
    most="Wie viele Fragen",
    start="Kleine Auswertung starten",
    stop="Anhalten",
    one_at_a_time="Das Modell beantwortet eine Frage nach der anderen: Solange dies läuft, warten Fragen des "
    "Gesprächs, bis sie an der Reihe sind.",
    progress="{} von {} Fragen beantwortet",
    stopping="Hält an…",
    stopped="Angehalten nach {} von {} Fragen. Unten steht noch der vorige Bericht.",
    failed="Misslungen: {}",
    done="{} Fragen beantwortet. Der Bericht steht unten.",
    too_large="die Datei hat mehr als 1 MB; nehmen Sie weniger Fragen",
    no_report="Noch gab es keine Auswertung. Hier erscheint der Bericht der letzten, auch der von "
    "quoth eval.",
    report="Bericht der letzten Auswertung",
    alone="Den Bericht für sich öffnen",
)
