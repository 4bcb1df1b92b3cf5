"""What the Library view says of its own, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPhrases:
    """The view's words; in braces stands what is filled in. `…_of` is what a screen reader adds."""

    narrowing: str
    collection: str
    search: str
    outlet: str
    every_outlet: str
    after: str
    before: str
    as_of: str
    applies: str
    clear: str
    asked_of: str
    clear_of: str
    from_day: str
    until_day: str
    on_day: str

    none_fit: str
    nothing_yet: str
    page: str
    newer: str
    older: str
    remove: str
    remove_of: str
    removed: str
    undo: str
    undo_ends: str
    back: str

    add: str
    may_not: str
    drop: str
    choose: str
    formats: str
    addresses: str
    into: str
    into_hint: str
    start: str
    stop: str
    waiting: str
    sending: str
    reading: str
    added: str
    updated: str
    unchanged: str
    skipped: str
    nothing: str
    too_large: str
    no_address: str
    broken: str
    stopped: str
    progress: str


ENGLISH = LibraryPhrases(
    narrowing="Which articles",
    collection="Collection",
    search="Search titles and outlets",
    outlet="Outlet",
    every_outlet="Every outlet",
    after="From",
    before="To",
    as_of="As of",
    applies="Questions are asked of the articles chosen by collection, outlet and date; “as of” leaves out "
    "what was published later.",
    clear="Clear",
    asked_of="Asked of:",
    clear_of="Clear what questions are asked of",
    from_day="from {}",
    until_day="to {}",
    on_day="as of {}",
    none_fit="No article is like that.",
    nothing_yet="This collection has no articles yet. Add some.",
    page="{} to {} of {}",
    newer="Previous page",
    older="Next page",
    remove="Remove",
    remove_of="Remove {}",
    removed="“{}” is removed.",
    undo="Undo",
    undo_ends="It can come back until another is removed or this page is left.",
    back="“{}” is back.",
    add="Add articles",
    may_not="Your key is for asking and reading. Whoever runs this server can give you one for editors.",
    drop="Drop files here",
    choose="Choose files",
    formats="Text, Markdown, web pages, PDF, Word, EPUB, feeds, .jsonl, .csv and .zip; at most 25 MB each",
    addresses="Web addresses, one a line",
    into="Into another collection",
    into_hint="A new name makes one: a–z, 0–9, - and _",
    start="Add",
    stop="Stop",
    waiting="waiting",
    sending="sending",
    reading="reading",
    added="{} added",
    updated="{} updated",
    unchanged="{} unchanged",
    skipped="{} skipped",
    nothing="nothing in it",
    too_large="larger than 25 MB, the most that is taken at once; split it",
    no_address="only addresses that begin with http:// or https:// are read",
    broken="the server broke off; what it had told is kept",
    stopped="stopped; what was told is kept",
    progress="What became of it",
)

GERMAN = LibraryPhrases(
    narrowing="Welche Artikel",
    collection="Sammlung",
    search="Titel und Quellen durchsuchen",
    outlet="Medium",
    every_outlet="Alle Medien",
    after="Von",
    before="Bis",
    as_of="Stand",
    applies="Gefragt werden die Artikel, die nach Sammlung, Medium und Datum gewählt sind; „Stand“ lässt "
    "aus, was später erschienen ist.",
    clear="Aufheben",
    asked_of="Gefragt wird:",
    clear_of="Aufheben, was gefragt wird",
    from_day="ab {}",
    until_day="bis {}",
    on_day="Stand {}",
    none_fit="So ist kein Artikel.",
    nothing_yet="Diese Sammlung hat noch keine Artikel. Fügen Sie welche hinzu.",
    page="{} bis {} von {}",
    newer="Vorige Seite",
    older="Nächste Seite",
    remove="Entfernen",
    remove_of="{} entfernen",
    removed="„{}“ ist entfernt.",
    undo="Rückgängig",
    undo_ends="Er kann zurück, bis ein anderer entfernt oder diese Seite verlassen wird.",
    back="„{}“ ist wieder da.",
    add="Artikel hinzufügen",
    may_not="Ihr Schlüssel ist zum Fragen und Lesen. Wer diesen Server betreibt, kann Ihnen einen zum "
    "Bearbeiten geben.",
    drop="Dateien hierher ziehen",
    choose="Dateien wählen",
    formats="Text, Markdown, Webseiten, PDF, Word, EPUB, Feeds, .jsonl, .csv und .zip; je höchstens 25 MB",
    addresses="Webadressen, eine je Zeile",
    into="In eine andere Sammlung",
    into_hint="Ein neuer Name legt eine an: a–z, 0–9, - und _",
    start="Hinzufügen",
    stop="Anhalten",
    waiting="wartet",
    sending="wird gesendet",
    reading="wird gelesen",
    added="{} hinzugefügt",
    updated="{} aktualisiert",
    unchanged="{} unverändert",
    skipped="{} ausgelassen",
    nothing="nichts darin",
    too_large="größer als 25 MB, das Meiste auf einmal; teilen Sie die Datei",
    no_address="gelesen werden nur Adressen, die mit http:// oder https:// beginnen",
    broken="der Server brach ab; was er gemeldet hatte, ist behalten",
    stopped="angehalten; was gemeldet war, ist behalten",
    progress="Was daraus wurde",
)
