"""Answers by kind over the seed articles, without a model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from index.library import Library
from index.schemas import Article, Filters
from index.text.messages.catalogue import ENGLISH
from qa.assistant import Assistant
from qa.llm.chat_models import ChatModel
from qa.schemas import Answer, Turn

Answering = Callable[[ChatModel | None], Assistant]
SUMMARY = "Summarise the article about the nap study."


@pytest.fixture
def ask(answering: Answering) -> Callable[..., Answer]:
    assistant = answering(None)

    def asked(question: str, **details: object) -> Answer:
        answer = assistant.ask(question, **details)
        for citation in answer.citations:
            article = assistant.article(citation.article_id)
            assert citation.quote == article.text[citation.start : citation.end]
        for sentence in answer.sentences:
            assert bool(sentence.citations) == (sentence.support != "catalogue")
            assert "\n" not in sentence.text
        return answer

    return asked


def test_a_summary_covers_the_whole_article(ask: Callable[..., Answer]) -> None:
    answer = ask(SUMMARY)
    assert (answer.status, answer.kind) == ("answered", "summary")
    assert 3 <= len(answer.sentences) <= 6
    assert {one.article_id for one in answer.citations} == {"night-shift-sleep-study"}
    starts = [one.start for one in answer.citations]
    assert starts == sorted(starts) and starts[-1] > 700


def test_an_overview_counts_articles_and_outlets(ask: Callable[..., Answer]) -> None:
    answer = ask("What are these articles about?")
    assert answer.sentences[0].text == "There are 19 articles, dated 27 October 2022 to 12 June 2024."
    assert "The Marren Post (7)" in answer.sentences[1].text
    assert len(answer.sentences[0].articles) == 19


def test_the_catalogue_says_when_and_where(ask: Callable[..., Answer]) -> None:
    answer = ask("When was the article about the nap study published, and by which outlet?")
    assert "published by The Marren Post on 5 March 2024" in answer.text
    assert answer.sentences[0].articles == ("night-shift-sleep-study",)


def test_the_catalogue_counts(ask: Callable[..., Answer]) -> None:
    assert ask("How many articles are about the Vey Bridge?").text.startswith(
        "2 articles are about the Vey Bridge:"
    )
    assert (
        "There are 3 articles by Skerrow Coast Herald"
        in ask("How many articles are by the Skerrow Coast Herald?").text
    )


def test_everyone_named_is_listed(ask: Callable[..., Answer]) -> None:
    names = {
        one.text.partition(" – ")[0]
        for one in ask("List everyone named in the story about the bus strike.").sentences
    }
    assert names == {"Marisol Etxe", "Gregor Thanning", "Adelheid Morrow"}


def test_a_comparison_has_both_figures_under_their_outlets(ask: Callable[..., Answer]) -> None:
    text = ask("How do the two papers differ on the ferry fire?").text
    assert "The Marren Post (11 February 2024): Forty-seven people" in text
    assert "Skerrow Coast Herald (11 February 2024):" in text and "52 people" in text


def test_a_timeline_is_in_order(ask: Callable[..., Answer]) -> None:
    text = ask("Give me a timeline of the maritime museum.").text
    assert text.index("14 June 2023: The new Marren Maritime Museum") < text.index("29 September 2023: ")


def test_a_quotation_has_its_speaker(ask: Callable[..., Answer]) -> None:
    answer = ask("Quote Petra Lindqvist.")
    assert answer.sentences[0].text == "Petra Lindqvist: “Half of my customers drive over from Ostleigh”"


def test_papers_that_ran_nearly_the_same_report_are_compared(ask: Callable[..., Answer]) -> None:
    answer = ask("How do the two papers differ on the wind farm?")
    assert answer.sentences[0].text == "Both report:"
    texts = [one.text for one in answer.sentences]
    assert len(set(texts)) == len(texts)  # what both say is not what only one says
    assert {one.source for one in answer.citations} == {"The Marren Post", "Skerrow Coast Herald"}


def test_a_difference_is_computed_from_cited_figures(ask: Callable[..., Answer]) -> None:
    answer = ask(
        "How much more does the Vey Bridge repair cost according to The Marren Post than according to the "
        "Ostleigh Courier?"
    )
    assert answer.sentences[0].support == "computed"
    assert answer.sentences[0].text == "The difference is 2.8 million euros: 11.2 million − 8.4 million."
    assert len(answer.sentences[0].citations) == 2


def test_no_figure_is_taken_from_a_comparison_and_another_article(ask: Callable[..., Answer]) -> None:
    # 22 minutes stands beside the 38 of the same drive; the 40 are those of a school bus.
    answer = ask("How many more minutes will the ride take while the Vey Bridge is closed than today?")
    assert "40 − 22" not in answer.text


def test_a_person_is_introduced(ask: Callable[..., Answer]) -> None:
    assert "foreign policy representative" in ask("Who is Valery Kavaleuski?").text


def test_talk_is_friendly_and_cites_nothing(ask: Callable[..., Answer]) -> None:
    answer = ask("Hello! What can you do?")
    assert answer.status == "chat" and not answer.citations
    assert "19 articles" in answer.text
    assert len(answer.followups) == 2


def test_the_answer_before_is_taken_up(ask: Callable[..., Answer]) -> None:
    before = ask(SUMMARY)
    history = [{"role": "user", "content": SUMMARY}, {"role": "assistant", "content": before.text}]
    shorter = ask("Shorter, please.", history=history)
    assert [one.text for one in shorter.sentences] == [before.sentences[0].text]
    assert (
        "Short nap helps nurses through the night" in ask("In which article is that?", history=history).text
    )


def test_requests_about_answers_are_no_topics(ask: Callable[..., Answer]) -> None:
    asked = "What happened with the Ostleigh budget?"
    before = ask(asked)
    history = [{"role": "user", "content": asked}, {"role": "assistant", "content": before.text}]
    history += [
        {"role": "user", "content": "Shorter, please."},
        {"role": "assistant", "content": before.sentences[0].text},
    ]
    assert len(ask("And what else is reported?", history=history).sentences) > len(before.sentences)
    why = ask("Why?", history=history)
    assert why.understood and "Shorter" not in why.understood.topic


def test_that_article_is_the_one_of_the_answer(ask: Callable[..., Answer]) -> None:
    asked = "How many people were rescued from the Saint Brannoc by the lifeboats?"
    history = [{"role": "user", "content": asked}, {"role": "assistant", "content": ask(asked).text}]
    answer = ask("Summarise that article.", history=history)
    assert answer.kind == "summary" and len(answer.sentences) >= 3
    assert {one.article_id for one in answer.citations} == {"ferry-fire-coast-herald"}


def test_a_thing_is_told_of_where_it_is_not_named(ask: Callable[..., Answer]) -> None:
    assert "570 megawatts" in ask("Tell me everything about Gannet Bank.").text


def test_whoever_has_the_name_is_quoted(library: Library) -> None:
    text = (
        "“The roof will hold for ten years,” the architect Olga Brandt told Ravi Menon of the council. "
        "“I should like to see that,” said Menon, who knows Brandt's work.\n\n“Nobody has seen plans yet,” "
        "said the mayor, Lea Frost, before she met Brandt."
    )
    list(library.collection("default", make=True).add([Article(id="roof", text=text, title="The new roof")]))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("What did Olga Brandt say about the roof?")
    assert answer.text == "Olga Brandt: “The roof will hold for ten years” [1]"


def test_a_quotation_is_of_whoever_was_named_last_and_not_of_a_street(library: Library) -> None:
    text = (
        "The mayor, Ann Bell, opened the meeting. The engineer Omar Fitch answered questions about the plans "
        "of Bellamy Street.\n\n“The new bridge will carry ten lorries at once.”"
    )
    article = Article(id="bridge", text=text, title="The plans for the bridge")
    list(library.collection("default", make=True).add([article]))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("Quote what is said about the bridge.", kind="quotation")
    assert answer.text == "Omar Fitch: “The new bridge will carry ten lorries at once.” [1]"


def test_two_things_are_compared_by_the_articles_on_each(library: Library) -> None:
    articles = [
        Article(
            id=name,
            title=f"Strike at the {name} works",
            text=f"Workers of the {name} works went on strike on Monday. {count} people stayed at home. "
            f"They ask for more pay, the union of the {name} works said.",
            date=date(2024, 5, nth + 1),
        )
        for nth, (name, count) in enumerate([("Norvik", 300), ("Bellport", 420), ("Greyford", 510)])
    ]
    list(library.collection("default", make=True).add(articles))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("Compare the strike at Norvik with the strike at Greyford.")
    assert {one.article_id for one in answer.citations} == {"Norvik", "Greyford"}


def test_the_news_of_a_day_adds_only_what_is_on_the_topic(library: Library) -> None:
    articles = [
        Article(
            id="lake",
            title="Water level of Lake Orrin falls",
            text="The water level of Lake Orrin fell by two metres this summer. Boats cannot reach it. "
            "The town wants to dig a new channel in spring.",
        ),
        Article(
            id="day",
            title="Five things to know today",
            text="The parliament votes on pensions today. A singer has died at the age of ninety. "
            "An old boat was found in Lake Orrin, whose level is falling. The shops open on Sunday.",
        ),
    ]
    list(library.collection("default", make=True).add(articles))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("Summarise what is known about Lake Orrin.")
    assert "old boat" in answer.text and "new channel" in answer.text
    assert "singer" not in answer.text and "pensions" not in answer.text


def test_what_no_article_has_is_declined(ask: Callable[..., Answer]) -> None:
    assert ask("Who is Napoleon Bonaparte?").status == "declined"
    assert ask("Summarise the article about the Eiffel Tower.").status == "declined"
    assert ask("How many articles are about Napoleon?").text == "None of the 19 articles is about Napoleon."


def test_a_union_is_quoted_by_whoever_speaks_for_it(ask: Callable[..., Answer]) -> None:
    answer = ask("What did the nurses' union say?")
    assert answer.kind == "quotation"
    assert "A nap needs someone to mind your patients" in answer.text
    assert "Vasari" not in answer.text  # the physician, quoted in the same article


def test_a_speaker_without_quoted_words_is_reported(ask: Callable[..., Answer]) -> None:
    answer = ask("What exactly did Gregor Thanning say?")
    assert answer.sentences[0].text == "No words of Gregor Thanning are quoted; the article reports:"
    assert "impossible to meet" in answer.sentences[1].text


def test_neither_yes_nor_no_is_said_without_a_model(ask: Callable[..., Answer]) -> None:
    answer = ask("Is the Vey Bridge open to cars?")
    assert (answer.status, answer.kind) == ("answered", "yes-no")
    assert answer.text.startswith("The articles say: ")
    assert "closed to all motor traffic" in answer.text
    assert ask("Is Napoleon Bonaparte still alive?").status == "declined"


def test_a_reason_comes_with_its_neighbours(ask: Callable[..., Answer]) -> None:
    answer = ask("Why is Lukashenko under pressure?")
    assert (answer.status, answer.kind) == ("answered", "why")
    assert "Russian defeats" in answer.text and len(answer.sentences) > 1


def test_each_part_has_an_answer_of_its_own(ask: Callable[..., Answer]) -> None:
    answer = ask("Who gave the loan for Castellane, and how old is the striker?")
    assert "Cornelius Batt" in answer.text and "23-year-old" in answer.text
    texts = [one.text for one in answer.sentences]
    assert len(set(texts)) == len(texts)


def test_a_price_stands_beside_what_was_bought(library: Library) -> None:
    text = (
        "The brewery Holt was sold on Monday to the cider maker Anders Rask. He paid 3.4 million euros. "
        "The brewery has 40 workers and three cats. It was founded in 1891."
    )
    list(library.collection("default", make=True).add([Article(id="holt", text=text, title="Holt sold")]))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("Who bought the brewery Holt, and for how much?")
    assert "Anders Rask" in answer.text and "3.4 million euros" in answer.text


def test_a_list_is_taken_from_what_enumerates(library: Library) -> None:
    text = (
        "Lakes are drying up everywhere, a new survey of the world's lakes found. Scientists are worried. "
        "Among the lakes that will be gone by 2040 are Lake Orrin, Lake Sable and Lake Tamm. "
        "The list also includes Lake Umber and Lake Vost. The survey was paid for by a foundation. "
        "Its authors spent six years in the field."
    )
    list(library.collection("default", make=True).add([Article(id="lakes", text=text, title="Drying lakes")]))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("Which lakes will be gone by 2040? All of them please.")
    assert answer.kind == "list"
    assert all(name in answer.text for name in ("Orrin", "Sable", "Tamm", "Umber", "Vost"))


def test_a_difference_of_two_things_needs_one_article(library: Library) -> None:
    text = (
        "A moth is an insect related to the butterfly. Moths fly at night, while butterflies fly by day. "
        "The antennae of moths are feathered, in contrast to those of butterflies, which end in knobs."
    )
    list(library.collection("default", make=True).add([Article(id="moth", text=text, title="Moth")]))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("moths vs butterflies, what's the difference?")
    assert (answer.status, answer.kind) == ("answered", "compare")
    assert "fly at night" in answer.text and "feathered" in answer.text


def test_a_period_has_a_line_for_each_article(library: Library) -> None:
    articles = [
        Article(
            id=f"a{nth}",
            title=f"Fair {nth}",
            text=f"Fair number {nth} opened in Alder on a cold day.",
            date=date(2024, 5, nth + 1),
        )
        for nth in range(9)
    ]
    list(library.collection("default", make=True).add(articles))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("What happened in May 2024?")
    assert len(answer.citations) == 9


def test_the_successor_is_named(ask: Callable[..., Answer]) -> None:
    answer = ask("Who runs the museum?")
    assert answer.text.startswith("The Marren Post (29 September 2023) names Tomas Relling")


# Of chosen articles

DELAY = Filters(article_ids=("maritime-museum-delay",))
PAPERS = Filters(article_ids=("ferry-fire-coast-herald", "ferry-fire-marren-post"))
BEFORE = (Turn(role="user", content="Who won the chess cup?"), Turn(role="assistant", content="Nobody."))


@pytest.mark.parametrize(
    "question",
    [
        "Summarise this article.",
        "Summarise",
        "tl;dr",
        "What is this article about?",
        "What are the main points?",
        "What happened?",
        "Tell me more about this article",
        "Fasse diesen Artikel zusammen.",
        "Worum geht es?",
        "Was steht in diesem Artikel?",
    ],
)
@pytest.mark.parametrize("history", [(), BEFORE])
def test_one_chosen_article_is_summarised_without_being_named(
    ask: Callable[..., Answer], question: str, history: tuple[Turn, ...]
) -> None:
    answer = ask(question, filters=DELAY, history=history)
    assert (answer.status, answer.kind) == ("answered", "summary")
    assert {one.article_id for one in answer.citations} == {"maritime-museum-delay"}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who is named in this article?", "list"),
        ("Give a timeline", "timeline"),
        ("When was this published?", "catalogue"),
        ("Who said what?", "fact"),
        ("List the fish species", "list"),
    ],
)
def test_other_questions_of_a_chosen_article_keep_their_kind(
    ask: Callable[..., Answer], question: str, kind: str
) -> None:
    assert ask(question, filters=DELAY, history=BEFORE).kind == kind


def test_a_topic_is_summarised_only_if_the_chosen_article_has_it(ask: Callable[..., Answer]) -> None:
    assert ask("Summarise what it says about fish species", filters=DELAY).status == "declined"


def test_several_chosen_articles_are_summarised_and_compared(ask: Callable[..., Answer]) -> None:
    summary = ask("Summarise these articles.", filters=PAPERS, history=BEFORE)
    assert summary.kind == "summary"
    assert {one.article_id for one in summary.citations} == set(PAPERS.article_ids)
    compared = ask("How do they differ?", filters=PAPERS)
    assert compared.kind == "compare" and "52 people" in compared.text


def test_the_catalogue_names_a_month_or_year_that_is_no_day() -> None:
    known = [Article(id="a", text="", date=date(2022, 3, 5)), Article(id="b", text="", period="2022-03")]
    known += [Article(id="c", text="", period="2022"), Article(id="d", text="")]
    assert [ENGLISH.long_dated(one) for one in known] == ["5 March 2022", "March 2022", "2022", ""]


def test_a_timeline_has_all_reports_and_what_is_to_come(ask: Callable[..., Answer]) -> None:
    answer = ask("Can you put the story of the Vey Bridge in order, with dates?")
    assert answer.kind == "timeline"
    days = [sentence.text.partition(": ")[0] for sentence in answer.sentences]
    assert days[0] == "1936"
    assert days[-1] == "March 2025 (reported on 22 November 2023)"
    assert {"1988", "September 2023", "22 November 2023"} <= set(days)
    cited = {one.article_id for one in answer.citations}
    assert cited >= {"vey-bridge-ostleigh-courier", "063355841bc5dee3"}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "If the state pays its part of the Vey Bridge repair, how many euros is that?",
            "5.04 million euros",
        ),
        ("If the port borrowed half of the dredging money, how much is that?", "11.5 million euros"),
        ("By how much is the orchestra's grant being cut, and what is that in percent?", "or 23.8 per cent"),
    ],
)
def test_a_share_of_an_amount_is_worked_out(ask: Callable[..., Answer], question: str, said: str) -> None:
    answer = ask(question)
    assert said in answer.sentences[0].text
    assert answer.sentences[0].support == "computed"


@pytest.mark.parametrize(
    "question",
    [
        "How many more passengers were hit by the bus strike than cars use the Vey Bridge a day?",
        "What share of the bus drivers live on Skerrow?",
        "By how many per cent did the festival's admissions go up?",
        "How many euros is the club's 15 per cent of the Castellane fee?",
        "How much dearer did museum tickets get, in euros?",
    ],
)
def test_figures_that_are_not_asked_for_are_not_computed(ask: Callable[..., Answer], question: str) -> None:
    assert all(sentence.support != "computed" for sentence in ask(question).sentences)


def test_a_list_leaves_out_what_is_no_item(ask: Callable[..., Answer]) -> None:
    answer = ask("All the award winners at the Collmouth film festival, please")
    assert "Midnight Ferrymen" in answer.text and "The Salt Ledger" in answer.text
    assert "20,000" not in answer.text


def test_an_outlet_is_known_by_its_last_word(ask: Callable[..., Answer]) -> None:
    answer = ask("Compare what the Courier and the Post write about the Vey Bridge.")
    assert "Ostleigh Courier" in answer.text and "The Marren Post" in answer.text


def test_a_person_among_other_words_is_told_of(ask: Callable[..., Answer]) -> None:
    answer = ask("What has Adelhaid Morow got to do with the buses?")
    assert [one.text for one in answer.sentences] == [
        "Both sides are to meet again on Friday with a mediator, the retired judge Adelheid Morrow."
    ]


def test_a_summary_keeps_to_the_sentences_asked_for(ask: Callable[..., Answer]) -> None:
    assert len(ask("Sum up the bus strike piece in two or three sentences").sentences) == 3


def test_an_article_without_outlet_and_day_is_named_by_its_title(library: Library) -> None:
    article = Article(
        id="owl", title="An owl in the tower", text="A barn owl has moved into the tower of Orm."
    )
    list(library.collection("default", make=True).add([article]))
    with Assistant(library, None, evidence_tokens=360) as assistant:
        answer = assistant.ask("What are these articles about?")
    assert answer.kind == "overview"
    assert answer.sentences[-1].text == "“An owl in the tower”"


@pytest.mark.parametrize(
    "question", ["How do the two papers differ on the ferry fire?", "And the other paper?"]
)
def test_other_papers_are_looked_for_within_the_filters(ask: Callable[..., Answer], question: str) -> None:
    before = ask("Summarise the article about the ferry fire.", filters={"source": "The Marren Post"})
    history = [
        {"role": "user", "content": "Summarise the article about the ferry fire."},
        {"role": "assistant", "content": before.text},
    ]
    answer = ask(question, history=history, filters={"source": "The Marren Post"})
    assert {one.source for one in answer.citations} <= {"The Marren Post"}
    assert {one.source for one in answer.passages} <= {"The Marren Post"}
