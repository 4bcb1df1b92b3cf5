"""What a question calls recent is not answered from articles of years before."""

from __future__ import annotations

from datetime import date

import pytest

from index.library import Library
from index.schemas import Article
from qa.assistant import Assistant
from qa.pipeline.drafting.timeliness import earliest_report

TODAY = date(2024, 6, 14)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Who won the Brenn Cup this week?", date(2024, 6, 5)),
        ("Which bridge was closed this past weekend?", date(2024, 6, 5)),
        ("Who spoke at the harbour last night?", date(2024, 6, 11)),
        ("Which ferry ran aground last week?", date(2024, 5, 29)),
        ("Wer gewann diese Woche den Pokal?", date(2024, 6, 5)),
        ("Which law was passed this month?", date(2024, 5, 12)),
        ("Who won this year's Brenn Cup?", date(2023, 6, 12)),
        ("Who won the Brenn Cup?", None),
        ("What does the crossing cost today?", None),
        ("The goalkeeper retired this week. Which club did she play for?", None),
    ],
)
def test_the_first_day_of_a_report(question: str, first: date | None) -> None:
    assert earliest_report(question, TODAY) == first


OLD = Article(
    id="old", title="Marren wins the cup", date=date(2021, 6, 10), text="Marren Rovers won the Brenn Cup."
)
NEW = Article(
    id="new",
    title="Collmouth wins the cup",
    date=date(2024, 6, 12),
    text="Collmouth Athletic won the Brenn Cup.",
)
UNDATED = Article(id="none", title="The Brenn Cup", text="Quell United won the Brenn Cup.")


@pytest.mark.parametrize(
    ("articles", "as_of", "quoted"),
    [
        ([OLD, NEW], TODAY, {"new"}),
        ([OLD], TODAY, set()),
        ([OLD, UNDATED], TODAY, {"none"}),
        # Without a day on which it is asked, "this week" may be the week of the articles.
        ([OLD], None, {"old"}),
    ],
)
def test_this_week_is_not_years_ago(
    library: Library, articles: list[Article], as_of: date | None, quoted: set[str]
) -> None:
    list(library.collection("default", make=True).add(articles))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("Who won the Brenn Cup this week?", as_of=as_of)
    assert answer.status == ("answered" if quoted else "declined")
    assert {citation.article_id for citation in answer.citations} == (quoted or {"old"})
    assert bool(answer.nearest) == (not quoted)
