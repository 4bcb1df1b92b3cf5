"""Questions in another language than the articles, and questions in languages other than English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.schemas import Article
from qa.assistant import Assistant
from qa.llm.chat_models import Task
from qa.pipeline.translation import same_names, same_numbers
from qa.schemas import Answer, Turn
from qa.verification.verifiers.proof import PROOF
from qa.verification.verifiers.verifier import Hypothesis, Verdict
from tests.conftest import ScriptedModel

ENGLISH = """Forty-seven people were rescued from the ferry Marla off the coast of Belarus, the mayor said.
The ferry had left the harbour of Skerrow on Monday in spite of the storm. Nobody was hurt."""
GERMAN = """Die Bürgermeisterin Ilse Dravik eröffnete am 1. März die neue Brücke über die Vey. Der Bau der
Brücke kostete 3,5 Millionen Euro und dauerte vierzehn Monate. Davor gab es einen Umweg."""
SPANISH = """La alcaldesa Ilse Dravik inauguró el 1 de marzo el nuevo puente sobre el río Vey. El puente
costó 3.500,50 euros y las obras duraron catorce meses. Los vecinos tenían que dar un rodeo
de muchos kilómetros para llegar a la otra orilla del río."""


class Polyglot(ScriptedModel):
    """Drafts a fixed text, and translates the lines that it knows. Keeps what it was asked."""

    def __init__(self, says: str, translations: Mapping[str, str]) -> None:
        super().__init__(says)
        self.translations = translations
        self.prompts: list[str] = []

    def for_task(self, task: Task) -> Any:
        chat = self.chat

        def reply(messages: Any) -> Any:
            self.prompts.append(messages[-1][1])
            return messages

        if task.name == "translate":
            return RunnableLambda(
                lambda messages: AIMessage(self.translations.get(messages[-1][1].partition(": ")[2], ""))
            )
        return RunnableLambda(reply) | chat


class Reader:
    """Finds proven what has none of the given words."""

    name = "reader"
    tasks: tuple[Task, ...] = ()
    coefficients = PROOF

    def __init__(self, *doubted: str) -> None:
        self.doubted = doubted

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        doubts = any(word in hypothesis.claim for word in self.doubted)
        return Verdict(proof=0.02 if doubts else 0.98, contradiction=0.0)


@pytest.fixture
def library(tmp_path: Path, embedder: SentenceEmbedder) -> Iterator[Library]:
    english = copy(embedder)
    english.languages = ("en",)
    with Library(tmp_path, english) as library:
        for name, text in (("english", ENGLISH), ("german", GERMAN), ("spanish", SPANISH)):
            article = Article(id=name, title=name.title(), text=text, date=date(2024, 3, 2))
            list(library.collection(name, make=True).add([article]))
        yield library


def ask(
    library: Library, model: ScriptedModel | None, question: str, collection: str, *doubted: str
) -> Answer:
    verifier = Reader(*doubted) if model else None
    assistant = Assistant(library, model, evidence_tokens=240, verifier=verifier)
    answer = assistant.ask(question, collection=collection)
    for citation in answer.citations:
        assert (
            citation.quote
            == assistant.article(citation.article_id, collection=collection).text[
                citation.start : citation.end
            ]
        )
    return answer


SAID = "Forty-seven people were rescued from the ferry Marla."
ASKED = {
    "Wie viele Menschen wurden von der Fähre Marla gerettet?": (
        "Siebenundvierzig Menschen wurden von der Fähre Marla gerettet."
    ),
    "¿Cuántas personas fueron rescatadas del ferry Marla?": (
        "Cuarenta y siete personas fueron rescatadas del ferry Marla."
    ),
    "Сколько человек спасли с парома Марла?": "Сорок семь человек спасли с парома Марла.",
}


@pytest.mark.parametrize("question", ASKED)
def test_an_answer_is_in_the_language_of_the_question(library: Library, question: str) -> None:
    searched = "How many people were rescued from the ferry Marla?"
    model = Polyglot(f"{SAID[:-1]} [1].", {question: searched, SAID: ASKED[question]})
    answer = ask(library, model, question, "english")
    assert answer.status == "answered"
    assert answer.question_searched == searched
    [sentence] = answer.sentences
    assert (sentence.text, sentence.language) == (ASKED[question], None)
    assert answer.citations[0].quote.startswith("Forty-seven people were rescued")


@pytest.mark.parametrize(
    ("translated", "doubted"),
    [
        ("Siebenundfünfzig Menschen wurden von der Fähre Marla gerettet.", ""),
        ("Siebenundvierzig Menschen wurden von der Fähre Tolm gerettet.", ""),
        ("Siebenundvierzig Menschen ertranken auf der Fähre Marla.", "ertranken"),
        ("", ""),
    ],
)
def test_what_is_not_proven_in_the_language_is_quoted(
    library: Library, translated: str, doubted: str
) -> None:
    question = next(iter(ASKED))
    searched = "How many people were rescued from the ferry Marla?"
    model = Polyglot(f"{SAID[:-1]} [1].", {question: searched, SAID: translated})
    answer = ask(library, model, question, "english", *([doubted] if doubted else []))
    [sentence] = answer.sentences
    assert (sentence.text, sentence.language) == (f"“{answer.citations[0].quote}”", "en")


def test_an_english_question_is_answered_from_german_articles(library: Library) -> None:
    question = "What did the new bridge over the Vey cost?"
    searched = "Was kostete die neue Brücke über die Vey?"
    said = "Die Brücke über die Vey kostete 3,5 Millionen Euro."
    told = "The bridge over the Vey cost 3.5 million euros."
    answer = ask(library, Polyglot(f"{said[:-1]} [1].", {question: searched, said: told}), question, "german")
    assert [one.text for one in answer.sentences] == [told]
    assert "3,5 Millionen" in answer.citations[0].quote


def test_a_follow_up_is_translated_with_the_question_before_it(library: Library) -> None:
    before, question = "¿Cuántas personas fueron rescatadas del ferry Marla?", "¿Y cuándo zarpó?"
    first, second = "How many people were rescued from the ferry Marla?", "And when did it leave?"
    model = Polyglot("NOT FOUND", {before: first, question: second})
    assistant = Assistant(library, model, evidence_tokens=240, verifier=Reader())
    answer = assistant.ask(question, collection="english", history=[Turn(role="user", content=before)])
    assert answer.question_searched.startswith(second)
    assert "Marla" in answer.question_searched


def test_numbers_and_months_are_those_of_the_language(library: Library) -> None:
    for collection, question, says, own in (
        (
            "german",
            "Wie lange dauerte der Bau der Brücke?",
            "Der Bau der Brücke dauerte 14 Monate [1].",
            "vierzehn Monate",
        ),
        (
            "spanish",
            "¿Cuánto duraron las obras del puente?",
            "Las obras del puente duraron 14 meses [1].",
            "catorce meses",
        ),
        (
            "spanish",
            "¿Cuándo inauguró Ilse Dravik el puente?",
            "Ilse Dravik lo inauguró el 1 de marzo [1].",
            "el 1 de marzo",
        ),
    ):
        model = Polyglot(says, {})
        answer = ask(library, model, question, collection)
        # A small model's own words in another language than English give way to the article's.
        (sentence,) = answer.sentences
        assert own in sentence.text and sentence.text == answer.citations[0].quote.replace("\n", " ")
        assert f"(Answer in {collection.title()}.)" in model.prompts[-1]
    for collection, question, says in (
        ("german", "Wie lange dauerte der Bau der Brücke?", "Der Bau der Brücke dauerte 15 Monate [1]."),
        ("spanish", "¿Cuánto costó el puente?", "El puente costó 350.050 euros [1]."),
    ):
        told = ask(library, Polyglot(says, {}), question, collection).sentences
        assert says.replace(" [1]", "") not in [one.text for one in told]


def test_the_kind_of_a_question_is_told_by_its_translation(library: Library) -> None:
    question = "Haz un resumen del artículo sobre el puente"
    model = Polyglot("NOT FOUND", {question: "Summarise the article about the bridge", "bridge": "puente"})
    answer = ask(library, model, question, "spanish")
    assert (answer.status, answer.kind) == ("answered", "summary")
    assert answer.citations[0].quote in SPANISH


def test_without_a_model_the_question_is_searched_as_it_is(library: Library) -> None:
    answer = ask(library, None, "¿Cuánto costó el puente sobre el río Vey?", "spanish")
    assert answer.kind == "fact"
    assert answer.status == "answered"
    assert all(citation.quote in SPANISH for citation in answer.citations)


@pytest.mark.parametrize(
    ("text", "language", "other", "other_language", "same"),
    [
        ("It cost 3.5 million", "en", "Es kostete 3,5 Millionen", "de", True),
        ("It cost 3.5 million", "en", "Es kostete 35 Millionen", "de", False),
        ("Fourteen men", "en", "Catorce hombres", "es", True),
        ("1,200 men in 1996", "en", "1200 Männer", "de", False),
        ("5 percent", "en", "5 por ciento", "es", True),
        ("2 billion euros", "en", "2 Milliarden Euro", "de", True),
        ("2 billion euros", "en", "2 Billionen Euro", "de", False),
    ],
)
def test_the_same_numbers(text: str, language: str, other: str, other_language: str, same: bool) -> None:
    assert same_numbers(text, language, other, other_language) is same


@pytest.mark.parametrize(
    ("text", "language", "other", "other_language", "same"),
    [
        ("The offer was made to Zelenskyy.", "en", "Das Angebot ging an Selenskyj.", "de", True),
        ("The offer was made to Zelenskyy.", "en", "Das Angebot ging an Lukaschenko.", "de", False),
        ("The ferry left Germany.", "en", "Die Fähre verließ Deutschland.", "de", True),
        ("The ferry left Germany.", "en", "Die Fähre verließ Dänemark.", "de", False),
        ("Die Brücke eröffnete Ilse Dravik.", "de", "The bridge was opened by Ilse Dravik.", "en", True),
        ("Die Brücke eröffnete Ilse Dravik.", "de", "The bridge was opened by Omar Haddad.", "en", False),
        ("He met Lukashenko.", "en", "Он встретил Лукашенко.", "ru", True),
        ("He met Zelenskyy.", "en", "Он поддержал Зеленского.", "ru", True),
        ("He met Tsikhanouskaya.", "en", "Он встретил Лукашенко.", "ru", False),
    ],
)
def test_the_same_names(text: str, language: str, other: str, other_language: str, same: bool) -> None:
    assert same_names(text, language, other, other_language) is same
