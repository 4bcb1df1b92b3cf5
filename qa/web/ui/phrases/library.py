"""The Library view's words in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPhrases:
    """The view's words; `{}` marks what is filled in. `…_label` is what a screen reader says."""

    filters: str
    collection: str
    search: str
    outlet: str
    all_outlets: str
    after: str
    before: str
    as_of: str
    filters_hint: str
    from_day: str
    until_day: str
    as_of_day: str

    no_match: str
    empty: str
    page: str
    previous: str
    next: str
    choose_article: str
    chosen: str
    too_many_chosen: str
    ask_chosen: str
    unchoose: str
    ask: str
    ask_label: str
    summarise_label: str
    remove: str
    remove_label: str
    removed: str
    undo_hint: str
    restored: str

    add: str
    not_allowed: str
    drop: str
    choose: str
    formats: str
    addresses: str
    into: str
    into_hint: str
    columns: str
    columns_hint: str
    start: str
    stop: str
    results: str

    uploads: UploadPhrases


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPhrases:
    """What becomes of each file and address. The page's script shows these."""

    waiting: str
    sending: str
    reading: str
    added: str
    updated: str
    replaced: str
    unchanged: str
    skipped: str
    nothing: str
    too_large: str
    no_address: str
    broken: str
    stopped: str


ENGLISH = LibraryPhrases(
    filters="Filter articles",
    collection="Collection",
    search="Search titles and outlets",
    outlet="Outlet",
    all_outlets="All outlets",
    after="From",
    before="To",
    as_of="As of",
    filters_hint="Your questions use the same filters. “As of” leaves out anything published later.",
    from_day="from {}",
    until_day="until {}",
    as_of_day="as of {}",
    no_match="No articles match.",
    empty="This collection has no articles yet.",
    page="{}–{} of {}",
    previous="Previous page",
    next="Next page",
    choose_article="Choose {}",
    chosen="{} chosen",
    too_many_chosen="{} chosen, of which the first {} are asked",
    ask_chosen="Ask the chosen articles",
    unchoose="Choose none",
    ask="Ask",
    ask_label="Ask {}",
    summarise_label="Summarise {}",
    remove="Remove",
    remove_label="Remove {}",
    removed="Removed “{}”.",
    undo_hint="You can undo this until you remove another article or leave the page.",
    restored="Restored “{}”.",
    add="Add articles",
    not_allowed="Your key lets you ask and read. To add articles, request an editor key from whoever runs "
    "this server.",
    drop="Drop files here",
    choose="Choose files",
    formats="Text, Markdown, web pages, PDF, Word, EPUB, feeds, .jsonl, .json, .csv, .tsv and .zip, up to "
    "25 MB each",
    addresses="Web addresses, one per line",
    into="Add to another collection",
    into_hint="A new name creates one: a–z, 0–9, - and _",
    columns="Columns of tables",
    columns_hint="Only if their names do not tell which one holds the text, title, date, source, url or id",
    start="Add",
    stop="Stop",
    results="Results",
    uploads=UploadPhrases(
        waiting="waiting",
        sending="uploading",
        reading="reading",
        added="{} added",
        updated="{} updated",
        replaced="replaced: {}",
        unchanged="{} unchanged",
        skipped="{} skipped",
        nothing="no articles found",
        too_large="larger than 25 MB; split the file",
        no_address="use an address that starts with http:// or https://",
        broken="connection lost; articles added so far are kept",
        stopped="stopped; articles added so far are kept",
    ),
)

GERMAN = LibraryPhrases(
    filters="Artikel filtern",
    collection="Sammlung",
    search="Titel und Medien durchsuchen",
    outlet="Medium",
    all_outlets="Alle Medien",
    after="Von",
    before="Bis",
    as_of="Stand",
    filters_hint="Die Filter gelten auch für Ihre Fragen. „Stand“ lässt aus, was später erschienen ist.",
    from_day="ab {}",
    until_day="bis {}",
    as_of_day="Stand {}",
    no_match="Keine passenden Artikel.",
    empty="Diese Sammlung hat noch keine Artikel.",
    page="{}–{} von {}",
    previous="Vorherige Seite",
    next="Nächste Seite",
    choose_article="{} auswählen",
    chosen="{} ausgewählt",
    too_many_chosen="{} ausgewählt, gefragt werden die ersten {}",
    ask_chosen="Die ausgewählten fragen",
    unchoose="Auswahl aufheben",
    ask="Fragen",
    ask_label="{} fragen",
    summarise_label="{} zusammenfassen",
    remove="Entfernen",
    remove_label="{} entfernen",
    removed="„{}“ wurde entfernt.",
    undo_hint="Sie können das rückgängig machen, bis Sie einen weiteren Artikel entfernen oder die Seite "
    "verlassen.",
    restored="„{}“ wurde wiederhergestellt.",
    add="Artikel hinzufügen",
    not_allowed="Mit Ihrem Schlüssel können Sie fragen und lesen. Um Artikel hinzuzufügen, bitten Sie den "
    "Betreiber dieses Servers um einen Schlüssel zum Bearbeiten.",
    drop="Dateien hierher ziehen",
    choose="Dateien wählen",
    formats="Text, Markdown, Webseiten, PDF, Word, EPUB, Feeds, .jsonl, .json, .csv, .tsv und .zip, je bis "
    "zu 25 MB",
    addresses="Webadressen, eine pro Zeile",
    into="Zu einer anderen Sammlung hinzufügen",
    into_hint="Ein neuer Name legt sie an: a–z, 0–9, - und _",
    columns="Spalten von Tabellen",
    columns_hint="Nur falls ihre Namen nicht zeigen, was Text (text), Titel (title), Datum (date), Medium "
    "(source), Adresse (url) oder Kennung (id) ist",
    start="Hinzufügen",
    stop="Stoppen",
    results="Ergebnisse",
    uploads=UploadPhrases(
        waiting="wartet",
        sending="wird hochgeladen",
        reading="wird gelesen",
        added="{} hinzugefügt",
        updated="{} aktualisiert",
        replaced="ersetzt: {}",
        unchanged="{} unverändert",
        skipped="{} übersprungen",
        nothing="keine Artikel gefunden",
        too_large="größer als 25 MB; teilen Sie die Datei auf",
        no_address="verwenden Sie eine Adresse, die mit http:// oder https:// beginnt",
        broken="Verbindung unterbrochen; bisher hinzugefügte Artikel bleiben erhalten",
        stopped="gestoppt; bisher hinzugefügte Artikel bleiben erhalten",
    ),
)
