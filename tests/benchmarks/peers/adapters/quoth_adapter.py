"""Quoth with its default settings, in the environment of this checkout."""

import asyncio
import json
import os
import tempfile
from pathlib import Path

import lines

from index.readers.registry import read_sources
from qa.assistant import open_assistant
from qa.schemas import Answer, Token, checked_question
from qa.settings import read_settings

settings = read_settings()
home = Path(os.environ["WORK"])
(home / "models").symlink_to(settings.home / "models", target_is_directory=True)
assistant = open_assistant(settings.model_copy(update={"home": home}))
assistant.warm_up()
loop = asyncio.new_event_loop()


def add(articles):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(article) + "\n" for article in articles))
        file.flush()
        list(assistant.add(read_sources([file.name])))


def ask(question, day):
    stream = assistant.stream(checked_question(question, as_of=day or None))
    answer = None

    async def next_event():
        return await anext(stream, None)

    while (event := loop.run_until_complete(next_event())) is not None:
        if isinstance(event, Token):
            yield " "  # the first word; what counts is the proven answer at the end
        if isinstance(event, Answer):
            answer = event
    assert answer is not None
    yield ("" if answer.status != "declined" else "DECLINED ") + answer.text


lines.serve(add, ask)
