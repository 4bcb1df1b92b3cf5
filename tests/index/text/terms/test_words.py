"""Words are found, stemmed and indexed by language and script."""

from __future__ import annotations

import pytest

from index.text.languages import language_of_query
from index.text.normalization import TermWeights, content_words, coverage
from index.text.terms.keyword_terms import index_terms, index_text, query_terms
from index.text.terms.stemming import porter_stem, stem
from index.text.terms.words import word_parts, words


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("de", "Häusern", "Haus"),
        ("fr", "chevaux", "cheval"),
        ("es", "puentes", "puente"),
        ("ru", "мостами", "мост"),
        ("en", "мостами", "мост"),
        ("ar", "المدينة", "مدينة"),
        ("ar", "المَدِينَة", "المدينة"),
        ("en", "Bridges", "bridge"),
        ("xx", "Bücher", "bücher"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, one: str, two: str) -> None:
    assert stem(one, language) == stem(two, language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市长辞职了", ["市长", "辞职", "了"]),
        ("卡罗琳娜在北京", ["卡罗琳娜", "在", "北京"]),
        ("ฉันไปตลาด", ["ฉัน", "ไป", "ตลาด"]),
        ("दिल्ली में बारिश।", ["दिल्ली", "में", "बारिश"]),
        ("In 北京 gab es 3,5 Mio.", ["In", "北京", "gab", "es", "3,5", "Mio"]),
    ],
)
def test_words_without_spaces_are_told_apart(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_terms_are_counted_with_the_parts_of_words() -> None:
    counts = index_terms("The AT&T ships shipped; an AT&T CAFÉ", "en")
    assert counts == {"the": 1, "at t": 2, "at": 2, "t": 2, "ship": 2, "an": 1, "cafe": 1}
    assert index_terms("北京 Tag 北京", "de") == {"北": 2, "京": 2, "北京": 2, "tag": 1}
    assert not index_terms("… —", "en")


def test_question_words_carry_no_content_in_their_language() -> None:
    assert content_words("Какой штраф грозит?", "ru") == ["штраф", "грозит"]
    assert content_words("¿Quién ganó la carrera?", "es") == ["ganó", "carrera"]
    assert content_words("谁领导了研究？", "zh") == ["领导", "研究"]
    assert content_words("Which son won?", "en") == ["son", "won"]


@pytest.mark.parametrize("text", ["The Müllers’ café, U.S. No. 5 — “quoted”…", "plain words", ""])
@pytest.mark.parametrize("language", ["en", ""])
def test_english_is_indexed_as_it_is_written(text: str, language: str) -> None:
    assert index_text(text, language) == text


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("de", "Die Häuser am Jean-Pierre-Platz.", "Haus"),
        ("de", "Die Häuser am Jean-Pierre-Platz.", "Jean-Pierre"),
        ("ru", "В городе открыли мосты.", "мост"),
        ("zh", "北京大学的研究", "京大"),
        ("ja", "東京で会った", "東京"),
        ("ko", "서울에서 만났다", "서울"),
        ("he", "הוא גר בירושלים", "ירושלים"),
        ("", "A visit to Москву.", "Москва"),
    ],
)
def test_a_passage_is_indexed_by_what_its_words_are_searched_by(language: str, text: str, word: str) -> None:
    def as_the_index_stems(phrase: str) -> str:
        return " ".join(porter_stem(part) for one in phrase.split() for part in word_parts(one))

    indexed = f" {as_the_index_stems(index_text(text, language))} "
    for forms in query_terms(word, ["en", language]):
        assert any(f" {as_the_index_stems(form)} " in indexed for form in forms)


def test_forms_that_the_index_stems_alike_are_searched_once() -> None:
    assert query_terms("ferry", ["de", "en"]) == [["ferry"]]
    assert sorted(query_terms("Häuser", ["de", "en"])[0]) == ["Häuser", "haus"]


def test_the_language_of_a_query_is_one_of_the_articles_or_english() -> None:
    assert language_of_query("Wer eröffnete die Brücke?", ["de", "fr"]) == "de"
    assert language_of_query("Who opened the bridge?", ["de", "fr"]) == "en"
    assert language_of_query("Wer eröffnete die Brücke?", []) == "en"


def test_coverage_is_by_the_language_of_the_query() -> None:
    weights = TermWeights({stem("Häuser", "de"): 1.0, stem("verkauft", "de"): 1.0}, "de")
    assert coverage(weights, "Das Haus ist alt.") == 0.5
    assert coverage(TermWeights({"北京": 1.0, "大学": 3.0}, "zh"), "他在北京工作。") == 0.25
