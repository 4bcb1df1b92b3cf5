"""A search finds by words and by meaning, best first, and takes whatever is typed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from index.collection import Collection
from index.embedding.embedder import SentenceEmbedder
from index.errors import ArchiveEmpty
from index.library import Library
from index.schemas import Article, Filters

ARTICLES = [
    Article(id="ferry", title="Island cut off", text="The ferry Aurelia was cancelled because of a storm."),
    Article(id="bread", title="At the baker's", text="Bread is baked in ovens before dawn."),
    Article(id="mayor", title="Town hall", text="The mayor, Ilse Quandt, resigned on Friday after the vote."),
    Article(id="strike", title="Buses", text="Drivers stopped work and demanded higher wages."),
    Article(id="code", title="Parts", text="The recall concerns pumps with the number XK-4471-B only."),
    Article(id="german", title="Stadtrat", text="Der Stadtrat sprach über die Brücke und die Fähre."),
    Article(id="cafe", title="Cafe\u0301 Résumé", text="Le cafe\u0301 a ouvert à Zu\u0308rich."),
    Article(id="japan", title="東京", text="東京で会議が開かれた。"),
    Article(id="long", title="Long", text="A dull sentence about nothing in particular stands here. " * 120),
]
ODD = [
    "What is it?", "the of and", "?", "...", "!!! ???", '"', '""', "'", '"unclosed', "*",
    "ferry*", "fer*ry", "NEAR(", "NEAR(ferry storm, 5)", "-ferry", "- -", "^ferry", "^", ":",
    "title:ferry", "text : ferry", "{title}: ferry", "ferry AND", "OR", "NOT", "AND OR NOT",
    "(ferry", ")", "((((", "ferry + storm", "+", "\\", "%", "_", "__", ";",
    "'; DROP TABLE words; --", "😀", "😀 ferry 🎉", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "日本語", "한국어", "ไทย", "हिन्दी",
    "عربى", "\u0301", "\u200b", "\ufeff", "a\0b", "\0", "²", "Ⅷ", "𝒞ity", "ﬁre",
    "ferry\nstorm\t", "x" * 2_000, "ferry " * 333, "a" * 100 + "'" * 1_900, '"' * 2_000,
    "(" * 2_000, "😀" * 2_000, "語" * 2_000, "a." * 1_000, " ".join(f"{n:x}" for n in range(500)),
    " ".join(chr(0x4E00 + n) for n in range(1_000)), "",
]  # fmt: skip


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Iterator[Collection]:
    with Library(tmp_path_factory.mktemp("search"), embedder) as library:
        collection = library.collection("default", make=True)
        list(collection.add(ARTICLES))
        yield collection


def best(collection: Collection, query: str) -> str:
    return collection.search(query)[0].passage.article_id


@pytest.mark.parametrize(
    ("query", "article_id"),
    [
        ("Aurelia", "ferry"),
        ("XK-4471-B", "code"),
        ("xk-4471-b", "code"),
        ("Which pumps are recalled?", "code"),
        ("Quandt", "mayor"),
        ("QUANDTS", "mayor"),
        ("Where is the cafe in Zurich?", "cafe"),
        ("Café Zürich", "cafe"),
        ("Cafe\u0301 Zu\u0308rich", "cafe"),
        ("Brücke", "german"),
        ("brucke", "german"),
    ],
)
def test_a_rare_word_finds_its_passage(collection: Collection, query: str, article_id: str) -> None:
    assert best(collection, query) == article_id


@pytest.mark.parametrize(
    ("query", "article_id"),
    [
        ("Why were no boats sailing during the bad weather?", "ferry"),
        ("Which politician stepped down from office?", "mayor"),
        ("employees refusing to do their jobs for more pay", "strike"),
        ("making loaves early in the morning", "bread"),
    ],
)
def test_a_paraphrase_finds_its_passage(collection: Collection, query: str, article_id: str) -> None:
    assert best(collection, query) == article_id


def test_a_word_of_the_title_counts_for_the_passage(collection: Collection) -> None:
    assert best(collection, "Stadtrat") == "german"
    assert collection.search("island")[0].coverage == 1.0


@pytest.mark.parametrize("query", ["ferry storm", "the mayor", "nothing of this kind at all", "Is it?"])
def test_hits_are_best_first_and_on_their_scales(collection: Collection, query: str) -> None:
    hits = collection.search(query, k=100)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits) == collection.documents.counts()[1]
    for hit in hits:
        assert 0 <= hit.score <= 1
        assert -1 <= hit.similarity <= 1
        assert 0 <= hit.coverage <= 1
        article = collection.documents.article(hit.passage.article_id)
        assert hit.passage.text == article.text[hit.passage.start : hit.passage.end]
        assert (hit.title, hit.url, hit.date, hit.source) == (
            article.title, article.url, article.date, article.source,
        )  # fmt: skip


@pytest.mark.parametrize("article", ARTICLES[4:], ids=lambda article: article.id)
def test_even_a_passage_itself_scores_no_more_than_one(collection: Collection, article: Article) -> None:
    passage = collection.search(article.text)[0].passage
    top = collection.search(f"{article.title}\n{passage.text}")[0]
    assert top.passage.article_id == article.id
    assert 0.9 < top.score <= 1
    assert 0.9 < top.similarity <= 1
    assert top.coverage == 1


@pytest.mark.parametrize("query", ODD, ids=lambda query: ascii(query[:20]))
def test_whatever_is_typed_is_a_query_and_no_error(collection: Collection, query: str) -> None:
    hits = collection.search(query, k=3)
    assert len(hits) == 3
    assert all(math.isfinite(hit.score) and 0 <= hit.score <= 1 for hit in hits)
    assert all(0 <= hit.coverage <= 1 for hit in hits)
    assert all(weight > 0 for weight in collection.weights(query).values())


def test_signs_around_a_word_do_not_hide_it(collection: Collection) -> None:
    for query in (
        '"Aurelia"',
        "Aurelia*",
        "^Aurelia",
        "-Aurelia",
        "title:Aurelia",
        "NEAR(Aurelia)",
        "(Aurelia",
    ):
        assert best(collection, query) == "ferry"


def test_words_in_brackets_at_the_end_decide_where_the_others_do_not(collection: Collection) -> None:
    assert best(collection, "What was cancelled because of the vote? (ferry)") == "ferry"
    assert best(collection, "And who resigned? (ferry storm)") == "mayor"
    assert best(collection, "And when? (bread ovens)") == "bread"


def test_scores_of_words_add_up_by_what_each_counts(collection: Collection) -> None:
    alone = {
        word: collection.keywords.search({word: 1.0}, 50, Filters()) for word in ("storm", "the", "town")
    }
    counts = {"storm": 1.0, "the": 0.3, "town": 0.3}
    together = collection.keywords.search(counts, 50, Filters())
    assert together.keys() == set().union(*alone.values())
    for id_, score in together.items():
        parts = (counts[word] * alone[word].get(id_, 0.0) for word in counts)
        assert score == pytest.approx(sum(parts))


@pytest.mark.parametrize("k", [1, 2, 5, 100])
def test_k_is_the_most_that_come(collection: Collection, k: int) -> None:
    every = collection.search("the ferry and the bread", k=100)
    assert collection.search("the ferry and the bread", k=k) == every[:k]


def test_a_search_may_be_repeated(collection: Collection) -> None:
    assert collection.search("ferry and bread") == collection.search("ferry and bread")


def test_rare_words_weigh_more(collection: Collection) -> None:
    weights = collection.weights("Did the Aurelia read a dull sentence?")
    assert weights["aurelia"] > weights["dull"] > 0
    assert "the" not in weights


def test_a_filter_that_nobody_passes_gives_nothing(collection: Collection) -> None:
    assert collection.search("ferry", filters=Filters(source="Nobody")) == []


def test_an_empty_collection_says_so(library: Library) -> None:
    collection = library.collection("empty", make=True)
    with pytest.raises(ArchiveEmpty, match="quoth add"):
        collection.search("ferry")
    list(collection.add(ARTICLES[:1]))
    assert best(collection, "ferry") == "ferry"
    collection.remove(["ferry"])
    with pytest.raises(ArchiveEmpty):
        collection.search("ferry")
