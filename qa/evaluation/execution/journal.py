"""The rows of a run as they come, in a file, so that an interrupted one can go on."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from qa.errors import EvaluationInvalid
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import Row


class Journal:
    """One row a line, written at once."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def begin(self) -> None:
        """Forgets what an earlier run left."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text("", "utf-8")

    def add(self, row: Row) -> None:
        """Keeps the row, whatever happens next."""
        with self._file.open("a", encoding="utf-8", errors="surrogatepass") as journal:
            journal.write(row.model_dump_json() + "\n")

    def done(self) -> dict[str, Row]:
        """The rows kept so far, by question id, without those that failed: they are asked again.

        A last line that was cut off in the middle is left out of the file too.
        """
        if not self._file.exists():
            self.begin()
        whole, _, torn = self._file.read_text("utf-8", errors="surrogatepass").rpartition("\n")
        if torn:
            self._file.write_text(f"{whole}\n" if whole else "", "utf-8", errors="surrogatepass")
        try:
            rows = [Row.model_validate_json(line) for line in whole.split("\n") if line]
        except ValidationError:
            raise EvaluationInvalid(
                f"{self._file} is of another version of Quoth; run again without --resume"
            ) from None
        return {row.question.id: row for row in rows if not row.error}


def still_open(questions: tuple[EvalQuestion, ...], done: dict[str, Row]) -> list[EvalQuestion]:
    """The questions that have no row yet, or had another wording when they were asked."""
    return [one for one in questions if one.id not in done or done[one.id].question != one]
