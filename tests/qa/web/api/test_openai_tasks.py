"""Tasks of chat programs are done without a search; questions that look similar stay questions.

The prompts have the form that Open WebUI 0.6 and 0.12, and LibreChat 0.8, send.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

ASKED = "Which club did Ilario Castellane leave for Marren Rovers?"
CHAT = f"USER: {ASKED}\nASSISTANT: Collmouth Athletic [1].\nWho?\nUSER: And for how much?\nASSISTANT: £4m."


def open_webui(task: str, output: str, chat: str = CHAT) -> str:
    return (
        f"### Task:\n{task}\n### Guidelines:\n- Keep it short.\n### Output:\nJSON format: {output}\n"
        f"### Chat History:\n<chat_history>\n{chat}\n</chat_history>"
    )


TITLE = open_webui("Generate a concise, 3-5 word title.", '{ "title": "your concise title here" }')
TAGS = open_webui("Generate 1-3 broad tags.", '{ "tags": ["tag1", "tag2", "tag3"] }')
FOLLOW_UPS = open_webui(
    "Predict 3-5 useful messages this user might naturally send next.",
    '{ "follow_ups": ["Suggested next message 1", "Suggested next message 2"] }',
)
EMOJI = f"Reflect the speaker's likely facial expression through a fitting emoji.\n\nMessage: ```{ASKED}```"
TOOL_CALLS = [
    {
        "role": "system",
        "content": 'Available Tools: []\n\nIf no tools match, return:\n   {\n     "tool_calls": []\n   }',
    },
    {"role": "user", "content": f'History:\nUSER: """{ASKED}"""\nQuery: And for how much?'},
]
QUERIES = open_webui("Analyze the chat history.", '\n{\n  "queries": ["query1", "query2"]\n}')
GERMAN = open_webui("Erzeuge einen kurzen Titel.", '{ "title": "der Titel" }')
AUTOCOMPLETE = open_webui("You are an autocompletion system.", '`{ "text": "<your_completion>" }`')
LIBRECHAT = (
    "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. "
    f"Only return the title itself.\n\nConversation:\nUser: {ASKED}\nAI: Collmouth Athletic [1]."
)


def content(client: TestClient, prompt: str | None, **fields: Any) -> Any:
    messages = fields.pop("messages", None) or [{"role": "user", "content": prompt}]
    response = client.post("/v1/chat/completions", json={"model": "quoth", "messages": messages, **fields})
    assert response.status_code == 200, response.text
    completion = response.json()
    assert completion["quoth"] is None and completion["usage"]["total_tokens"] == 0
    [choice] = completion["choices"]
    assert choice["message"]["annotations"] == []
    return choice["message"]["content"]


@pytest.mark.parametrize("prompt", [TITLE, GERMAN])
def test_title_is_made_of_the_first_question(client, prompt):
    title = json.loads(content(client, prompt))["title"]
    assert title and len(title) <= 60 and ASKED.startswith(title.rstrip("…"))


def test_tags_are_names_of_the_question(client):
    assert json.loads(content(client, TAGS)) == {"tags": ["Ilario", "Castellane", "Marren"]}


def test_follow_up_questions_are_those_that_the_collection_answers(client):
    questions = json.loads(content(client, FOLLOW_UPS))["follow_ups"]
    assert 1 <= len(questions) <= 3 and all(question.endswith("?") for question in questions)
    again = open_webui("Suggest questions.", '{ "follow_ups": ["?"] }', f"USER: {questions[0]}\nASSISTANT: x")
    assert questions[0] not in json.loads(content(client, again))["follow_ups"]


def test_other_tasks_have_their_form_too(client):
    assert json.loads(content(client, QUERIES)) == {"queries": ["And for how much?"]}
    assert json.loads(content(client, AUTOCOMPLETE)) == {"text": ""}
    assert content(client, LIBRECHAT).startswith("Which club did Ilario Castellane")
    assert content(client, EMOJI) == "💬"
    assert json.loads(content(client, None, messages=TOOL_CALLS)) == {"tool_calls": []}


@pytest.mark.parametrize("name", ["title_generation", "TASKS.TITLE_GENERATION"])
def test_task_is_known_by_its_name_whatever_the_prompt(client, name):
    earlier = [
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": "Collmouth Athletic [1]."},
    ]
    messages = [*earlier, {"role": "user", "content": "Name this chat!"}]
    title = json.loads(content(client, None, messages=messages, metadata={"task": name}))["title"]
    assert title.startswith("Which club")
    assert json.loads(content(client, ASKED, metadata={"task": "tags_generation"}))["tags"]
    assert content(client, ASKED, metadata={"task": "emoji_generation"}) == "💬"
    assert json.loads(content(client, ASKED, metadata={"task": "function_calling"})) == {"tool_calls": []}


def test_stream_of_a_task_has_its_result(client):
    request = {
        "model": "quoth",
        "messages": [{"role": "user", "content": TITLE}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    lines = client.post("/v1/chat/completions", json=request).text.split("\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    written = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    assert json.loads(written)["title"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["total_tokens"] == 0 and "data: [DONE]" in lines


def test_json_is_promised_only_where_it_is_given(client):
    schema = {"type": "json_schema", "json_schema": {"name": "title", "schema": {"type": "object"}}}
    for format_ in ({"type": "json_object"}, schema):
        assert json.loads(content(client, TITLE, response_format=format_))
        for prompt in (ASKED, LIBRECHAT):
            request = {"messages": [{"role": "user", "content": prompt}], "response_format": format_}
            refused = client.post("/v1/chat/completions", json={"model": "quoth", **request})
            assert refused.status_code == 400
            error = refused.json()["error"]
            assert error["param"] == "response_format" and "omit response_format" in error["message"]


@pytest.mark.parametrize(
    ("prompt", "metadata"),
    [
        (ASKED, None),
        (ASKED, {"task": "generation", "chat_id": "c"}),
        (f"### Task:\nAnswer from the context.\n### Chat History:\n{ASKED}", None),
        (f"What is the title of the report?\nConversation of the day: {ASKED}", None),
        (f'What does {{"title": "x"}} mean, and {ASKED}', None),
    ],
)
def test_questions_stay_questions(client, prompt, metadata):
    request = {"messages": [{"role": "user", "content": prompt}], "metadata": metadata}
    completion = client.post("/v1/chat/completions", json={"model": "quoth", **request}).json()
    assert completion["quoth"]["status"] in ("answered", "declined")
