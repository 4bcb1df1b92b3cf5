"""What every adapter does: it reads requests from standard input, one JSON object a line, and replies.

`{"add": FILE}` adds the articles of a JSONL file and is replied to with the seconds it took;
`{"ask": QUESTION, "date": DAY}` with the text, and the seconds to its first word and to its end. Adapters run
in the environment of their system, so they import nothing of this project.
"""

import json
import os
import sys
import time
from pathlib import Path

# What a library prints must not come between the replies.
REPLIES = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def serve(add, ask):
    """Replies until the input ends. `add` takes a list of articles, and `ask` a question (with its day, ISO
    8601 or empty) and returns the pieces of the answer.
    """
    _reply({"ready": True})
    for line in sys.stdin:
        request, began = json.loads(line), time.perf_counter()
        try:
            if "add" in request:
                add(
                    [json.loads(each) for each in Path(request["add"]).read_text("utf-8").split("\n") if each]
                )
                _reply({"seconds": time.perf_counter() - began})
            else:
                _reply(_answer(ask(request["ask"], request.get("date") or ""), began))
        except Exception as error:
            _reply({"error": f"{type(error).__name__}: {error}"[:300]})


def _answer(pieces, began):
    text, first = "", None
    for piece in pieces:
        if piece and first is None:
            first = time.perf_counter() - began
        text += piece or ""
    return {"text": text, "first": first, "whole": time.perf_counter() - began}


def _reply(value):
    REPLIES.write(json.dumps(value) + "\n")
    REPLIES.flush()
