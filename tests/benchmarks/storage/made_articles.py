"""Articles that nobody wrote, as many as are wanted, in the file of an export with their vectors.

Words have the frequencies of a language (Zipf's law), so that a keyword index has postings as long as
those of real text. Vectors lie around the centres of topics, and those of an article around its own, so that
a passage has some near neighbours, more distant ones and most far away.
"""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from index.chunking import Span, embedded_text, passages_at
from index.embedding.embedder import TextTokenizer, Vectors
from index.maintenance.backup import hashed_member
from index.maintenance.backup_file import (
    FORMAT,
    MANIFEST,
    BackupManifest,
    CollectionBackup,
    article_line,
    articles_file,
    vectors_file,
)
from index.schemas import Article
from index.text.terms.stop_words import function_words

DIMENSION = 384
VOCABULARY, USUAL_WORDS = 300_000, 8_000
TOPICS, TOPIC_WORDS = 400, 60
# Passages of an article, sentences of a passage, words of a sentence: some 140 words a passage, as usual.
PASSAGES, SENTENCES, WORDS = (2, 11), (6, 11), (9, 26)
NEWEST = date(2024, 12, 31)
# Lengths of what is added to a centre, of length 1, for an article, and for a passage or a question.
ARTICLE_NOISE, PASSAGE_NOISE, QUESTION_NOISE = 0.9, 0.6, 0.5
_FREQUENT = """the of and to in a is that for it was on are as with he be at by his from this have or had
not but what they all were her we when can there an which their said if do will each about how up out them
then she many some so these would other into has more two him see could no make than been its who now my made
over did down only way may long little very after called just where most know also while since both during"""
_ONSETS = "b br c ch d dr f fl g gr h j k l m n p pl qu r s sh sl st t tr v w".split()
_RIMES = "a ack age al an ar at e ell en er est i ight ill in ing o old on or ound ow u un ust y".split()
_BETWEEN = "\n\n"
_BLOCK = 2_000  # articles whose vectors are made together


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeArchive:
    """What is in the file. `vectors` are those of the questions, and of the newest article's passages with
    which a served embedder is tried, by their texts.
    """

    articles: int
    passages: int
    questions: Sequence[str]
    vectors: dict[str, Vectors]


def make_archive(
    file: Path,
    passages: int,
    questions: int,
    embedder: str,
    tokens: TextTokenizer,
    tell: Callable[[str], None],
) -> MadeArchive:
    """Writes a collection `default` of at least so many passages, as the embedder of this name would have
    embedded them. Always the same for the same numbers.
    """
    counts: list[int] = []
    asked: dict[str, int] = {}
    tried: dict[str, int] = {}
    total = 0
    every = max(1, passages // questions)
    digests: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        with hashed_member(archive, articles_file("default"), digests) as member:
            for article, spans in _articles(seed=1):
                parts = passages_at(article, spans)
                member.write(article_line(article, spans))
                if not counts:
                    tried = {embedded_text(article, one, tokens): at for at, one in enumerate(parts)}
                for at, one in enumerate(parts, total):
                    if at % every == every // 2 and len(asked) < questions:
                        asked[_question(one.text, at)] = at
                counts.append(len(parts))
                total += len(parts)
                if len(counts) % 5_000 == 0:
                    tell(f"made {total:,} passages")
                if total >= passages:
                    break
        found: dict[str, Vectors] = {}
        with hashed_member(archive, vectors_file("default"), digests) as member:
            header = {"descr": "<f4", "fortran_order": False, "shape": (total, DIMENSION)}
            npy.write_array_header_2_0(member, header)
            at = 0
            wanted = {row: text for text, row in {**asked, **tried}.items()}
            for block in _vectors(counts, seed=2):
                member.write(block.astype("<f4").tobytes())
                for row in range(at, at + len(block)):
                    if text := wanted.get(row):
                        found[text] = block[row - at]
                at += len(block)
        saved = CollectionBackup(articles=len(counts), passages=total, metadata={})
        manifest = BackupManifest(
            format=FORMAT, made=datetime.now(UTC), embedder=embedder, collections={"default": saved},
            sha256=digests,
        )  # fmt: skip
        archive.writestr(MANIFEST, manifest.to_json())
    noise = np.random.default_rng(3)
    near = {text: _near(found[text][None, :], QUESTION_NOISE, noise)[0] for text in asked}
    return MadeArchive(articles=len(counts), passages=total, questions=[*asked], vectors={**found, **near})


def _articles(seed: int) -> Iterator[tuple[Article, list[Span]]]:
    """Articles and where their passages lie, without an end; the first one is the newest."""
    chance = np.random.default_rng(seed)
    vocabulary = _vocabulary(seed)
    shares = _shares(len(vocabulary))
    number = 0
    while True:
        sizes = chance.integers(*SENTENCES, size=int(chance.integers(*PASSAGES)))
        lengths = chance.integers(*WORDS, size=int(sizes.sum())).tolist()
        title_words = int(chance.integers(4, 9))
        count = sum(lengths) + title_words
        picked = np.searchsorted(shares, chance.random(count))
        on_topic = chance.random(count) < 0.1
        first = 1_000 + _topic(number) * TOPIC_WORDS
        picked[on_topic] = first + chance.integers(0, TOPIC_WORDS, size=int(on_topic.sum()))
        words = iter(vocabulary[picked].tolist())
        title = " ".join(islice(words, title_words)).capitalize()
        sentences = iter([" ".join(islice(words, length)).capitalize() for length in lengths])
        passages = [". ".join(islice(sentences, size)) + "." for size in sizes.tolist()]
        ends = list(accumulate(len(passage) + len(_BETWEEN) for passage in passages))
        yield (
            Article(
                id=f"made{number}",
                title=title,
                text=_BETWEEN.join(passages),
                date=NEWEST - timedelta(days=int(chance.integers(1, 3_650)) if number else 0),
                source=f"Made Times {number % 30}",
            ),
            [
                (end - len(_BETWEEN) - len(passage), end - len(_BETWEEN))
                for passage, end in zip(passages, ends, strict=True)
            ],
        )
        number += 1


def _shares(count: int) -> NDArray[np.float64]:
    """How much of a text the words up to each rank are. Frequent ones follow Zipf's law in Mandelbrot's form,
    and rarer ones become rare faster (Ferrer i Cancho & Solé, 2001).
    """
    ranks = np.arange(1, count + 1, dtype=np.float64)
    each = 1 / (ranks + 2.7)
    rare = ranks > USUAL_WORDS
    each[rare] = each[~rare][-1] * (ranks[rare] / USUAL_WORDS) ** -1.6
    return np.asarray(np.cumsum(each) / each.sum())


def _topic(number: int) -> int:
    """The topic of an article; some have many more articles than others."""
    return int(TOPICS * (((number * 2_654_435_761) % 2**32) / 2**32) ** 2)


def _vocabulary(seed: int) -> NDArray[np.object_]:
    """Words, the most frequent first: those without content, as in English, and made ones."""
    chance = random.Random(seed)
    words = dict.fromkeys(_FREQUENT.split())
    while len(words) < VOCABULARY:
        parts = [chance.choice(_ONSETS) + chance.choice(_RIMES) for _ in range(chance.choice((1, 2, 2, 3)))]
        words["".join(parts)] = None
    return np.array(list(words), dtype=object)


def _question(passage: str, seed: int) -> str:
    words = [word.strip(".").lower() for word in passage.split()]
    content = sorted({word for word in words if len(word) > 4} - function_words("en"))
    chosen = random.Random(seed).sample(content, min(5, len(content)))
    return f"What is known of {' '.join(chosen)}?"


def _vectors(counts: Sequence[int], seed: int) -> Iterator[Vectors]:
    """The vectors of articles with so many passages each, in blocks."""
    chance = np.random.default_rng(seed)
    centres = _unit(chance.standard_normal((TOPICS, DIMENSION), dtype=np.float32))
    for at in range(0, len(counts), _BLOCK):
        numbers = range(at, min(at + _BLOCK, len(counts)))
        articles = _near(centres[[_topic(number) for number in numbers]], ARTICLE_NOISE, chance)
        own = np.repeat(articles, [counts[number] for number in numbers], axis=0)
        yield _near(own, PASSAGE_NOISE, chance)


def _near(vectors: Vectors, noise: float, chance: np.random.Generator) -> Vectors:
    """Unit vectors near these, by noise of this length."""
    added = chance.standard_normal(vectors.shape, dtype=np.float32) * (noise / DIMENSION**0.5)
    return _unit(vectors + added)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
