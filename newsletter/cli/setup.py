"""A new workspace, and the settings in force. I/O: terminal, disk"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room

if TYPE_CHECKING:
    from newsletter.newsroom.room import Newsroom


@click.command(epilog="Example: newsletter init our-pulse")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> int:
    """Make a new workspace in a folder.

    With newsletter.toml to fill in, a dozen well-known feeds and an example explainer. Never overwrites a file.
    """
    from newsletter.newsroom.starter import make_workspace

    made = make_workspace(folder)
    for path in made:
        click.echo(path)
    click.echo(f"Next: write your names into {folder / 'newsletter.toml'}, then  newsletter collect --root {folder}")
    return 0


@click.group(epilog="Example: newsletter config show")
def config() -> None:
    """Show the settings in force, or all keys with their meaning."""


@config.command("show", epilog="Example: newsletter config show --json")
@with_room
@json_option
def show_settings(room: Newsroom, *, as_json: bool) -> int:
    """The settings as newsletter.toml, the environment and the secret files give them; secrets masked."""
    from newsletter.config.keys import show as settings_shown

    rows = settings_shown(room.settings)
    if as_json:
        show.as_json(dict(rows))
    else:
        show.table(("key", "value"), rows)
    return 0


@config.command("keys", epilog="Example: newsletter config keys")
@json_option
def keys(*, as_json: bool) -> int:
    """Every key of newsletter.toml with its default and its meaning."""
    from newsletter.config.keys import KEYS

    if as_json:
        show.as_json([{"key": k.path, "shape": k.shape, "default": k.default, "meaning": k.meaning} for k in KEYS])
    else:
        show.table(("key", "default", "meaning"), ((k.path, k.default, f"{k.meaning} ({k.shape})") for k in KEYS))
    return 0
