"""Issues of an archive that has moved: their links to each other lead to where the archive is now. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from newsletter.files.plain import from_plain, to_plain
from newsletter.model.issue import Issue

#: What an issue's address ends with, at the latest.
_PLACE = r"/issues/([^/\s\"'<>()\[\]#?]+)"


def mover(issues: Mapping[str, Issue], base_url: str) -> Callable[[str], str] | None:
    """What leads, in any text, every address of one of these issues below a former `base_url` to the present one.

    `issues` by their places. None if the archive never moved, or has no address now: links within it need none.
    """
    former = sorted({issue.wording.base_url for issue in issues.values()} - {"", base_url}, reverse=True)
    if not base_url or not former:
        return None
    addresses = re.compile(f"(?:{'|'.join(map(re.escape, former))}){_PLACE}")

    def led(match: re.Match[str]) -> str:
        return f"{base_url}/issues/{match[1]}" if unquote(match[1]) in issues else match[0]

    return lambda text: addresses.sub(led, text)


def moved(issue: Issue, base_url: str, lead: Callable[[str], str]) -> Issue:
    """The issue as if it had always been below `base_url`, with all that `lead` leads there."""
    there = from_plain(Issue, _led(to_plain(issue), lead))
    return replace(there, wording=replace(there.wording, base_url=base_url))


def _led(value: Any, lead: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return lead(value)
    if isinstance(value, dict):
        return {name: _led(one, lead) for name, one in value.items()}
    return [_led(one, lead) for one in value] if isinstance(value, list) else value
