"""Texts in a language that the embedder does not cover are kept, and told of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.readers.registry import read_sources
from index.schemas import Article, Ingested, IngestReport, UnsupportedLanguage
from index.text.languages import foreign_language, is_english_instead, language_name, language_of
from qa.cli import main
from tests.paths import SEEDS

ENGLISH = "The town council voted on Tuesday for a new bridge over the river, the mayor's office said."
TEXTS = {
    "de": "Der Stadtrat stimmte am Dienstag für eine neue Brücke über den Fluss, teilte die Verwaltung mit.",
    "fr": "Le conseil a voté mardi pour un nouveau pont sur la rivière, a annoncé la mairie de la ville.",
    "es": "El ayuntamiento votó el martes a favor de un nuevo puente sobre el río, según la alcaldía.",
    "bg": "Градският съвет гласува във вторник за нов мост над реката, съобщиха от общината на града.",
    "ja": "市議会は火曜日、川に架かる新しい橋を承認したと市が発表した。"
    "工事は来年の春に始まる予定で、費用は未定。",
}


@pytest.fixture
def english(embedder: SentenceEmbedder) -> SentenceEmbedder:
    return SentenceEmbedder(embedder._folder, name=embedder.name, languages=["en"])


def articles(*languages: str) -> list[Article]:
    return [
        Article(id=f"{language}{n}", text=TEXTS.get(language, ENGLISH))
        for n, language in enumerate(languages)
    ]


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_text(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text", ["", "12.5 | 3,4 | 9", "Nein.", "Anna Ruiz\nHugo Lind\nMarta Sol\nPetra Mai\n" * 3]
)
def test_what_is_too_little_to_tell_is_in_no_language(text: str) -> None:
    assert language_of(text) in ("", "en")


def test_english_articles_are_english() -> None:
    found = [item for item in read_sources([SEEDS]) if isinstance(item, Article)]
    assert {language_of(article.text) for article in found} == {"en"}


def test_names_of_languages() -> None:
    assert language_name("de") == "German (de)"
    assert language_name("hbo") == "hbo"


def test_articles_in_other_languages_are_kept_and_counted(tmp_path: Path, english: SentenceEmbedder) -> None:
    given = articles("en", "de", "fr", "de", "en")
    with Library(tmp_path, english) as library:
        collection = library.collection("news", make=True)
        report = IngestReport.of(collection.add(given))
        assert report.added == tuple(article.id for article in given)
        assert report.uncovered["de1"] == UnsupportedLanguage(language="de", embedder="all-MiniLM-L6-v2")
        assert set(report.uncovered) == {"de1", "fr2", "de3"}
        [warning] = report.warnings
        assert warning.startswith("2 of 5 articles are in German (de), 1 in French (fr), which the embedder ")
        assert warning.endswith("name a multilingual one in QUOTH_EMBEDDER, and run `quoth reindex`")
        assert IngestReport.of(report.outcomes()) == report
        wire = TypeAdapter(IngestReport)
        assert wire.validate_json(wire.dump_json(report)) == report
        # What is not embedded again is not told of again.
        again = IngestReport.of(collection.add([*given, *articles("en", "es")]))
        assert again.warnings[0].startswith("1 of 1 articles is in Spanish (es), which ")


def test_an_embedder_that_covers_them_or_does_not_say_warns_of_nothing(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    covering = SentenceEmbedder(embedder._folder, name=embedder.name, languages=["en", "de", "fr"])
    for nth, one in enumerate((embedder, covering)):
        with Library(tmp_path / str(nth), one) as library:
            told = list(library.collection("news", make=True).add(articles("de", "fr")))
            assert told == [Ingested(article_id=f"{id_}", how="added") for id_ in ("de0", "fr1")]


def test_quoth_add_warns_once(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "none")
    source = tmp_path / "news.jsonl"
    source.write_text("\n".join(json.dumps({"id": a.id, "text": a.text}) for a in articles("en", "de", "de")))
    done = CliRunner().invoke(main.app, ["add", str(source), "--home", str(home)])
    assert (done.exit_code, done.stdout) == (0, "3 added, 0 updated, 0 unchanged, 0 skipped\n")
    assert done.stderr.startswith("warning: 2 of 3 articles are in German (de), which ")
    assert done.stderr.count("\n") == 1
    source.write_text(json.dumps({"id": "late", "text": TEXTS["de"]}))
    done = CliRunner().invoke(main.app, ["add", str(source), "--home", str(home), "--json"])
    report = json.loads(done.stdout)
    assert report["uncovered"] == {"late": {"language": "de", "embedder": "all-MiniLM-L6-v2"}}
    assert len(report["warnings"]) == 1


@pytest.mark.parametrize(
    ("question", "among", "language"),
    [
        ("Wer hat Selenskyj ein Bündnis angeboten?", {"en"}, "de"),
        ("Wer hat Selenskyj ein Bündnis angeboten?", {"en", "de"}, ""),
        ("Who made Zelenskyy an offer?", {"de"}, "en"),
        ("Who made Zelenskyy an offer?", {"en", "de"}, ""),
        ("Hoeveel mensen zijn gered?", {"en", "de"}, "nl"),
        ("Кто предложил Зеленскому союз?", {"en"}, "ru"),
        ("谁向泽连斯基提出了联盟？", {"en", "de"}, "zh"),
        ("誰が選挙に勝ちましたか", {"en"}, "ja"),
        ("ใครชนะการเลือกตั้ง", {"en"}, "th"),
        # Names belong to no language.
        ("Zelenskyy Tsikhanouskaya", {"en"}, ""),
        ("Marren Skerrow Dravik Vey", {"de"}, ""),
    ],
)
def test_a_question_in_another_language(question: str, among: set[str], language: str) -> None:
    assert foreign_language(question, frozenset(among)) == language


@pytest.mark.parametrize(
    ("text", "language", "is_english"),
    [
        ("Die Fähre fährt seit Mai zweimal am Tag.", "de", False),
        ("The ferry has sailed twice a day since May.", "de", True),
        ("The Fähre fährt since May twice a day.", "de", True),
        ("Tyne and Wear Metro ist eine U-Bahn.", "de", False),
        ("The ferry sails.", "en", False),
        ("Most je u Zagrebu sagrađen na rijeci i otvoren 1950.", "hr", False),  # its words are not known
    ],
)
def test_a_draft_in_english_instead_of_its_language(text: str, language: str, is_english: bool) -> None:
    assert is_english_instead(text, language) == is_english


def test_an_english_name_of_the_quote_is_no_english() -> None:
    text = "Die Band The Who spielte in Hyde Park."
    assert is_english_instead(text, "de")
    assert not is_english_instead(text, "de", "Am Montag spielte die Band The Who in Hyde Park vor vielen.")
