"""Yes-no questions on which a sentence bears that does not prove yes or no."""

from __future__ import annotations

from index.text.messages.messages import Messages
from qa.pipeline.drafting.proving import NEAR
from qa.schemas import Answer
from qa.verification.cited_text import with_marks


def undecided(answer: Answer, messages: Messages) -> Answer:
    """The declined answer to a yes-no question with the sentence that came near to a proof, and neither yes
    nor no: whoever reads it knows which. Unchanged if none came near, as nothing may decide the question.
    """
    near = answer.nearest
    if near is None or answer.proof is None or answer.proof < NEAR:
        return answer
    said = messages.gettext("The articles say:")
    sentence = near.model_copy(update={"text": f"{said} {near.text}", "probability": answer.proof})
    update = {"status": "answered", "text": with_marks(sentence), "sentences": (sentence,), "nearest": None}
    return answer.model_copy(update=update)
