"""One process over its home and several over PostgreSQL and Chroma find the same."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.conftest import MODELS
from tests.distributed.adding import quoth, search
from tests.distributed.cluster import Cluster, embedding
from tests.paths import SEEDS
from tests.serving import serving

K = 5


def test_searches_of_both_kinds_find_the_same_articles(cluster: Cluster, tmp_path: Path) -> None:
    lines = (SEEDS / "questions.jsonl").read_text().splitlines()
    questions = [question for question in map(json.loads, lines) if question.get("gold")]
    (tmp_path / "models").symlink_to(MODELS, target_is_directory=True)
    with serving(tmp_path, env=embedding(cluster.environment["QUOTH_EMBEDDER_URL"])) as alone:
        alone.quoth("add", SEEDS, "--collection", "seeds")
        with httpx.Client(base_url=alone.url, trust_env=False, timeout=60) as client:
            embedded = [found(client, question["question"]) for question in questions]
    quoth(cluster, cluster.home, "add", str(SEEDS), "--collection", "seeds")
    with cluster.client() as client:
        served = [found(client, question["question"]) for question in questions]
    # A question more or less is what 0.01 comes to here.
    assert abs(gold_found(questions, embedded) - gold_found(questions, served)) <= 1.01 / len(questions)
    # Several passages of one article may be among the first.
    shared = [len({*one} & {*other}) / len({*one}) for one, other in zip(embedded, served, strict=True)]
    assert sum(shared) / len(shared) > 0.9


def found(client: httpx.Client, question: str) -> list[str]:
    return [hit["article_id"] for hit in search(client, question, "seeds", k=K)]


def gold_found(questions: list[dict[str, list[str]]], hits: list[list[str]]) -> float:
    """The share of the questions with a right article among the first."""
    return sum(bool({*one["gold"]} & {*ids}) for one, ids in zip(questions, hits, strict=True)) / len(hits)
