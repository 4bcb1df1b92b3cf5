"""What holds whatever is read, and whatever a model writes."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embedding.embedder import Vectors
from index.readers.registry import FORMATS, read_sources
from index.schemas import Article, Skipped
from index.text.sentences import sentence_spans
from qa.guardrails.sanitizer import sanitize, sanitize_draft
from qa.verification.citations import propose
from qa.web.uploads import uploaded_file
from tests.qa.verification.test_citations import EXCERPTS, TEXTS

# Few, and the same ones each time, in `make test`; many and new ones in `make soak`.
LONG = settings(max_examples=3000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
BRIEF = settings(LONG, max_examples=40, derandomize=True)


def _encode(texts: Sequence[str]) -> Vectors:
    """Unit vectors that depend on the text alone; no likeness is meant by them."""
    seeds = [zlib.crc32(text.encode("utf-8", "replace")) for text in texts]
    vectors = np.array([np.random.default_rng(seed).normal(size=8) for seed in seeds], dtype=np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
member = st.sampled_from(
    ["word/document.xml", "META-INF/container.xml", "mimetype", "../../x.txt", "/etc/passwd.txt", "a/b.html"]
)
markup = st.builds(
    "{}<{} {}='{}'>{}</{}>".format, words, st.sampled_from(["p", "html", "rss", "item", "w:p"]), words, words,
    words, st.sampled_from(["p", "html", "feed", "entry", "w:t"]),
)  # fmt: skip
json_lines = st.dictionaries(
    st.sampled_from(["id", "url", "title", "date", "source", "text", "x"]),
    st.none() | st.integers() | words | st.lists(words, max_size=2),
).map(json.dumps)
beginnings = st.sampled_from(
    [b"", b"%PDF-1.7\n", b"\xef\xbb\xbf", b"\xff\xfe", b"---\ntitle: x\n---\n", b"date 2024-13-45 x\n",
     b"PK\x03\x04", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", b"id,url,title,text\n"]
)  # fmt: skip
contents = st.one_of(
    st.binary(max_size=400),
    words.map(str.encode),
    markup.map(str.encode),
    st.lists(json_lines, max_size=4).map(lambda lines: "\n".join(lines).encode()),
    st.dictionaries(member, st.binary(max_size=100) | markup.map(str.encode), max_size=3).map(_zipped),
)
names = st.builds("{}{}".format, st.text(max_size=20), st.sampled_from([*FORMATS, ".exe", ""]))


def reads_or_says_why(name: str, beginning: bytes, content: bytes) -> None:
    """Any bytes under any name become articles whose text is whole, or are skipped with a reason."""
    for outcome in read_sources([uploaded_file(name, beginning + content)]):
        if isinstance(outcome, Skipped):
            assert outcome.reason and "Traceback" not in outcome.reason
            continue
        assert isinstance(outcome, Article)
        assert outcome.text.strip() and outcome.id
        outcome.text.encode()  # no half surrogate pairs
        spans = sentence_spans(outcome.text)
        assert all(start < end for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        assert not spans or spans[-1][1] <= len(outcome.text)


sentences = st.sampled_from(
    [sentence for text in TEXTS.values() for sentence in text.split(". ")]
    + ["Nobody was hurt", "NOT FOUND", "It opens on 16 March 2024", "Relling said no", "47 people", "Yes"]
)
marks = st.lists(st.integers(-3, 12), max_size=3).map(lambda ns: "".join(f"[{n}]" for n in ns))
drafts = st.one_of(
    words,
    st.lists(st.builds("{}{}{}{}".format, sentences, st.sampled_from(" .,!"), marks, words)).map(" ".join),
)


def cites_exactly(draft: str, question: str) -> None:
    """Whatever the draft: every quote is the article's own text, and no sentence is without one."""
    shown = sanitize_draft(draft, [quote for excerpt in EXCERPTS for quote in excerpt.quotes])
    for candidate in propose(shown, question, EXCERPTS, _encode):
        checked = candidate.cited
        assert len(candidate.claims) == len(checked.sentences) > 0
        numbers = [citation.number for citation in checked.citations]
        assert numbers == list(range(1, len(numbers) + 1))
        used: set[int] = set()
        for sentence in checked.sentences:
            assert sentence.citations and set(sentence.citations) <= set(numbers)
            assert "\n" not in sentence.text
            used |= set(sentence.citations)
            for number in sentence.citations:
                assert f"[{number}]" in checked.text
        assert used == set(numbers)
        for citation in checked.citations:
            assert citation.quote == TEXTS[citation.article_id][citation.start : citation.end] != ""


def fences_hold(text: str) -> None:
    """Nothing an article has can end its line of the prompt, or forge a mark or a token of the chat."""
    shown = sanitize(text)
    assert not set(shown) & set("\n\r[]<>")
    assert shown == sanitize(shown)


CASES: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
    (reads_or_says_why, (names, beginnings, contents)),
    (cites_exactly, (drafts, words.filter(str.strip))),
    (fences_hold, (words,)),
]


@pytest.mark.parametrize(("holds", "of"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_properties(holds: Callable[..., None], of: tuple[Any, ...]) -> None:
    BRIEF(given(*of)(holds))()


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("holds", "of"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_properties_of_many(holds: Callable[..., None], of: tuple[Any, ...]) -> None:
    LONG(given(*of)(holds))()
