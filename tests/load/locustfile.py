"""Locust users: readers who ask questions, and an editor who adds articles. Run by test_load.py."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

from locust import FastHttpUser, between, constant, task

QUESTIONS = [
    json.loads(line)["question"] for line in Path(os.environ["LOAD_QUESTIONS"]).read_text().splitlines()
]


class Reader(FastHttpUser):
    """Asks one question after another, with pauses to read the answers."""

    weight = 8
    wait_time = between(1, 3)

    def on_start(self) -> None:
        self._questions = itertools.cycle(QUESTIONS)
        for _ in range(id(self) % len(QUESTIONS)):  # readers start at different questions
            next(self._questions)

    @task
    def ask(self) -> None:
        with self.client.post(
            "/api/ask", json={"question": next(self._questions)}, name="ask", catch_response=True
        ) as response:
            if response.status_code != 200:
                response.failure(f"{response.status_code}: {response.text[:200]}")
            elif response.json()["status"] not in ("answered", "declined", "chat"):  # some only greet
                response.failure("neither answered, declined nor chatted")


class Editor(FastHttpUser):
    """Adds an article a second."""

    fixed_count = 1
    wait_time = constant(1)
    _numbers = itertools.count()

    @task
    def add(self) -> None:
        number = next(self._numbers)
        text = " ".join(
            f"On day {number} boat {n} left the harbour of Ostleigh at {n % 24}:15." for n in range(12)
        )
        given = {"id": f"load/{number}", "title": f"Boats of day {number}", "text": text}
        with self.client.post("/api/articles", json=given, name="add", catch_response=True) as response:
            if response.status_code != 200 or response.json()["added"] != [given["id"]]:
                response.failure(f"{response.status_code}: {response.text[:200]}")
