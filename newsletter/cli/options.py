"""What every command takes: the workspace, the clock, JSON. I/O: environment"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.clock import read_instant
from newsletter.errors import NoWorkspace
from newsletter.model.week import Week

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom

#: Far enough from both ends of the calendar to count weeks from there.
_YEARS = range(1900, 3000)


class InstantType(click.ParamType[datetime]):
    """An instant with its offset: 2024-06-07T15:00:00+07:00."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = read_instant(str(value))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no instant. Write it with its offset: 2024-06-07T15:00:00+07:00", param, ctx)
        if instant.year not in _YEARS:
            self.fail(f"{value!r} lies outside of the years that issues appear in.", param, ctx)
        return instant


class WeekType(click.ParamType[Week]):
    """An ISO week: 2024-W23."""

    name = "week"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Week:
        if isinstance(value, Week):
            return value
        try:
            week = Week.read(str(value))
        except ValueError:
            self.fail(f"{value!r} is no week. Write year and ISO week: 2024-W23", param, ctx)
        if week.year not in _YEARS:
            self.fail(f"{value!r} lies outside of the years that issues appear in.", param, ctx)
        return week


root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="NEWSLETTER_ROOT",
    help="The workspace; else the folder here or above that holds newsletter.toml.",
)
now_option = click.option(
    "--now",
    type=InstantType(),
    envvar="NEWSLETTER_NOW",
    help="Play with another clock: 2024-06-07T15:00:00+07:00.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
week_argument = click.argument("week", type=WeekType(), required=False)


def with_room(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command the opened newsroom as its first argument, and --root and --now to the user."""

    @root_option
    @now_option
    @functools.wraps(command)
    def opened(*args: Any, root: Path | None, now: datetime | None, **kwargs: Any) -> Any:
        return command(open_room(root, now), *args, **kwargs)

    return opened


def open_room(root: Path | None, now: datetime | None) -> Newsroom:
    """Open the real newsroom of a workspace. Raises NoWorkspace and FaultyFiles."""
    from newsletter.newsroom.room import open_newsroom

    return open_newsroom(find_workspace(root), environ=os.environ, now=now)


def find_workspace(root: Path | None) -> Path:
    """The folder named, or the nearest one here or above with a newsletter.toml. Raises NoWorkspace."""
    if root is not None:
        if os.path.lexists(root / "newsletter.toml"):
            return root.resolve()
        raise NoWorkspace(f"{root} holds no newsletter.toml.", mend=f"Make a workspace there: newsletter init {root}")
    here = Path.cwd()
    for folder in (here, *here.parents):
        if os.path.lexists(folder / "newsletter.toml"):
            return folder
    raise NoWorkspace(
        "There is no newsletter.toml here or above.",
        mend="Go into a workspace, name one with --root, or make one: newsletter init DIR",
    )
