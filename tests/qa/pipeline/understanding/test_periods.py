from datetime import date

import pytest

from qa.pipeline.understanding.periods import find_period

TODAY = date(2024, 6, 12)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened in March?", date(2024, 3, 1), date(2024, 3, 31)),
        ("What happened in September?", date(2023, 9, 1), date(2023, 9, 30)),
        ("news from february 2023", date(2023, 2, 1), date(2023, 2, 28)),
        ("Which articles are from 5 May 2024?", date(2024, 5, 5), date(2024, 5, 5)),
        ("What was reported on May 5, 2024?", date(2024, 5, 5), date(2024, 5, 5)),
        ("Which of the plans of May 9 may change?", date(2024, 5, 9), date(2024, 5, 9)),
        ("What was decided on the 2nd of April?", date(2024, 4, 2), date(2024, 4, 2)),
        ("Was geschah am 5. März 2024?", date(2024, 3, 5), date(2024, 3, 5)),
        ("articles since 4 May", date(2024, 5, 4), TODAY),
        ("Which articles are from 2023?", date(2023, 1, 1), date(2023, 12, 31)),
        ("What was new yesterday?", date(2024, 6, 11), date(2024, 6, 11)),
        ("the news of last week", date(2024, 6, 6), TODAY),
        ("What happened last month?", date(2024, 5, 1), date(2024, 5, 31)),
        ("what happened this month", date(2024, 6, 1), TODAY),
        ("last year's articles: what happened last year", date(2023, 1, 1), date(2023, 12, 31)),
        ("Was ist im März passiert?", date(2024, 3, 1), date(2024, 3, 31)),
        ("What happened in the week of 6 May 2024?", date(2024, 5, 6), date(2024, 5, 12)),
        ("articles of 2024-05-07", date(2024, 5, 7), date(2024, 5, 7)),
    ],
)
def test_the_days_that_a_question_names(question: str, first: date, last: date) -> None:
    found = find_period(question, TODAY)
    assert found and (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "question",
    [
        "Who may enter?",
        "the march to the castle",
        "31 February 2024",
        "2024-02-30",
        "call 1234-56-78",
        "room 2023",
    ],
)
def test_a_question_without_days(question: str) -> None:
    assert find_period(question, TODAY) is None


@pytest.mark.parametrize("today", [date.min, date(1, 1, 3), date.max])
@pytest.mark.parametrize(
    "question", ["in March", "last week", "last month", "last year", "yesterday", "since May"]
)
def test_any_day_can_be_today(question: str, today: date) -> None:
    found = find_period(question, today)
    assert found and found.first <= found.last
