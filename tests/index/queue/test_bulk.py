"""Loading many articles with Ray, where it is installed."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from index.errors import StorePackagesMissing
from index.library import Library
from index.queue.bulk import add_with_ray
from index.schemas import Article, Ingested, Skipped
from tests.conftest import MODELS
from tests.index.durability.test_crash import WordCounter, story

TOKENIZER = MODELS / "all-MiniLM-L6-v2" / "tokenizer.json"


def test_where_ray_is_missing_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    make = partial(WordCounter, TOKENIZER)
    with Library(tmp_path, make()) as library:
        adding = add_with_ray(library.collection("default", make=True), [], make, actors=1)
        with pytest.raises(StorePackagesMissing, match=r"quoth\[ray\]"):
            list(adding)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_actors_store_what_one_process_stores(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    articles = [story(f"story{number}", 1) for number in range(130)]
    make = partial(WordCounter, TOKENIZER)
    with Library(tmp_path / "one", make()) as one, Library(tmp_path / "many", make()) as many:
        list(one.add("default", articles))
        loaded = many.collection("default", make=True)
        items: list[Article | Skipped] = [*articles, Skipped(source="a", reason="broken")]
        outcomes = list(add_with_ray(loaded, items, make, actors=2))
        again = list(add_with_ray(loaded, items, make, actors=2))
        assert [one.how for one in outcomes if isinstance(one, Ingested)] == ["added"] * len(articles)
        assert [one.article_id for one in outcomes if isinstance(one, Ingested)] == [a.id for a in articles]
        assert [one.how for one in again if isinstance(one, Ingested)] == ["unchanged"] * len(articles)
        stored = one.collection("default")
        ids = sorted(stored.documents.passage_ids())
        assert sorted(loaded.documents.passage_ids()) == ids
        for id_ in ids[::17]:
            [_], expected = stored.vectors.get([id_])
            [_], found = loaded.vectors.get([id_])
            assert np.allclose(found, expected, atol=1e-6)
