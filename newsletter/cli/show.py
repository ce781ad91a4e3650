"""How reports look on a terminal: tables, bars, plain lines where nobody watches. I/O: terminal"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

from newsletter.model.feeds import FeedOutcome


def as_json(value: Any) -> None:
    """Print a report for a program."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table to stdout; lines of plain columns where nobody watches."""
    cells = [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
        for row in (columns, *cells):
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in cells:
        shown.add_row(*map(Text, row))
    Console().print(shown)


class Step(Protocol):
    """Told once for each step that is done."""

    def __call__(self, words: str, tally: str = "", /) -> None: ...


@contextmanager
def progress(what: str, total: int) -> Iterator[Step]:
    """Show work under way on stderr: a bar on a terminal, a plain line per step that has words elsewhere.

    Call the value with the words of each step as it is done; a bar shows the tally instead, if there is one.
    """
    if not sys.stderr.isatty():
        done = 0

        def line(words: str, tally: str = "", /) -> None:  # noqa: ARG001 - a line says what happened; the report counts
            nonlocal done
            done += 1
            if words:
                click.echo(f"{what} {done}/{total}: {words}", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=total, said="")

        def step(words: str, tally: str = "", /) -> None:
            bars.update(task, advance=1, said=tally or words[:60])

        yield step


def outcome_rows(outcomes: Iterable[FeedOutcome]) -> list[tuple[str, ...]]:
    """A report of collecting as rows: feed, state, entries, new, and what is to be said."""
    rows: list[tuple[str, ...]] = []
    for one in outcomes:
        words = "; ".join(part for part in (one.problem, ", ".join(one.repairs)) if part)
        state = f"{one.state} ({one.status})" if one.status and one.state not in ("new", "same") else one.state
        rows.append((one.name, state, str(one.entries or ""), str(one.new_entries or ""), words))
    return rows


def mends(of_feeds: Iterable[tuple[str, str]]) -> None:
    """What a person may do about each feed, a line each; "" is nothing."""
    for feed, mend in of_feeds:
        if mend:
            click.echo(f"{feed}: {mend}")


OUTCOME_COLUMNS = ("feed", "state", "entries", "new", "")
