"""Vectors are of unit length, in the order asked for, and those of the model itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from index.chunking import chunk_article, title_prefix
from index.embedding import embedder as embedder_module
from index.embedding.embedder import SentenceEmbedder
from index.errors import WeightsCorrupt, WeightsError, WeightsMissing
from index.readers.registry import read_sources
from index.schemas import Article
from tests.paths import SEEDS
from tests.tinymodels import DIMENSION, WINDOW, edit_json, save_embedder

TEXTS = [
    "The council voted for a new bridge over the river.",
    "",
    "A cat slept.",
    "Ferry services stop in winter because of the ice. " * 20,
    "日本語のテキスト",
    "😀",
    "Prices rose by 3.5 percent in October.",
    "\n",
    *(f"Story {n} of the harbour town, " + "told at length " * (n % 7) for n in range(8)),
]


@pytest.fixture(scope="module")
def vectors(embedder: SentenceEmbedder) -> np.ndarray:
    return embedder.encode(TEXTS)


def test_vectors_are_finite_and_of_unit_length(vectors: np.ndarray) -> None:
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_order_is_that_of_the_texts(vectors: np.ndarray, embedder: SentenceEmbedder) -> None:
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert (np.einsum("nd,nd->n", vectors, alone) > 0.995).all()
    kinds = vectors[[0, 2, 3, 6]]
    assert (np.argmax(kinds @ alone[[0, 2, 3, 6]].T, axis=1) == np.arange(4)).all()


def test_nothing_to_encode_is_no_vector(embedder: SentenceEmbedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_the_same_text_has_the_same_vector(embedder: SentenceEmbedder) -> None:
    assert (embedder.encode([TEXTS[0]]) == embedder.encode([TEXTS[0]])).all()


def test_vectors_are_those_of_the_plain_model(vectors: np.ndarray, embedder: SentenceEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    full = SentenceTransformer(str(embedder._folder), device="cpu", local_files_only=True)
    full.max_seq_length = 256
    reference = full.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    assert (np.einsum("nd,nd->n", vectors, np.asarray(reference)) > 0.999).all()


def test_what_means_the_same_is_near(embedder: SentenceEmbedder) -> None:
    ferry, same, other = embedder.encode(
        ["The ferry was cancelled.", "No boats are sailing today.", "Bread is baked in an oven."]
    )
    assert ferry @ same > ferry @ other + 0.1


@pytest.mark.parametrize("text", ["The 𝒞ity cheered 🎉.", "naïve cafe\u0301", "한국어", "a\0b", ""])
def test_tokens_lie_within_their_text(text: str, embedder: SentenceEmbedder) -> None:
    offsets = embedder.tokens.offsets(text)
    assert offsets == sorted(offsets)
    assert all(0 <= start < end <= len(text) for start, end in offsets)


# Other models

PROMPTS = {"query": "query: ", "passage": "passage: "}
CARD = "---\nlanguage:\n- de\n- pt-br\n- zh_tw\nlicense: mit\n---\n# A model\n"


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_embedder(tmp_path_factory.mktemp("models") / "tiny", prompts=PROMPTS, card=CARD)


@pytest.fixture(scope="module")
def tiny(tiny_folder: Path) -> SentenceEmbedder:
    return SentenceEmbedder(tiny_folder, name="tiny", threads=2)


@pytest.fixture
def changed(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may change."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "changed"))


def test_a_models_own_prompts_and_pooling_are_heeded(tiny: SentenceEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    full = SentenceTransformer(str(tiny._folder), device="cpu", local_files_only=True)
    texts = ["The ferry was late.", "Nobody knew why. " * 40, "Die Fähre kam spät."]
    asked, kept = (
        np.concatenate([full.encode([text], prompt=prompt, show_progress_bar=False) for text in texts])
        for prompt in PROMPTS.values()
    )
    vectors, queries = tiny.encode(texts), np.stack([tiny.encode_query(text) for text in texts])
    assert vectors.shape == (3, DIMENSION)
    assert queries.dtype == vectors.dtype == np.float32
    assert (np.einsum("nd,nd->n", queries, asked) > 0.99).all()
    assert (np.einsum("nd,nd->n", vectors, kept) > 0.99).all()
    assert (np.einsum("nd,nd->n", queries, vectors)[[0, 2]] < 0.99).all()


def test_without_prompts_a_query_is_embedded_as_a_passage_is(embedder: SentenceEmbedder) -> None:
    assert embedder.encode_query(TEXTS[0]) @ embedder.encode([TEXTS[0]])[0] > 0.9999


def test_the_window_is_the_models_own(
    embedder: SentenceEmbedder, tiny: SentenceEmbedder, changed: Path
) -> None:
    assert embedder.tokens.limit == 256 - 2
    assert embedder.tokens.slack == 0
    prefix = len(tiny.tokens.offsets("passage: \n"))
    assert tiny.tokens.limit == WINDOW - 2 - prefix - tiny.tokens.slack
    edit_json(changed / "config_sentence_transformers.json", prompts={})
    assert SentenceEmbedder(changed, name="changed").tokens.limit > tiny.tokens.limit
    edit_json(changed / "tokenizer_config.json", model_max_length=8192)
    edit_json(changed / "config.json", max_position_embeddings=8194)
    assert 500 <= SentenceEmbedder(changed, name="changed").tokens.limit <= 506
    edit_json(changed / "sentence_bert_config.json", max_seq_length=100)
    assert SentenceEmbedder(changed, name="changed").tokens.limit <= 98


def test_nothing_of_a_passage_is_clipped(tiny: SentenceEmbedder) -> None:
    tokenizer = tiny._model.tokenizer
    articles = [article for article in read_sources([SEEDS]) if isinstance(article, Article)]
    articles.append(
        Article(id="x", title="Ähnlich  — „so“", text="Ein  Satz,\n\nnoch einer! " * 40 + "ﬁn½" * 99)
    )
    passages = [(article, passage) for article in articles for passage in chunk_article(article, tiny.tokens)]
    assert len(passages) > len(articles)
    for article, passage in passages:
        text = f"passage: {title_prefix(article.title, tiny.tokens)}\n{passage.text}"
        assert len(tokenizer(text, truncation=False, verbose=False)["input_ids"]) <= WINDOW, text
        room = (
            tiny.tokens.limit
            + tiny.tokens.slack
            - len(tiny.tokens.offsets(title_prefix(article.title, tiny.tokens)))
        )
        assert len(tiny.tokens.offsets(passage.text)) <= room


def test_languages_are_those_of_the_models_card(tiny: SentenceEmbedder, changed: Path) -> None:
    assert tiny.languages == {"de", "pt", "zh"}
    for card in (
        "---\nlanguage: multilingual\n---\n",
        "---\n: [\n---\n",
        "---\njust text\n---\n",
        "# A model",
    ):
        (changed / "README.md").write_text(card)
        assert SentenceEmbedder(changed, name="changed").languages == frozenset()
    (changed / "README.md").write_text("---\nlanguage: en\n---\n")
    assert SentenceEmbedder(changed, name="changed").languages == {"en"}
    assert SentenceEmbedder(changed, name="changed", languages=["sv"]).languages == ["sv"]


def test_the_prefixes_of_e5_are_known_though_its_configuration_lacks_them(changed: Path) -> None:
    edit_json(changed / "config_sentence_transformers.json", prompts={})
    named = changed.rename(changed.with_name("intfloat--multilingual-e5-small"))
    plain, prefixed = SentenceEmbedder(named, name="e5"), "passage: The ferry was late."
    edit_json(named / "config_sentence_transformers.json", prompts={"query": "", "passage": ""})
    bare = SentenceEmbedder(named, name="bare")
    assert plain.encode([TEXTS[0]])[0] @ bare.encode(["passage: " + TEXTS[0]])[0] > 0.99
    assert plain.encode_query(TEXTS[0]) @ bare.encode(["query: " + TEXTS[0]])[0] > 0.99
    assert plain.tokens.limit < bare.tokens.limit, prefixed


@pytest.mark.parametrize("name", ["tokenizer.json", "modules.json", "config.json", "model.safetensors"])
def test_a_folder_that_lacks_what_is_needed_is_refused(changed: Path, name: str) -> None:
    (changed / name).unlink()
    with pytest.raises(WeightsMissing, match=rf"has no (\*\.safetensors|{name}), .*name"):
        SentenceEmbedder(changed, name="changed")


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json", "tokenizer_config.json"])
@pytest.mark.parametrize("content", ["not json", "[1]"])
def test_a_file_that_is_not_what_it_should_be_is_named(changed: Path, name: str, content: str) -> None:
    (changed / name).write_text(content)
    with pytest.raises(WeightsCorrupt, match=name):
        SentenceEmbedder(changed, name="changed")


def test_a_window_too_small_for_passages_is_refused(changed: Path) -> None:
    edit_json(changed / "tokenizer_config.json", model_max_length=32)
    with pytest.raises(WeightsCorrupt, match="reads 32 tokens at once"):
        SentenceEmbedder(changed, name="changed")


def test_no_code_of_a_model_is_run(changed: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (changed / "custom.py").write_text(f"open({str(ran)!r}, 'w')\nclass Custom: pass\n")
    modules = (changed / "modules.json").read_text()
    (changed / "modules.json").write_text(
        modules.replace("sentence_transformers.base.modules.transformer.Transformer", "custom.Custom")
    )
    with pytest.raises(WeightsError, match="cannot be loaded"):
        SentenceEmbedder(changed, name="changed").encode(["a"])
    (changed / "modules.json").write_text(modules)
    edit_json(
        changed / "config.json",
        model_type="custom",
        auto_map={"AutoModel": "custom.Custom", "AutoConfig": "custom.C"},
    )
    with pytest.raises(WeightsError, match="cannot be loaded"):
        SentenceEmbedder(changed, name="changed").encode(["a"])
    assert not ran.exists()


def test_weights_that_are_damaged_are_told(changed: Path) -> None:
    file = changed / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(WeightsCorrupt, match=r"changed cannot be loaded"):
        SentenceEmbedder(changed, name="changed").encode(["a"])


def test_a_query_is_embedded_once_and_its_vector_cannot_be_spoilt(
    embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = embedder.encode_query("Who keeps the light of Skerrow?")
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1
    monkeypatch.setattr(SentenceEmbedder, "_forward", None)  # not needed again
    assert (embedder.encode_query("Who keeps the light of Skerrow?") == first).all()


@pytest.mark.parametrize("faster", [torch.float32, torch.bfloat16])
def test_the_dtype_is_the_one_that_is_faster_here(
    faster: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    monkeypatch.setattr(embedder_module, "_matmul_seconds", lambda number: number != faster)
    assert embedder_module.fastest_dtype() == faster


def test_a_format_that_the_processor_lacks_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    monkeypatch.setattr(embedder_module, "_matmul_seconds", None)
    assert embedder_module.fastest_dtype() == torch.float32
