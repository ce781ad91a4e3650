"""How reports look on a terminal: tables, bars, plain lines where nobody watches. I/O: terminal"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

from newsletter.cli.tempo import Tempo
from newsletter.model.feeds import FeedOutcome
from newsletter.text import visible

#: Columns of a screen where nobody watches, and the bounds of one that somebody watches.
_WIDTH, _NARROWEST, _WIDEST = 100, 48, 120
#: What json leaves as it is, and terminals obey.
_C1 = re.compile("[\x7f-\x9f]")


def as_json(value: Any) -> None:
    """Print a report for a program."""
    click.echo(json_text(value, indent=1))


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON as programs read it and terminals bear it: what would command one is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _C1.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def width() -> int:
    """Columns to write for: those of the terminal, within reason; COLUMNS says otherwise."""
    return min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 24)).columns))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table to stdout; lines of plain columns where nobody watches."""
    cells = [tuple("" if cell is None else visible(str(cell)) for cell in row) for row in rows]
    if not sys.stdout.isatty():
        from newsletter.press.prose.columns import columns as width_of
        from newsletter.press.prose.columns import pad

        widths = [max(map(width_of, column)) for column in zip(columns, *cells, strict=True)]
        for row in (columns, *cells):
            click.echo("  ".join(pad(cell, most) for cell, most in zip(row, widths, strict=True)).rstrip())
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in cells:
        shown.add_row(*map(Text, row))
    Console().print(shown)


#: Steps between two lines of the tally, and seconds between two lines of letters.
_LINES_EACH, _SECONDS_EACH = 100, 5.0


class Step(Protocol):
    """Told once for each step that is done."""

    def __call__(self, words: str, tally: str = "", /) -> None: ...


@contextmanager
def progress(what: str, total: int) -> Iterator[Step]:
    """Show work under way on stderr: a bar on a terminal, plain lines elsewhere.

    Call the value with the words of each step as it is done, and with a tally of all. A bar shows the tally, if there
    is one; lines are those of steps that have words, and the tally now and then.
    """
    if not sys.stderr.isatty():
        done = 0

        def line(words: str, tally: str = "", /) -> None:
            nonlocal done
            done += 1
            if words or (tally and (done == total or done % _LINES_EACH == 0)):
                click.echo(visible(f"{what} {done}/{total}: {words or tally}"), err=True)

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
            bars.update(task, advance=1, said=tally or visible(words[:60]))

        yield step


@contextmanager
def letters(total: int) -> Iterator[Tempo]:
    """Show letters leaving on stderr: a bar with rate and time left on a terminal, a line now and then elsewhere.

    Tell the value of each delivery; telling costs next to nothing, however fast the letters leave.
    """
    if not sys.stderr.isatty():
        tempo = Tempo(total, line_each=_SECONDS_EACH)
        yield tempo
        return
    from rich.console import Console
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    tempo = Tempo(total, line_each=None)

    def shown() -> Table:
        lines = Table.grid()
        lines.add_row(ProgressBar(total=max(1, total), completed=min(tempo.done, total), width=min(60, width())))
        # A narrow screen shows the end on a second line: it tells what went wrong, and how to end at once.
        lines.add_row(Text(tempo.words()))
        return lines

    with Live(get_renderable=shown, console=Console(stderr=True), refresh_per_second=4, transient=True):
        yield tempo


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
            click.echo(visible(f"{feed}: {mend}"))


OUTCOME_COLUMNS = ("feed", "state", "entries", "new", "")
