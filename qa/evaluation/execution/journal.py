"""The journal of a run: its finished rows in a file, so that an interrupted run can resume."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from qa.errors import EvaluationInvalid
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import Row


class Journal:
    """A file with one row per line, each written as soon as it is finished."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def clear(self) -> None:
        """Creates an empty file, or empties the existing one."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text("", "utf-8")

    def append(self, row: Row) -> None:
        """Writes the row to the file at once."""
        with self._file.open("a", encoding="utf-8", errors="surrogatepass") as file:
            file.write(row.model_dump_json() + "\n")

    def read(self) -> dict[str, Row]:
        """Returns the rows by question id, without failed questions, which are asked again. Removes an
        incomplete last line from the file. Raises EvaluationInvalid.
        """
        if not self._file.exists():
            self.clear()
        complete, _, partial = self._file.read_text("utf-8", errors="surrogatepass").rpartition("\n")
        if partial:
            self._file.write_text(f"{complete}\n" if complete else "", "utf-8", errors="surrogatepass")
        try:
            rows = [Row.model_validate_json(line) for line in complete.split("\n") if line]
        except ValidationError:
            raise EvaluationInvalid(
                f"{self._file} was written by another version of Quoth; run again without --resume"
            ) from None
        return {row.question.id: row for row in rows if not row.error}


def unanswered(questions: tuple[EvalQuestion, ...], done: dict[str, Row]) -> list[EvalQuestion]:
    """Returns the questions that have no row, or whose row was of a different version of the question."""
    return [
        question
        for question in questions
        if question.id not in done or done[question.id].question != question
    ]
