"""Example responses in the OpenAPI description."""

from __future__ import annotations

from typing import Any


def example(value: object, status: int = 200, **fields: Any) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation with this example; `fields` are other fields of the response."""
    return {status: {"content": {"application/json": {"example": value}}, **fields}}


def event_stream(value: str, *names: str) -> dict[str, Any]:
    """The `content` of a stream of server-sent events with this example. The schema describes one event."""
    properties: dict[str, Any] = {"data": {"type": "string"}}
    if names:
        properties |= {"event": {"enum": names}, "id": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"text/event-stream": {"schema": schema, "example": value}}


PASSAGE: dict[str, Any] = {
    "article_id": "ferry-fire",
    "title": "Fire on the evening ferry",
    "url": "https://example.org/ferry-fire",
    "date": "2024-03-02",
    "period": "",
    "source": "Coast Herald",
    "start": 0,
    "end": 60,
    "text": "The fire broke out at 18:40. Nobody was hurt, the line said.",
    "score": 0.8123,
    "also": [
        {
            "article_id": "fire-on-ferry",
            "title": "Passengers safe after ferry fire",
            "url": "https://example.org/fire-on-ferry",
            "date": "2024-03-03",
            "period": "",
            "source": "Tide Times",
        }
    ],
}
_CITED = {name: PASSAGE[name] for name in ("article_id", "title", "url", "date", "period", "source", "also")}
ANSWER: dict[str, Any] = {
    "status": "answered",
    "text": "The fire broke out at 18:40 [1].",
    "sentences": [
        {
            "text": "The fire broke out at 18:40.",
            "citations": [1],
            "support": "supported",
            "articles": [],
            "probability": 0.97,
            "language": None,
        }
    ],
    "citations": [{"number": 1, **_CITED, "start": 0, "end": 28, "quote": "The fire broke out at 18:40."}],
    "conflicts": [],
    "question_searched": "When did it break out? (fire ferry)",
    "passages": [PASSAGE],
    "timings": {"search_ms": 14.2, "first_token_ms": 2210.5, "total_ms": 3120.0},
    "model": "local:1.5b",
    "search_confidence": 0.61,
    "confidence": 0.93,
    "proof": 0.97,
    "short_answer": "18:40",
    "nearest": None,
    "usage": {"prompt_tokens": 781, "answer_tokens": 14},
    "kind": "fact",
    "understood": {
        "question": "When did it break out?",
        "kind": "fact",
        "topic": "fire ferry",
        "source": None,
        "after": None,
        "before": None,
        "corrections": [],
    },
    "followups": ["Summarise the article “Fire on the evening ferry”."],
}
CHECKED_TEXT: dict[str, Any] = {
    "sentences": [
        {
            "text": "The fire on the ferry broke out at 18:40.",
            "start": 0,
            "end": 41,
            "verdict": "proven",
            "probability": 0.94,
            "citations": ANSWER["citations"],
        },
        {
            "text": "Three passengers were hurt.",
            "start": 42,
            "end": 69,
            "verdict": "contradicted",
            "probability": 0.02,
            "citations": [
                {"number": 2, **_CITED, "start": 29, "end": 60, "quote": "Nobody was hurt, the line said."}
            ],
            "sides": [{"says": "", "agrees": False, "date": _CITED["date"], "citations": [2]}],
        },
    ],
    "verifier": "local:1.5b",
}
_METADATA = {name: PASSAGE[name] for name in ("title", "url", "date", "period", "source")}
ARTICLE: dict[str, Any] = {"id": "ferry-fire", **_METADATA, "text": PASSAGE["text"]}
ARTICLE_LIST: dict[str, Any] = {
    "articles": [{"id": "ferry-fire", **_METADATA, "passages": 1, "characters": 60}],
    "total": 1,
    "limit": 100,
    "offset": 0,
}
REPORT: dict[str, Any] = {
    "added": ["ferry-fire"],
    "updated": [],
    "unchanged": [],
    "skipped": [{"source": "scan.pdf", "reason": "has no text, only pictures"}],
    "replaced": [],
    "uncovered": {},
    "warnings": [],
}
JOB: dict[str, Any] = {
    "id": "0b5f3c",
    "status": "running",
    "collection": "default",
    "given": 250,
    "told": 2,
    "report": REPORT,
    "created": "2024-04-01T10:06:40Z",
    "ended": None,
    "error": None,
}
STREAM = """\
id: 1
event: evidence
data: {"question_searched":"When did it break out? (fire ferry)","passages":[...]}

id: 2
event: token
data: {"text":"The fire"}

id: 3
event: answer
data: {"status":"answered","text":"The fire broke out at 18:40 [1].",...}
"""
CHECK_STREAM = """\
id: 1
event: sentence
data: {"text":"The fire on the ferry broke out at 18:40.","start":0,"end":41,"verdict":"proven",...}

id: 2
event: result
data: {"sentences":[...],"verifier":"local:1.5b"}
"""
