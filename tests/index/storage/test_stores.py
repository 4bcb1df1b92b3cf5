"""What every document store, vector store and keyword index does, whichever database it uses."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from index.errors import ArticleUnknown
from index.schemas import Article, Filters, Passage
from index.storage.generations import Generation, Stores
from index.storage.protocols import PassageSpan, VectorMetadata
from tests.index.storage.test_duplicate_clusters import COPIES

FERRY = Article(id="ferry", text="The ferry burned. Nobody was hurt.", source="Post", date=date(2024, 1, 2))
BREAD = Article(id="bread", text="Bread is baked before dawn.", origin="/news/bread.txt")
AXES = np.eye(4, dtype=np.float32)


@pytest.fixture
def stores(generation: Generation) -> Iterator[Stores]:
    stores = generation.open()
    yield stores
    stores.documents.close()
    stores.vectors.close()


def passages(article: Article, *ends: int) -> list[Passage]:
    starts = (0, *(end + 1 for end in ends))
    return [
        Passage(
            id=f"{article.id}-{number}",
            article_id=article.id,
            start=start,
            end=end,
            text=article.text[start:end],
        )
        for number, (start, end) in enumerate(zip(starts, ends, strict=False))
    ]


@pytest.fixture
def filled(stores: Stores) -> Stores:
    fill(stores)
    return stores


def fill(stores: Stores) -> None:
    stores.documents.put([(FERRY, passages(FERRY, 17, 34)), (BREAD, passages(BREAD, len(BREAD.text)))])
    metadata = [
        VectorMetadata(article_id=article.id, source=article.source, date=article.date)
        for article in (FERRY, FERRY, BREAD)
    ]
    stores.vectors.put(["ferry-0", "ferry-1", "bread-0"], AXES[:3], metadata)


def test_documents_come_back_as_they_were(filled: Stores) -> None:
    documents = filled.documents
    assert list(documents.articles()) == [(FERRY, 2), (BREAD, 1)]
    assert documents.article("bread") == BREAD
    assert documents.counts() == (2, 3)
    assert documents.passage_ids() == {"ferry-0", "ferry-1", "bread-0"}
    assert documents.passage_spans("ferry") == [
        PassageSpan(id="ferry-0", start=0, end=17),
        PassageSpan(id="ferry-1", start=18, end=34),
    ]
    found = documents.passages(["ferry-1", "unknown"])
    assert {id_: (passage.text, article) for id_, (passage, article) in found.items()} == {
        "ferry-1": ("Nobody was hurt.", FERRY)
    }
    assert documents.passage_dates(["ferry-0", "bread-0"]) == {"ferry-0": FERRY.date, "bread-0": None}
    assert documents.origins() == {"ferry": "", "bread": "/news/bread.txt"}
    assert documents.newest_date() == FERRY.date
    assert documents.newest_date(date(2023, 1, 1)) == date(2023, 1, 1)


def test_metadata_is_kept(stores: Stores) -> None:
    metadata = stores.documents.metadata
    assert metadata.setdefault("embedder", "one") == metadata.setdefault("embedder", "two") == "one"
    metadata["thresholds"] = "a"
    metadata["thresholds"] = "b"
    assert dict(metadata) == dict(metadata.items()) == {"embedder": "one", "thresholds": "b"}
    assert len(metadata) == 2 and metadata.get("missing") is None
    del metadata["thresholds"]
    with pytest.raises(KeyError):
        metadata["thresholds"]
    with pytest.raises(KeyError):
        del metadata["thresholds"]


def test_vectors_of_removed_passages_are_orphans(filled: Stores) -> None:
    documents = filled.documents
    documents.mark_orphans(["ferry-0", "new-0"])
    assert documents.orphan_vectors() == ["new-0"]  # a stored passage owns its vector
    documents.remove(["ferry"])
    assert sorted(documents.orphan_vectors()) == ["ferry-0", "ferry-1", "new-0"]
    documents.put([(FERRY, passages(FERRY, 17))])
    with pytest.raises(ZeroDivisionError), documents.take_orphans() as orphans:
        raise ZeroDivisionError
    assert sorted(documents.orphan_vectors()) == ["ferry-1", "new-0"]
    with documents.take_orphans() as orphans:
        assert "ferry-1" in orphans and "ferry-0" not in orphans
    assert "ferry-1" not in documents.orphan_vectors()
    with pytest.raises(ArticleUnknown):
        documents.article("gone")


def test_a_snapshot_does_not_change(filled: Stores) -> None:
    with filled.documents.snapshot() as snapshot:
        filled.documents.remove(["ferry"])
        filled.documents.metadata["new"] = "x"
        assert list(snapshot.articles()) == [(FERRY, 2), (BREAD, 1)]
        assert "new" not in snapshot.metadata
    assert filled.documents.counts() == (1, 1)


def test_vectors_are_found_by_cosine_and_filters(filled: Stores) -> None:
    vectors = filled.vectors
    query = (AXES[0] * 0.8 + AXES[2] * 0.6).astype(np.float32)
    assert vectors.nearest(query, 2, Filters()) == pytest.approx({"ferry-0": 0.8, "bread-0": 0.6}, abs=1e-6)
    assert list(vectors.nearest(query, 3, Filters(article_ids=("bread",)))) == ["bread-0"]
    assert vectors.similarities(query, ["bread-0", "unknown"]) == pytest.approx({"bread-0": 0.6}, abs=1e-6)
    vectors.delete(["ferry-0", "unknown"])
    assert vectors.ids() == {"ferry-1", "bread-0"}
    found, rows = vectors.get(["ferry-0", "ferry-1"])
    assert (found, rows.tolist()) == (["ferry-1"], [AXES[1].tolist()])


def test_keywords_are_found_and_weighted(filled: Stores) -> None:
    keywords = filled.keywords
    assert set(keywords.search({"burned": 1.0, "bread": 1.0}, 5, Filters())) == {"ferry-0", "bread-0"}
    assert set(keywords.search({"burned": 1.0, "bread": 1.0}, 5, Filters(source="Post"))) == {"ferry-0"}
    weights = keywords.idf_weights({"ferry": 1.0, "missing": 1.0})
    assert weights["miss"] > weights["ferri"] > 0
    assert keywords.unindexed_passages() == keywords.orphan_entries() == []
    assert keywords.has_word("burning") and not keywords.has_word("missing")
    assert {"ferri", "burn", "bread"} <= set(keywords.stems())
    assert keywords.forms("burn") == {"burned"}
    filled.documents.remove(["ferry"])
    assert keywords.search({"burned": 1.0}, 5, Filters()) == {} and not keywords.has_word("ferry")


def test_words_of_several_parts_are_found_as_one(stores: Stores) -> None:
    texts = {
        "one": "The U.S. sent 2,600 people.",
        "two": "A U-turn was sent by S. Jones.",
        "three": "Jean Paul.",
    }
    articles = [Article(id=id_, text=text) for id_, text in texts.items()]
    stores.documents.put([(one, passages(one, len(one.text))) for one in articles])
    find = stores.keywords.search
    assert set(find({"U.S": 1.0}, 5, Filters())) == {"one-0"}
    assert set(find({"2,600": 1.0}, 5, Filters())) == {"one-0"}
    assert set(find({"Jean-Paul": 1.0}, 5, Filters())) == {"three-0"}
    assert stores.keywords.has_word("U.S") and stores.keywords.has_word("Jean-Paul")


def test_a_word_of_any_length_is_stored_and_found(stores: Stores) -> None:
    dice = random.Random(1)
    blob, other = ("".join(dice.choices(string.ascii_lowercase, k=12_000)) for _ in range(2))
    dotted = ".".join(blob[at : at + 6] for at in range(0, 9_000, 6))  # one word of many parts
    texts = {"blob": f"Attached: {blob}", "other": f"Attached: {blob[:6000]}{other}", "dotted": dotted}
    for id_, text in texts.items():
        article = Article(id=id_, text=text)
        stores.documents.put([(article, passages(article, len(text)))])
    assert stores.keywords.search({blob: 1.0}, 5, Filters()).keys() == {"blob-0"}
    assert stores.keywords.search({"attached": 1.0}, 5, Filters()).keys() == {"blob-0", "other-0"}
    assert stores.keywords.search({dotted: 1.0}, 5, Filters()).keys() == {"dotted-0"}
    stores.documents.remove(["blob"])
    assert not stores.keywords.search({blob: 1.0}, 5, Filters())


def test_any_text_comes_back_as_it_was(stores: Stores) -> None:
    texts = ["NUL \0 and \ufdd0 within.", "emoji 🜂 and café", "'; DROP TABLE articles; -- %s"]
    articles = [Article(id=f"ø{n}\0", title=text, source=text, text=text) for n, text in enumerate(texts)]
    stores.documents.put([(one, passages(one, len(one.text))) for one in articles])
    assert {article for article, _ in stores.documents.articles()} == {*articles}
    for article in articles:
        assert stores.documents.digest(article.id) == article.digest
        page = stores.documents.list_articles(filters=Filters(source=article.source))
        assert [one.id for one in page.articles] == [article.id]
    assert stores.documents.list_articles(search="CAFÉ").total == 1
    assert stores.documents.list_articles(search="ufdd").total == 0


def test_lists_are_paged_and_filtered(filled: Stores) -> None:
    documents = filled.documents
    late = Article(
        id="late", title="Straße", url="https://www.herald.example/a", text="Late.", period="2024-01"
    )
    documents.put([(late, passages(late, 5))])
    pages = [documents.list_articles(limit=1, offset=at) for at in range(4)]
    assert [[one.id for one in page.articles] for page in pages] == [["ferry"], ["late"], ["bread"], []]
    assert {page.total for page in pages} == {3}
    assert documents.list_articles(limit=0).total == 3
    assert [one.id for one in documents.list_articles(search="STRASSE").articles] == ["late"]
    after = documents.list_articles(filters=Filters(after=date(2024, 1, 1)))
    assert [(one.id, one.passages, one.characters) for one in after.articles] == [
        ("ferry", 2, 34),
        ("late", 1, 5),
    ]
    assert documents.sources() == ["Post"] and documents.sites() == ["herald.example"]
    assert documents.ids_of_site("herald.example") == ["late"]
    assert documents.present(["late", "gone", "ferry"]) == [late, FERRY]
    assert documents.matching_passages(["late-0", "bread-0"], Filters(as_of=date(2024, 2, 1))) == {
        "late-0",
        "bread-0",
    }


def test_an_article_replaces_that_of_its_origin(filled: Stores) -> None:
    newer = Article(id="newer", text="Bread is baked at noon.", origin=BREAD.origin)
    filled.documents.put([(newer, passages(newer, len(newer.text)))])
    assert filled.documents.ids_by_origin("/news/bread.txt") == ["newer"]
    assert filled.documents.ids_by_origin("") == []
    assert filled.documents.counts() == (2, 3)
    filled.documents.set_origins({"newer": "/elsewhere"})
    assert filled.documents.origins() == {"ferry": "", "newer": "/elsewhere"}


def test_copies_are_clustered(stores: Stores) -> None:
    copies = [Article(id=f"of-{name}", text=text, source=name) for name, text in COPIES.items()]
    other = Article(id="other", text="The council of Orm will vote about a new library in spring.")
    for one in (*copies, other):
        stores.documents.put([(one, passages(one, len(one.text)))])
    cluster = stores.documents.cluster("of-wire")
    assert cluster is not None and stores.documents.cluster("of-herald") == cluster
    assert stores.documents.cluster("other") is None
    assert stores.documents.language("of-wire") == "en" and stores.documents.language("gone") == ""
    assert stores.documents.language_counts()["en"] >= 5
    members = stores.documents.cluster_members(cluster, Filters(), 5)
    assert members == sorted(copies, key=lambda one: one.source)
    assert stores.documents.cluster_members(cluster, Filters(source="tide"), 5) == [copies[2]]
    stores.documents.remove(["of-wire"])
    assert stores.documents.cluster("of-herald") is not None
    stores.documents.remove(["of-tide", "of-post", "of-courier"])
    assert stores.documents.cluster("of-herald") is None
