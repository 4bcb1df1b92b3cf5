"""What a text claims, sentence by sentence."""

from __future__ import annotations

import pytest

from qa.pipeline.checking.statements import heading_title, split_statements

TEXT = """# The port of Lissa

Dear readers,

Lena Voss leads the port. She was elected in 2019. Who else could it have been?

Freight on the rise

- Freight rose by 12 percent last year
* The ferry costs **11** crowns.
> The mayor, Jan Brandt, said no.

In May, the Vey Bridge opened. It cost 4 million. We think that is cheap. Thank you for reading!
"""


def claims(text: str) -> list[str]:
    return [statement.claim for statement in split_statements(text) if statement.claim]


def test_a_sentence_is_a_part_of_the_text() -> None:
    statements = split_statements(TEXT)
    assert all(TEXT[one.start : one.end] == one.text for one in statements)
    assert [one.start for one in statements] == sorted(one.start for one in statements)
    words = "".join(one.text for one in statements)
    assert all(word in words for word in ("Lissa", "elected", "Freight", "crowns", "Brandt", "reading"))


def test_citation_marks_are_no_part_of_a_claim() -> None:
    text = "Lena Voss leads the port [1]. She was elected in 2019 [2, 3]. [4] It is the largest.[5][6]"
    statements = split_statements(text)
    assert [one.claim.split(": ")[-1] for one in statements] == [
        "Lena Voss leads the port.",
        "She was elected in 2019.",
        "It is the largest.",
    ]
    assert statements[0].query.text == "Lena Voss leads the port."
    assert all(text[one.start : one.end] == one.text for one in statements)


def test_only_statements_claim_something() -> None:
    assert claims(TEXT) == [
        "Lena Voss leads the port.",
        "Lena Voss: She was elected in 2019.",
        "Freight rose by 12 percent last year",
        "The ferry costs 11 crowns.",
        "The mayor, Jan Brandt, said no.",
        "In May, the Vey Bridge opened.",
        "The Vey Bridge: It cost 4 million.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Who won?",
        "Hello!",
        "Good morning, Ada!",
        "Best regards,\nIda",
        "I hope it stays open.",
        "I am really sorry about the delay.",
        "We should all go there.",
        "Let's meet at the harbour.",
        "Please call us before noon.",
        "What a day for the town!",
        "That is a great pity.",
        "It was wonderful!",
        "Meiner Meinung nach ist das teuer.",
        "Of course.",
        "Very nice.",
        "# Bridge opens in May",
        "???",
    ],
)
def test_questions_greetings_opinions_and_headings_claim_nothing(text: str) -> None:
    assert claims(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The ferry left at 18:40",
        "Ada Quill.",
        "12 boats",
        "Es regnete am Montag.",
        "“The bridge opened,” she said.",
        "It rained.",
        "Prices fell.",
        "Nobody died.",
        "Es regnete.",
        "It was a good year for the port of Marren.",
        "How the fire began is unknown.",
    ],
)
def test_one_line_is_a_claim_even_without_a_full_stop(text: str) -> None:
    assert claims(text) == [text]


def test_a_thing_is_not_called_by_a_persons_name() -> None:
    assert claims("Lena Voss leads the port. It is the largest.")[1] == "It is the largest."
    assert claims("The Vey Bridge was closed. It is rusting. Its hangers are old.")[2].startswith(
        "The Vey Bridge:"
    )


def test_a_sentence_that_refers_back_is_searched_with_what_it_refers_to() -> None:
    queries = [
        one.query for one in split_statements("Lena Voss leads the port of Lissa. She was elected in 2019.")
    ]
    assert queries[0].context == ""
    assert {"Voss", "Lissa"} <= set(queries[1].context.split())


def test_the_mayor_is_called_by_name_and_searched_with_it() -> None:
    text = "Henrike Sandoval, the mayor, was angry. It rained. The hall was full. The mayor left at ten."
    mayor = split_statements(text)[-1]
    assert mayor.claim == "Henrike Sandoval: The mayor left at ten."
    assert "Henrike Sandoval" in mayor.query.context


def test_markup_is_no_part_of_a_claim() -> None:
    assert claims("The [ferry](https://example.org) to Lissa <b>left</b> at noon.") == [
        "The ferry to Lissa left at noon."
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The port of Lissa", "The port of Lissa"),
        ("## Prices ##", "Prices"),
        ("The port\n========", "The port"),
        ("The port\n---", "The port"),
        ("> ### The port", "The port"),
        ("### C#", "C#"),
    ],
)
def test_the_title_of_a_heading(text: str, title: str) -> None:
    written = f"{text}\nThe ferry left at noon."
    heading, sentence = split_statements(written)
    assert heading_title(heading.text) == title and heading.claim == ""
    assert sentence.claim == "The ferry left at noon."
    assert all(written[one.start : one.end] == one.text for one in (heading, sentence))


@pytest.mark.parametrize("text", ["#1 or #2?", "The ferry left at noon.", "####### seven", "#", "-----"])
def test_what_is_no_heading_has_no_title(text: str) -> None:
    assert heading_title(text) == ""


def test_a_sentence_above_a_rule_is_a_claim() -> None:
    assert claims("The ferry left at noon.\n---\nIt burned.")[0] == "The ferry left at noon."
