"""issue.toml: the chief editor's wishes for one week. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from newsletter.files.folder import week_folder
from newsletter.files.typed_toml import Kind, TypedToml, open_toml
from newsletter.model.issue import Wishes
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.text import nfc

KINDS: Mapping[str, Kind] = {
    "week": "line",
    "explainer": "line",
    "subject": "line",
    "preheader": "line",
    "intro": "text",
    "pin": "texts",
    "drop": "texts",
    "order": "texts",
    "merge": "groups",
    "split": "texts",
    "retitle": "table",
    "unlinked": "texts",
    "sample": "switch",
}


def wishes_path(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "issue.toml"


def read_wishes(root: Path, week: Week) -> tuple[Wishes, tuple[Remark, ...]]:
    """Read what the chief editor wishes; without a file, nothing. A wish with a fault falls away and is named."""
    file = open_toml(root, wishes_path(root, week))
    if file.text is None:
        return Wishes(path=file.path, sha256=file.sha256), tuple(file.remarks)
    values = file.checked(file.text.values, KINDS, ())
    _check_week(file, values, week)
    _check_stories(file, values)
    lists = {key: _texts(values.get(key, ())) for key in _LISTS}
    wishes = Wishes(
        path=file.path,
        sha256=file.sha256,
        explainer=nfc(values.get("explainer", "").strip()),
        subject=nfc(values.get("subject", "").strip()),
        preheader=nfc(values.get("preheader", "").strip()),
        intro=nfc(values.get("intro", "").strip()),
        pin=lists["pin"],
        drop=lists["drop"],
        order=lists["order"],
        merge=tuple(_texts(group) for group in values.get("merge", ()) if len(_texts(group)) > 1),
        split=lists["split"],
        unlinked=lists["unlinked"],
        retitle={nfc(ref.strip()): nfc(words.strip()) for ref, words in values.get("retitle", {}).items()},
        sample=values.get("sample", False),
        lines={".".join(str(key) for key in place): line for place, line in file.text.lines.items()},
    )
    return wishes, in_order(file.remarks)


_LISTS = ("pin", "drop", "order", "split", "unlinked")


def _texts(typed: Sequence[str]) -> tuple[str, ...]:
    return tuple(nfc(part.strip()) for part in typed if part.strip())


def _check_week(file: TypedToml, values: Mapping[str, Any], week: Week) -> None:
    typed = values.get("week")
    if typed is None:
        return
    try:
        other = Week.read(typed)
    except ValueError:
        file.error(("week",), "week", f'"{typed}" is not a week such as 2024-W23.', f'Write  week = "{week}"')
        return
    if other != week:
        what = f"The file names the week {other} and lies in the folder of {week}."
        file.error(("week",), "week", what, f'A leftover from an earlier week? Write  week = "{week}"')


def _check_stories(file: TypedToml, values: Mapping[str, Any]) -> None:
    for key in _LISTS:
        if any(not part.strip() for part in values.get(key, ())):
            named = "term" if key == "unlinked" else "story"
            file.error((key,), "value", f'"{key}" names a {named} with no words: "".')
    for group in values.get("merge", ()):
        if len(_texts(group)) < 2:
            what = f'"merge" joins two stories or more, not {len(_texts(group))}.'
            file.error(("merge",), "value", what, 'Write  merge = [["#one", "#other"]]')
    for ref, words in values.get("retitle", {}).items():
        if not words.strip() or "\n" in words:
            file.error(("retitle", ref), "value", f'The new headline of "{ref}" is one line of text, not "{words}".')
    for ref in values.get("pin", ()):
        if ref in values.get("drop", ()):
            file.error(("drop",), "contradiction", f'"{ref}" is pinned and dropped.', "Keep one of the two.")
