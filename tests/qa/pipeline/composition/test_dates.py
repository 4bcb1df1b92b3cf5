"""Dates named in a text, and portions of amounts."""

from __future__ import annotations

from datetime import date

import pytest

from index.schemas import Article
from qa.pipeline.composition.evidence.dates import named_dates
from qa.pipeline.composition.evidence.portions import portions
from qa.pipeline.composition.evidence.sentences import article_sentences
from qa.pipeline.composition.evidence.times import time_of_day

PUBLISHED = date(2023, 11, 22)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("The arch, opened in 1936, has 64 hangers.", ["1936-00-00"]),
        ("Work begins on 8 January and ends in March 2025.", ["2024-01-08", "2025-03-00"]),
        ("They withdrew the suit in May after a promise.", ["2023-05-00"]),
        ("The suit will be heard in April.", ["2024-04-00"]),
        ("She leaves at the end of this month.", ["2023-11-00"]),
        ("It cost 6 per cent more than last year.", []),
        ("It was the worst storm since 1987.", []),
        ("In all 1,936 people came, in 2,017 cars.", []),
        ("Thatcher (1979-1990) was the first.", []),
    ],
)
def test_dates(text: str, keys: list[str]) -> None:
    assert [one.key for one in named_dates(text, PUBLISHED)] == keys


@pytest.mark.parametrize(
    ("text", "is_of_a_thing"),
    [
        ("She is to examine a fuel pipe that was replaced in January.", True),
        ("An island could not depend on a vessel built in 1991.", True),
        ("The firm which restored the viaduct in 2019 has the contract.", True),
        ("The arch, opened in 1936, has 64 hangers.", False),
        ("Engineers, who began in September, found corrosion.", False),
        ("The museum opened in 1991.", False),
        ("She said that the museum opened in 1991.", False),
    ],
)
def test_a_date_of_something_mentioned(text: str, is_of_a_thing: bool) -> None:
    (named,) = named_dates(text, PUBLISHED)
    assert named.is_of_a_thing is is_of_a_thing


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("The vessel had left at 7.40 a.m. for Port Skerrow.", "07:40"),
        ("It ended at 10:25 in the evening.", "22:25"),
        ("Doors open at 6 pm.", "18:00"),
        ("Shortly after eight, passengers saw smoke.", "08:00"),
        ("At three o'clock it stopped.", "03:00"),
        ("They adopted it shortly before midnight.", "24:00"),
        ("They met at noon.", "12:00"),
        ("It opens at 12.15 a.m.", "00:15"),
        ("Ferries resumed with the 7.40 sailing.", ""),
        ("Prices rose by 2.80 euros after two weeks.", ""),
        ("It rose from 58.75 to 60.", ""),
        ("They came shortly after eight weeks.", ""),
    ],
)
def test_the_time_of_day(text: str, time: str) -> None:
    assert time_of_day(text) == time


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "The repair costs 8.4 million euros, of which the state pays 60 per cent.",
            [("60 per cent", "5040000")],
        ),
        (
            "The hall cost 19 million euros to build. A third of that came from an estate.",
            [("A third", "6333000")],
        ),
        ("Rents of 900 euros rose by 4 per cent.", []),
    ],
)
def test_portions(text: str, shown: list[tuple[str, str]]) -> None:
    article = Article(id="a", text=text, title="")
    found = list(portions(article_sentences(article, "")))
    assert [(one.share, f"{one.value:.0f}") for one in found] == shown
