"""How far a thing is, on standard error, while somebody watches a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from qa.cli import console


@contextmanager
def adding(count: Callable[[], int], doing: str = "adding") -> Iterator[Callable[[], None]]:
    """A bar for as many steps as `count` says, which is asked only where the bar is seen."""
    with _shown(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as (bar, task):
        if not bar.disable:
            bar.update(task, description=doing, total=count())
        yield lambda: bar.advance(task)


@contextmanager
def asking(total: int, doing: str = "asking") -> Iterator[Callable[[], None]]:
    """A bar for so many questions, with the time left."""
    # A question may take half a minute: the last few tell how long the others will.
    with _shown(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), memory=600) as (bar, task):
        bar.update(task, description=doing, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def waiting() -> Iterator[Callable[[str], None]]:
    """A spinner with the seconds since it began; call what it gives with what is being done now."""
    with _shown(TimeElapsedColumn(), SpinnerColumn()) as (bar, task):
        # Shown at once: what lasts less than a frame would never be seen.
        yield lambda doing: bar.update(task, description=doing, refresh=True)


@contextmanager
def fetching() -> Iterator[Callable[[str, int, int], None]]:
    """A bar of bytes, speed and time left; without a terminal, a line for each new thing being done."""
    told = ""
    with _shown(BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()) as (bar, task):

        def report(what: str, done: int, total: int) -> None:
            nonlocal told
            bar.update(task, description=what, completed=done, total=total)
            if what != told and bar.disable:
                console.message(what)
            told = what

        yield report


@contextmanager
def _shown(*columns: ProgressColumn, memory: float = 30) -> Iterator[tuple[Progress, TaskID]]:
    """The time left is told by the speed of the last `memory` seconds."""
    screen = console.PlainConsole(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        *columns,
        console=screen,
        transient=True,
        speed_estimate_period=memory,
        disable=not screen.is_terminal,
        redirect_stdout=False,  # what is a result stays one while a bar is shown
    ) as bar:
        yield bar, bar.add_task("", total=None)
