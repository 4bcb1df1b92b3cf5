"""ARCHITECTURE.md draws what the code does."""

from tests.project.architecture_graph import BLOCK, FILE, drawing


def test_the_drawing_of_the_answering_is_made_from_the_code() -> None:
    [drawn] = BLOCK.findall(FILE.read_text("utf-8"))
    assert drawn == drawing(), "run `make graph`"
