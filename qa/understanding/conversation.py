"""What a question on the answer before means: "Shorter, please.", "And the other paper?"."""

from __future__ import annotations

from index.collection import Collection
from qa.understanding.understanding import Understanding


def resolve(understanding: Understanding, collection: Collection) -> Understanding:
    """The understanding of what the conversation makes of the question."""
    return understanding
