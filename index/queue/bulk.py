"""Loading many articles: Ray Data embeds them in several processes, or on several machines. No other module
imports ray.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, MutableMapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from index.chunking import chunk_article, embedded_text
from index.collection import Collection
from index.embedding.embedder import Embedder, Vectors
from index.errors import StorePackagesMissing
from index.queue.messages import pack_articles, unpack_articles
from index.schemas import Article, Ingested, Skipped

if TYPE_CHECKING:
    from ray.data import Dataset

Place = tuple[str, int, int]

# Articles that an actor embeds at a time, and those that are read together: Ray holds the vectors of these.
BATCH_ARTICLES, WINDOW_ARTICLES = 50, 2000
# Ray needs some for itself: with as many as there are actors, these never started.
_OTHER_CPUS = 2


class _EmbedBatch:
    """What an actor does: chunks and embeds a batch of articles."""

    def __init__(self, make_embedder: Callable[[], Embedder]) -> None:
        self._embedder = make_embedder()

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        tokens = self._embedder.tokens
        passages = [
            (article, passage)
            for article in unpack_articles(row["articles"])
            for passage in chunk_article(article, tokens)
        ]
        vectors = self._embedder.encode([embedded_text(a, p, tokens) for a, p in passages])
        return {
            "articles": row["articles"],
            "ids": [article.id for article, _ in passages],
            "starts": [passage.start for _, passage in passages],
            "ends": [passage.end for _, passage in passages],
            "vectors": np.ascontiguousarray(vectors, dtype=np.float32).tobytes(),
        }


def add_with_ray(
    collection: Collection,
    items: Iterable[Article | Skipped],
    make_embedder: Callable[[], Embedder],
    *,
    actors: int,
) -> Generator[Ingested | Skipped, None, None]:
    """Stores the articles while the outcomes are iterated, as `Collection.add` does; `actors` processes embed
    them. With RAY_ADDRESS they are those of that cluster, where Quoth is installed too.

    Raises StorePackagesMissing, and as `Collection.add` does.
    """
    try:
        import ray
    except ImportError:
        raise StorePackagesMissing("`--engine ray` needs Ray; install `quoth[ray]`") from None
    known: MutableMapping[Place, Vectors] = {}
    _start(ray, actors)
    try:
        yield from collection.add(_embedded(collection, items, make_embedder, actors, known), known=known)
    finally:
        ray.shutdown()


def _start(ray: Any, actors: int) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    options: dict[str, Any] = {"configure_logging": True, "log_to_driver": False, "logging_level": "warning"}
    if "RAY_ADDRESS" not in os.environ:
        # On loopback. Ray takes 127.0.0.1 for the machine's address in its network.
        options |= {
            "num_cpus": actors + _OTHER_CPUS,
            "include_dashboard": False,
            "_node_ip_address": "127.0.0.2",
        }
    ray.init(**options)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # Of two versions of an article, the later one has to be stored last.
    context.execution_options.preserve_order = True


def _embedded(
    collection: Collection,
    items: Iterable[Article | Skipped],
    make_embedder: Callable[[], Embedder],
    actors: int,
    known: MutableMapping[Place, Vectors],
) -> Iterator[Article | Skipped]:
    """The items, the vectors of new and changed articles being `known` before each is yielded."""
    waiting = iter(items)
    while window := list(islice(waiting, WINDOW_ARTICLES)):
        changed: list[Article] = []
        for item in window:
            if isinstance(item, Skipped) or collection.documents.digest(item.id) == item.digest:
                yield item
            else:
                changed.append(item)
        if changed:
            for row in _dataset(changed, make_embedder, actors).iter_rows():
                places = zip(row["ids"], row["starts"], row["ends"], strict=True)
                vectors = np.frombuffer(row["vectors"], dtype=np.float32).reshape(len(row["ids"]), -1)
                known.update(zip(((str(i), int(s), int(e)) for i, s, e in places), vectors, strict=True))
                yield from unpack_articles(row["articles"])


def _dataset(articles: list[Article], make_embedder: Callable[[], Embedder], actors: int) -> Dataset:
    import ray

    batches = [
        {"articles": pack_articles(articles[at : at + BATCH_ARTICLES])}
        for at in range(0, len(articles), BATCH_ARTICLES)
    ]
    read = ray.data.from_items(batches, override_num_blocks=len(batches))
    return read.map(
        _EmbedBatch,
        fn_constructor_args=(make_embedder,),
        compute=ray.data.ActorPoolStrategy(size=actors),
        num_cpus=1,
    )
