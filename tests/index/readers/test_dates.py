"""Days of dates in many forms."""

from __future__ import annotations

from datetime import date

import pytest

from index.readers.dates import MAX_CHARACTERS, DayOrder, parse_day, parse_period, told_order

OCTOBER_27 = date(2022, 10, 27)


@pytest.mark.parametrize(
    "written",
    [
        *("2022-10-27", "20221027", "2022-10-27T23:59:59.123Z", "2022-10-27 23:30:00 -0500", "2022/10/27"),
        *("2022-10-27T10:15:00.000+00:00[UTC]", "2022:10:27 10:15:00", "20221027T101500Z", "20221027101500"),
        *("1666867200", "1666867200.5", "1666867200000", "1666867200000000"),
        *("Thu, 27 Oct 2022 10:15:00 GMT", "Thu, 27 Oct 22 10:15 EST", "27/Oct/2022:10:15:00 +0200"),
        *("Thu Oct 27 10:15:00 2022", "Thu Oct 27 2022 10:15:00 GMT+0200 (CEST)", "Oct 27 2022 10:15AM"),
        *(
            "27-Oct-2022",
            "27th of October, 2022",
            "October 27, 2022 at 5:30 p.m.",
            "Thursday 27th October 2022",
        ),
        *(
            "27.10.2022",
            "27. 10. 2022",
            "27.10.2022, 10:15 Uhr",
            "27.10.2022 klo 10.15",
            "27.10.22",
            "27-10-2022",
        ),
        *("10/27/2022", "Thu, 10/27/2022 - 14:05", "Thursday, October 27, 2022 - 10:15", "27/10/2022 14h05"),
        *(
            "Do, 27 Okt 2022 10:15:00 +0200",
            "27. Oktober 2022",
            "jeu. 27 oct. 2022",
            "27 octobre 2022 à 14h30",
        ),
        *(
            "27 de octubre de 2022",
            "27 ottobre 2022",
            "27 de outubro de 2022",
            "27 oktober 2022",
            "27 Ekim 2022",
        ),
        *(
            "27. lokakuuta 2022",
            "To, 27 Lok 2022",
            "2022. október 27.",
            "27 października 2022",
            "27. října 2022",
        ),
        *("2022. gada 27. oktobris", "2022 m. spalio 27 d.", "27 жовтня 2022", "27 октября 2022 г."),
        *("27 Οκτωβρίου 2022", "2022年10月27日", "2022년 10월 27일", "٢٧ أكتوبر ٢٠٢٢"),
    ],
)
def test_forms_of_one_day(written: str) -> None:
    assert parse_day(written) == OCTOBER_27


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "yesterday", "2022", "2022-10", "October 2022", "Oktober 2022", "27.10.", "10.2022"),
        *("2022-13-27", "31/02/2022", "0000-00-00", "00/00/0000", "44861", "2022102710", "D:20221027"),
        *("2022-10-27 to 2022-10-30", "27.10.-30.10.2022", "3 May - 5 May 2022", "1,666,867,200"),
        *(
            "03/04/2022",
            "03-04-2022",
            "05/06/07",
            "5 listopad 2022",
            "Issue 27, October 4 2022",
            "9999999999",
        ),
        "27 October 2022" + " " * MAX_CHARACTERS + "x",
    ],
)
def test_what_names_no_certain_day_has_none(written: str) -> None:
    assert parse_day(written) is None


@pytest.mark.parametrize(
    ("written", "period"),
    [
        *(("2022", "2022"), (" 2022 ", "2022"), ("2022年", "2022"), ("2022-03", "2022-03")),
        *(("2022/3", "2022-03"), ("03/2022", "2022-03"), ("3.2022", "2022-03"), ("2022年3月", "2022-03")),
        *(("March 2022", "2022-03"), ("Sept. 2022", "2022-09"), ("marzo de 2022", "2022-03")),
        *(("März 2022", "2022-03"), ("Март 2022", "2022-03"), ("2022 March", "2022-03")),
    ],
)
def test_a_month_or_a_year_alone_is_a_period(written: str, period: str) -> None:
    assert parse_period(written) == period
    assert parse_day(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2022-13",
        "0912",
        "9999",
        "22",
        "spring 2022",
        "12 March",
        "2022-13-27",
        "Issue 2022",
        "1,2022",
    ],
)
def test_what_names_no_month_or_year_is_no_period(written: str) -> None:
    assert parse_period(written) == ""


def test_weekday_locale_and_other_dates_tell_the_month() -> None:
    assert parse_day("Thu, 03/10/2022 - 14:05") == date(2022, 3, 10)
    assert parse_day("Mo, 03/10/2022") == date(2022, 10, 3)
    assert [parse_day("03/04/2022", locale=one) for one in ("de", "en-GB", "en-us", "en", "xx")] == [
        *(date(2022, 4, 3), date(2022, 4, 3), date(2022, 3, 4)),
        *(None, None),
    ]
    assert told_order(["03/04/2022", "27/10/2022"]) is DayOrder.DAY_FIRST
    assert told_order(["10/27/2022", "soon"]) is DayOrder.MONTH_FIRST
    assert told_order(["27/10/2022", "10/27/2022"]) is None
    assert parse_day("03/04/2022", order=DayOrder.MONTH_FIRST) == date(2022, 3, 4)


def test_months_of_one_name_depend_on_the_language() -> None:
    assert parse_day("5 listopad 2022", locale="pl") == date(2022, 11, 5)
    assert parse_day("5 listopad 2022", locale="hr") == date(2022, 10, 5)
    assert parse_day("12 Mar 2013") == date(2013, 3, 12)  # though marraskuu is November in Finnish
