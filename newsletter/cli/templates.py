"""The templates, and what a workspace lays over them. I/O: terminal, disk"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom
    from newsletter.newsroom.templates.listing import Listed


class _ListByDefault(click.Group):
    """Lists if no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault, epilog="Example: newsletter templates eject parts/email.css.j2")
def templates() -> None:
    """List the templates and what lies over them; copy one to change it.

    A file in the workspace's templates/ stands in the place of the shipped one of that name. Colours, fonts and a
    logo need no copy: they are keys of [theme] in newsletter.toml.
    """


@templates.command("list", epilog="Example: newsletter templates list --json")
@with_room
@json_option
def list_templates(room: Newsroom, *, as_json: bool) -> int:
    """Every template and where it comes from.

    "own" lies over the shipped one of that name, "new" is taken in by another template, and "over nothing" is asked
    for by nobody: it is probably misnamed.
    """
    from newsletter.newsroom.templates.listing import listed_templates

    found = listed_templates(room)
    if as_json:
        show.as_json([asdict(one) for one in found])
    else:
        show.table(("template", "", ""), ((one.name, one.kind, _words(one)) for one in found))
    return 0


def _words(one: Listed) -> str:
    return f"{one.note}; did you mean {one.near}?" if one.near else one.note


@templates.command("eject", epilog="Example: newsletter templates eject email.html.j2")
@with_room
@click.argument("name")
def eject(room: Newsroom, *, name: str) -> int:
    """Copy a shipped template into the workspace, to be changed there.

    Never overwrites a file. The first line of the copy says which version it is of, and `newsletter templates` tells
    when a later version changes the shipped one.
    """
    from newsletter import __version__
    from newsletter.newsroom.templates.listing import copy_template

    path = copy_template(room, name)
    click.echo(f"{path.relative_to(room.root).as_posix()}: a copy of the one of newsletter {__version__}.")
    click.echo("From now on it is used in its place; delete it to go back. Try it:  newsletter templates check")
    return 0


@templates.command("check", epilog="Example: newsletter templates check")
@with_room
@json_option
def check_templates(room: Newsroom, *, as_json: bool) -> int:
    """Try the workspace's templates on made-up issues, and tell every mistake with its file and line.

    One issue has everything that can be printed, one has next to nothing, one is read from right to left. Exit code
    3 if there are errors.
    """
    from newsletter.cli.remark_formats import counts
    from newsletter.model.remarks import errors_in
    from newsletter.newsroom.templates.checking import checked_templates

    number, remarks = checked_templates(room)
    if as_json:
        show.as_json({"templates": number, "remarks": [remark.as_json() for remark in remarks]})
    else:
        for remark in remarks:
            click.echo(visible(str(remark)))
        click.echo(f"{number} template{'' if number == 1 else 's'} of the workspace: {counts(remarks)}.")
    return 3 if errors_in(remarks) else 0
