"""Passages are exact, readable whole by the embedder, and leave nothing out."""

from __future__ import annotations

import random
import unicodedata
from datetime import date
from itertools import pairwise

import pytest

from index.chunking import TITLE_TOKENS, chunk_article, title_prefix
from index.embedding.embedder import SentenceEmbedder
from index.schemas import Article, Passage
from index.text.sentences import sentence_spans

WORDS = (
    "the council voted of and antidisestablishmentarianism cafe\u0301 naïve 日本語テキスト 😀👩‍👩‍👧 x"
    + "x" * 30
    + " "
    "a,b,c,d,e,f,g https://example.org/a/b/c?d=e&f=g co\u00adoperate e\u0301\u0302\u0323x हिन्दी ไทยภาษา "
    "한국어문장 qwzxvkqwzxvkqwzxvk عربى 🏴󠁧󠁢󠁥󠁮󠁧󠁿 3,141.59 don’t"
).split(" ")
LETTERS = (
    "abcdefghij" * 3
    + " " * 12
    + ".,;!?“”\n\n\r\t\0😀é\u0301日本語。中文हि한국\u200b\u200d\ufe0f\ufeff\ufffd\u2028-—#*12ßﬁİ"
)


def article(text: str, title: str = "") -> Article:
    return Article(id="a", text=text, title=title)


def checked(article: Article, embedder: SentenceEmbedder) -> list[Passage]:
    """The passages, of which all has been found true that `split` promises."""
    tokens, text = embedder.tokens, article.text
    passages = chunk_article(article, tokens)
    top = title_prefix(article.title, tokens)
    covered: set[int] = set()
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text == passage.text.strip() != ""
        assert passage.article_id == article.id
        assert len(tokens.offsets(f"{top}\n{passage.text}")) <= 254
        covered.update(range(passage.start, passage.end))
    assert all(one.end <= two.start for one, two in pairwise(passages))
    assert len({passage.id for passage in passages}) == len(passages)
    missed = {text[n] for n in range(len(text)) if n not in covered and not text[n].isspace()}
    # Byte order marks, joiners and the like between two sentences belong to neither.
    assert all(unicodedata.category(letter) in {"Cf", "Cc"} for letter in missed), missed
    return passages


def test_the_embedder_reads_256_tokens_of_which_two_are_its_own(embedder: SentenceEmbedder) -> None:
    assert embedder.tokens.limit == 254


def test_passages_are_filled_with_whole_sentences(embedder: SentenceEmbedder) -> None:
    text = "".join(
        f"In chapter {n} the council of the harbour town speaks about bridges number {n}.\n" + "\n" * (n % 3)
        for n in range(120)
    )
    passages = checked(article(text, "The bridges"), embedder)
    spans = sentence_spans(text)
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    assert all(passage.start in starts and passage.end in ends for passage in passages)
    room = 254 - len(embedder.tokens.offsets("The bridges"))
    for one, two in pairwise(passages):
        following = next(span for span in spans if span[0] == two.start)
        assert len(embedder.tokens.offsets(text[one.start : following[1]])) > room


def test_a_short_text_is_one_passage(embedder: SentenceEmbedder) -> None:
    [passage] = checked(article("  One came. Two went. \n"), embedder)
    assert passage.text == "One came. Two went."


@pytest.mark.parametrize("text", ["", "   ", "\n\r\n\t\u00a0"])
def test_no_words_make_no_passage(text: str, embedder: SentenceEmbedder) -> None:
    assert chunk_article(article(text), embedder.tokens) == []


def test_a_sentence_that_is_too_long_is_cut_between_words(embedder: SentenceEmbedder) -> None:
    words = [
        random.Random(n).choice(["harbour", "unbelievably", "bridge,", "tokenization", "é"])
        for n in range(900)
    ]
    text = "Before it. " + " ".join(words) + ". After it."
    passages = checked(article(text), embedder)
    assert len(passages) > 3
    assert " ".join(passage.text for passage in passages) == text


def test_after_a_cut_the_rest_is_filled_with_the_next_sentences(embedder: SentenceEmbedder) -> None:
    passages = checked(article("word " * 300 + "ends. A second one. A third one."), embedder)
    assert len(passages) == 2
    assert passages[1].text.endswith("ends. A second one. A third one.")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000,
        "Before. " + "qwzx" * 1_250 + " after.",
        "語" * 5_000,
        "한국어" * 1_000,
        "a," * 2_500,
        "e\u0301" * 2_500,
        "😀" * 5_000,
        "word-" * 1_000,
        "Hi " + "a." * 2_500,
    ],
    ids=["x", "within", "chinese", "korean", "commas", "accents", "emoji", "hyphens", "stops"],
)
def test_a_word_of_five_thousand_letters(text: str, embedder: SentenceEmbedder) -> None:
    passages = checked(article(text), embedder)
    assert "".join("".join(p.text for p in passages).split()) == "".join(text.split())


def test_an_accent_stays_with_its_letter(embedder: SentenceEmbedder) -> None:
    for passage in checked(article("e\u0301," * 2_000), embedder):
        assert not unicodedata.combining(passage.text[0])
        assert passage.text.count("e") == passage.text.count("\u0301")


def test_a_title_of_three_hundred_words_is_shortened(embedder: SentenceEmbedder) -> None:
    title = " ".join(f"harbour{n}" for n in range(300))
    top = title_prefix(title, embedder.tokens)
    assert title.startswith(top)
    assert len(embedder.tokens.offsets(top)) == TITLE_TOKENS
    passages = checked(article("The council met on Monday. " * 200, title), embedder)
    assert len(passages) > 1


def test_a_short_title_is_kept_whole_and_an_empty_one_takes_no_room(embedder: SentenceEmbedder) -> None:
    assert title_prefix("The bridge", embedder.tokens) == "The bridge"
    assert title_prefix("", embedder.tokens) == ""
    [passage] = checked(article("word " * 254), embedder)
    assert len(embedder.tokens.offsets(passage.text)) == 254


def test_the_same_article_gives_the_same_passages(embedder: SentenceEmbedder) -> None:
    one = article("The council met. It voted. " * 100, "Bridges")
    assert chunk_article(one, embedder.tokens) == chunk_article(one, embedder.tokens)


def test_ids_of_passages_are_short_enough_for_hosted_stores(embedder: SentenceEmbedder) -> None:
    ids = [letter * 2_000 for letter in ("a", "é", "日")] + ["a" * 1_999]
    found = [chunk_article(Article(id=id_, text="The council met."), embedder.tokens)[0].id for id_ in ids]
    assert len({*found}) == len(ids) and max(len(id_.encode()) for id_ in found) <= 128


@pytest.mark.parametrize(
    "other",
    [
        Article(id="a", text="The council met."),
        Article(id="a", text="The council met.", title="Bridges", date=date(2022, 1, 1)),
        Article(id="a", text="The council met.", title="Bridge"),
        Article(id="b", text="The council met.", title="Bridges"),
    ],
)
def test_another_article_or_version_never_shares_an_id(other: Article, embedder: SentenceEmbedder) -> None:
    one = Article(id="a", text="The council met.", title="Bridges")
    [mine], [theirs] = chunk_article(one, embedder.tokens), chunk_article(other, embedder.tokens)
    assert mine.id != theirs.id


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_characters_the_promises_hold(seed: int, embedder: SentenceEmbedder) -> None:
    dice = random.Random(seed)
    text = [
        lambda: "".join(dice.choices(LETTERS, k=dice.randrange(1, 4_000))),
        lambda: "".join(dice.choices("".join(LETTERS.split()), k=dice.randrange(1, 3_000))),
        lambda: " ".join(
            dice.choice(WORDS) + dice.choice(["", "", "", ".", "?\r\n", "\n\n", "\u200b"])
            for _ in range(dice.randrange(1_500))
        ),
        lambda: "".join(dice.choice(WORDS) for _ in range(dice.randrange(400))),
    ][seed % 4]()
    title = " ".join(dice.choices(WORDS, k=dice.choice([0, 0, 5, 60])))
    first = checked(article(text, title), embedder)
    assert chunk_article(article(text, title), embedder.tokens) == first
