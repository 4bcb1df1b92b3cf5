"""A cross-encoder reads the best hits once more: its order and its scores are those of the search."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding.embedder import SentenceEmbedder
from index.embedding.reranker import RERANK_CANDIDATES, CrossEncoderReranker
from index.errors import WeightsCorrupt, WeightsMissing
from index.library import Library
from index.retrieval import hybrid
from index.schemas import Filters
from qa.assistant import open_assistant
from qa.cli.diagnostics import examine
from qa.llm import custom
from qa.llm.embedders import list_models, open_reranker
from qa.settings import read_settings
from tests.conftest import MODELS
from tests.tinymodels import edit_json, save_reranker

QUERY = "When did the ferry catch fire?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reranker(tmp_path_factory.mktemp("models") / "pairs")


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "changed"))


@pytest.fixture
def reranking(seeded_home: Path, embedder: SentenceEmbedder, folder: Path) -> Iterator[Library]:
    with Library(seeded_home, embedder, reranker=CrossEncoderReranker(folder)) as library:
        yield library


def test_scores_are_the_sigmoid_of_what_the_model_says(folder: Path) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    texts = [
        "The fire broke out at 18:40.",
        "Nobody was hurt.",
        "Bread. " * 300,
        "",
        "One",
        "Two",
        "Ice. " * 9,
    ]
    scores = CrossEncoderReranker(folder, threads=2).scores(QUERY, texts)
    plain = CrossEncoder(str(folder), device="cpu", local_files_only=True, activation_fn=torch.nn.Identity())
    logits = np.asarray(plain.predict([(QUERY, text) for text in texts], show_progress_bar=False))
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    assert np.allclose(scores, 1 / (1 + np.exp(-logits)), atol=0.05)
    assert len(set(scores.tolist())) > 2


def test_a_search_is_in_the_rerankers_order(
    reranking: Library, seeded_folder: Path, folder: Path, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    hits = reranking.collection("default").search(QUERY, k=RERANK_CANDIDATES)
    scores = CrossEncoderReranker(folder).scores(QUERY, [f"{hit.title}\n{hit.passage.text}" for hit in hits])
    assert [hit.score for hit in hits] == pytest.approx(scores.tolist(), abs=0.02)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    with Library(Path(shutil.copytree(seeded_folder, tmp_path / "plain")), embedder) as plain:
        before = plain.collection("default").search(QUERY, k=RERANK_CANDIDATES)
    assert {hit.passage.id for hit in before} == {hit.passage.id for hit in hits}
    assert [hit.passage.id for hit in before] != [hit.passage.id for hit in hits]
    unchanged = {hit.passage.id: (hit.similarity, hit.coverage) for hit in before}
    assert {hit.passage.id: (hit.similarity, hit.coverage) for hit in hits} == unchanged
    best = reranking.collection("default").search(QUERY, k=3)
    assert [hit.passage.id for hit in best] == [hit.passage.id for hit in hits[:3]]
    many = reranking.collection("default").search(QUERY, k=RERANK_CANDIDATES + 5)
    assert len(many) > RERANK_CANDIDATES or len(many) == len(hits)


def test_a_search_without_hits_asks_no_reranker(reranking: Library) -> None:
    assert reranking.collection("default").search(QUERY, filters=Filters(source="nobody")) == []


def test_only_the_best_are_read(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    class Backwards:
        def scores(self, query: str, texts: Sequence[str]) -> np.ndarray:
            seen.append(len(texts))
            return np.linspace(0, 1, len(texts), dtype=np.float32)

    seen: list[int] = []
    with Library(seeded_home, embedder, reranker=Backwards()) as library:
        hits = library.collection("default").search(QUERY, k=2)
    assert seen == [RERANK_CANDIDATES]
    assert [hit.score for hit in hits] == pytest.approx([1, 1 - 1 / (RERANK_CANDIDATES - 1)])
    assert hybrid.CANDIDATES > RERANK_CANDIDATES


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_that_lacks_what_is_needed_is_refused(changed: Path, name: str) -> None:
    (changed / name).unlink()
    with pytest.raises(WeightsMissing, match=f"has no {name}; name a folder"):
        CrossEncoderReranker(changed)


def test_another_kind_of_model_is_refused(changed: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorrupt, match=r"BertModel.* is not a reranker"):
        CrossEncoderReranker(MODELS / "all-MiniLM-L6-v2")
    with pytest.raises(WeightsCorrupt, match="outputs: 3"):
        CrossEncoderReranker(save_reranker(tmp_path / "three", labels=3))
    (changed / "config.json").write_text("[]")
    with pytest.raises(WeightsCorrupt, match="is not a reranker"):
        CrossEncoderReranker(changed)


def test_weights_that_are_damaged_are_told(changed: Path) -> None:
    file = changed / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(WeightsCorrupt, match=r"changed cannot be loaded.*QUOTH_RERANKER"):
        CrossEncoderReranker(changed).scores(QUERY, ["a"])


def test_no_code_of_a_model_is_run(changed: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (changed / "custom.py").write_text(f"open({str(ran)!r}, 'w')\nclass Custom: pass\n")
    auto = {"AutoModelForSequenceClassification": "custom.Custom", "AutoConfig": "custom.Custom"}
    edit_json(changed / "config.json", model_type="custom", auto_map=auto)
    with pytest.raises(WeightsCorrupt, match="cannot be loaded"):
        CrossEncoderReranker(changed).scores(QUERY, ["a"])
    assert not ran.exists()


def test_the_settings_name_one_or_none(seeded_home: Path, folder: Path) -> None:
    def settings(reranker: str | None):
        return read_settings(home=seeded_home, model="none", reranker=reranker)

    assert open_reranker(settings(None)) is None
    with open_assistant(settings(str(folder))) as assistant:
        scores = [hit.score for hit in assistant.search(QUERY, k=5)]
        assert scores == sorted(scores, reverse=True)
        assert assistant.ask(QUERY).passages
    assert any(one.used and one.weights.name == str(folder) for one in list_models(settings(str(folder))))
    with pytest.raises(WeightsMissing, match="run `quoth models pull someone/pairs`"):
        open_assistant(settings("someone/pairs"))
    with pytest.raises(WeightsMissing, match="there is no model in /nowhere"):
        open_assistant(settings("/nowhere"))
    told = {finding.about: finding for finding in examine(settings("someone/pairs"))}
    assert (told["reranker"].level, told["reranker"].mend) == (
        "problem",
        "run `quoth models pull someone/pairs`",
    )
    place = custom.pull("someone/pairs", seeded_home / "elsewhere", local=folder)
    assert CrossEncoderReranker(place).scores(QUERY, ["a"]).shape == (1,)
