"""Progress bars on standard error, shown only on a terminal."""

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
def bar(count: Callable[[], int], description: str = "adding") -> Iterator[Callable[[], None]]:
    """A bar of `count()` steps, counted only if the bar is shown. Yields the function that advances it."""
    with _shown(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as (shown, task):
        if not shown.disable:
            shown.update(task, description=description, total=count())
        yield lambda: shown.advance(task)


@contextmanager
def question_bar(total: int, description: str = "asking") -> Iterator[Callable[[], None]]:
    """A bar of questions with the remaining time. Yields the function that advances it."""
    # A question may take half a minute, so the speed is measured over a longer period.
    with _shown(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), seconds=600) as (shown, task):
        shown.update(task, description=description, total=total)
        yield lambda: shown.advance(task)


@contextmanager
def spinner() -> Iterator[Callable[[str], None]]:
    """A spinner with the elapsed time. Yields the function that shows the current step."""
    with _shown(TimeElapsedColumn(), SpinnerColumn()) as (shown, task):
        # Refreshed at once, since a short step would never be visible otherwise.
        yield lambda step: shown.update(task, description=step, refresh=True)


@contextmanager
def download_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar of bytes, speed and remaining time; without a terminal, a line for each new step.

    Yields the function that reports a step, the bytes done and the total.
    """
    last_step = ""
    with _shown(BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()) as (shown, task):

        def report(step: str, done: int, total: int) -> None:
            nonlocal last_step
            shown.update(task, description=step, completed=done, total=total)
            if step != last_step and shown.disable:
                console.message(step)
            last_step = step

        yield report


@contextmanager
def _shown(*columns: ProgressColumn, seconds: float = 30) -> Iterator[tuple[Progress, TaskID]]:
    """A bar whose remaining time is estimated from the speed of the last `seconds`."""
    screen = console.PlainConsole(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        *columns,
        console=screen,
        transient=True,
        speed_estimate_period=seconds,
        disable=not screen.is_terminal,
        redirect_stdout=False,  # results stay on standard output while a bar is shown
    ) as progress:
        yield progress, progress.add_task("", total=None)
