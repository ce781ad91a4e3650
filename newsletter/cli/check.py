"""The command that tells every remark on a week, for people, programs and pull requests. I/O: terminal, environment"""

from __future__ import annotations

import gc
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import find_workspace, now_option, open_room, root_option, week_argument
from newsletter.errors import FaultyFiles
from newsletter.text import visible

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.checking import Checked
    from newsletter.cli.remark_formats import Place
    from newsletter.cli.show import Step
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom

#: The page on every code, where the workspace's repository has it.
_CODES = "docs/editors.md"


@click.command(epilog="Example: newsletter check 2024-W23 --online")
@root_option
@now_option
@week_argument
@click.option("--online", is_flag=True, help="Also ask the printed links whether their pages are still there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "github", "markdown")),
    default="text",
    help="For people, for programs, as annotations of a workflow on GitHub, or as a comment on a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def check(*, root: Path | None, now: datetime | None, week: Week | None, online: bool, form: str, as_json: bool) -> int:
    """Every remark on the week, for people, programs and pull requests.

    On takes, explainer, wishes, feeds, links, and on the issue as it would go out. No file of the week is changed.
    Exit code 3 if there are errors.
    """
    from newsletter.checking import unopened

    # All that a week is made of lives until it is told: looking for rubbish in it finds none, and takes its time.
    gc.disable()
    try:
        room = open_room(root, now)
        found = _checked(room, week, online=online)
    except FaultyFiles as fault:
        found = unopened(fault)
    finally:
        gc.enable()
    _tell(found, "json" if as_json else form, find_workspace(root))
    return 0 if found.is_sound else 3


def _checked(room: Newsroom, week: Week | None, *, online: bool) -> Checked:
    from newsletter.checking import check as check_week
    from newsletter.newsroom.calendar import current_week

    # The bar is known to be needed only once the links are known.
    with room.open_store() as store, ExitStack() as bar:
        steps: list[Step] = []
        return check_week(
            room,
            week or current_week(room),
            store,
            online=online,
            on_start=lambda count: steps.append(bar.enter_context(show.progress("links", count))),
            on_link=lambda link, what: steps[0](f"{link}: {what}" if what else ""),
        )


def _tell(found: Checked, form: str, root: Path) -> None:
    from newsletter.cli.remark_formats import comment, counts, workflow_commands

    title = str(found.week) if found.week else "newsletter.toml"
    if form == "json":
        show.as_json(found.as_json())
    elif form == "github":
        for line in workflow_commands(found.remarks, _place(root)):
            click.echo(line)
    elif form == "markdown":
        click.echo(comment(title, found.remarks, _place(root)), nl=False)
    else:
        for remark in found.remarks:
            click.echo(visible(str(remark)))
        click.echo(f"{title}: {counts(found.remarks)}.")


def _place(root: Path) -> Place:
    """Where the workspace lies in its repository, and where a workflow on GitHub says that this can be looked at."""
    from newsletter.cli.remark_formats import Place

    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    prefix = root.relative_to(top).as_posix()
    server, repository, commit = (
        os.environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    )
    files = f"{server}/{repository}/blob/{commit}/" if server and repository and commit else ""
    has_codes = (top / _CODES).is_file()
    return Place(
        prefix="" if prefix == "." else f"{prefix}/", files=files, codes=f"{files}{_CODES}" if has_codes else ""
    )
