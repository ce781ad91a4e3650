"""What changed in a week: since its last draft, or since it was approved, in its files and in its words. I/O: disk"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from difflib import unified_diff
from typing import Literal

from newsletter.desk.sealing import digests
from newsletter.errors import EditorMustAct, NewsletterError, NotReady
from newsletter.files.folder import decode, relative
from newsletter.files.plain import NotPlain
from newsletter.files.record import parse_record
from newsletter.files.state import read_seal, read_state
from newsletter.model.issue import Issue
from newsletter.model.week import Week
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.letters.approved import approved_files
from newsletter.newsroom.letters.envelope import envelope_changes
from newsletter.newsroom.records import name_of, sealed_files, week_files
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store

#: Lines shown around a change, so that one sees where it stands.
_AROUND = 2
_TEXT, _RECORD, _NEWS = "email.txt", "issue.json", "news.jsonl"
#: The files that the machine makes, as people call them.
_CALLED = {
    _TEXT: "The text of the mail",
    "email.html": "The HTML of the mail",
    "issue.md": "The Markdown",
    _RECORD: "The record",
    **{f"email.{cut}.txt": f"The text of the mail, {cut} alone" for cut in ("news", "explainer")},
    **{f"email.{cut}.html": f"The HTML of the mail, {cut} alone" for cut in ("news", "explainer")},
}
#: What of the record fits a line.
_SHORT = ("title", "subject", "preheader")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif")
_LOST = "its earlier words are not at hand"

What = Literal["changed", "added", "gone"]
#: How a line is meant: a heading, words, a place in a file, what stays, what went, what came.
Kind = Literal["head", "words", "place", "stays", "went", "came"]
_VERBS: Mapping[What, str] = {"changed": "changed", "added": "is new", "gone": "is gone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that the issue is made of. `lines` are those of a unified diff, without its head."""

    path: str
    what: What
    lines: tuple[str, ...] = ()
    #: Why there are no lines; "" if there are.
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """Something else that readers get or the archive keeps; before and now, both "" where they are too long to show."""

    name: str
    before: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What changed in a week."""

    week: Week
    since: Literal["draft", "approval"]
    #: Who approved it, and when; "" and None where the last draft is compared.
    by: str = ""
    at: datetime | None = None
    files: tuple[FileChange, ...] = ()
    #: The text of the mail, as a unified diff without its head.
    text: tuple[str, ...] = ()
    parts: tuple[PartChange, ...] = ()
    #: Files that the machine makes and that lie in the folder as neither approved nor as a draft makes them now.
    stale: tuple[str, ...] = ()
    #: What could not be compared, in sentences.
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.files or self.text or self.parts or self.stale or self.notes)

    def shown(self) -> Iterator[tuple[Kind, str]]:
        """The report line by line, for reading; no line holds a line end."""
        then = f"as {self.by} approved it" if self.since == "approval" else "as it was drafted last"
        if not self.changed:
            yield "words", f"{self.week} is {then}."
            return
        yield "words", f'Lines with "-" are {then}, lines with "+" as they are now.'
        if self.files:
            yield "head", "In the files"
        for file in self.files:
            yield "words", f"  {file.path} {_VERBS[file.what]}" + (f": {file.note}." if file.note else "")
            yield from _read_aloud(file.lines)
        if self.text or self.parts:
            yield "head", "In what is sent, as a draft would make it now"
        if self.text:
            yield "words", f"  {_CALLED[_TEXT]}"
            yield from _read_aloud(self.text)
        for part in self.parts:
            told = f': "{part.before}" is "{part.now}" now' if part.before or part.now else " changed"
            yield "words", f"  {part.name}{told}"
        if self.stale:
            yield "head", "In the folder, and not what a draft would make now"
        for path in self.stale:
            yield "words", f"  {path}"
        for note in self.notes:
            yield "head", "Not compared"
            yield from (("words", f"  {line}") for line in note.split("\n"))


def since_approval(room: Newsroom, week: Week) -> Differences:
    """Compare a week with what was approved; nothing is written. Raises NotReady if it was never approved."""
    seal = read_seal(room.root, week)
    if seal is None or read_state(room.root, week).frozen is None:
        mend = f"What changed since it was drafted:  newsletter diff {week}"
        raise NotReady(f"{week} is not approved.", mend=mend)
    approved, now, made = approved_files(room, week, seal), sealed_files(room.root, week), _made(week)
    there = digests(now)
    changed = [path for path in sorted({*seal.digests, *there}) if seal.digests.get(path) != there.get(path)]
    files = tuple(
        _file_change(path, approved.files.get(path), now.get(path), lost=path in approved.lost)
        for path in changed
        if path not in made
    )
    envelope = tuple(
        PartChange(name=f"newsletter.toml, {key}", before=before, now=after)
        for key, (before, after) in envelope_changes(seal, room.settings.mail).items()
    )
    found = Differences(week=week, since="approval", by=name_of(room, seal.by), at=seal.at, files=files, parts=envelope)
    try:
        fresh = _fresh(room, week, None)
    except EditorMustAct as fault:
        note = f"What would be sent cannot be made now:\n{fault}"
        return replace(found, stale=tuple(path for path in changed if path in made), notes=(note,))
    made_now = digests(fresh)
    # The digest tells that a part changed, also where its bytes are nowhere any more.
    differing = [path for path in made if seal.digests.get(path) != made_now.get(path)]
    stale = tuple(path for path in changed if path in made and there.get(path) != made_now.get(path))
    return replace(_compared(found, differing, approved.files, fresh, lost=approved.lost), stale=stale)


def since_draft(room: Newsroom, week: Week, store: Store | None) -> Differences:
    """Compare what lies in the week's folder with what a draft would make now; nothing is written.

    `store` may be None for a frozen week. Raises NotReady if the week was never drafted, and whatever a draft raises.
    """
    paths = {path: room.root / path for path in _made(week)}
    before = {path: file.read_bytes() if file.is_file() else None for path, file in paths.items()}
    if not any(before.values()):
        raise NotReady(f"{week} was never drafted.", mend=f"Make its first draft:  newsletter draft {week}")
    fresh = _fresh(room, week, store)
    differing = [path for path in paths if before[path] != fresh.get(path)]
    return _compared(Differences(week=week, since="draft"), differing, before, fresh)


def _made(week: Week) -> tuple[str, ...]:
    return tuple(f"issues/{week}/{name}" for name in _CALLED)


def _fresh(room: Newsroom, week: Week, store: Store | None) -> dict[str, bytes]:
    """What a draft would write now, by path."""
    found = composed(room, week_inputs(room, week, store))
    files = week_files(room, found.draft.issue, found.renditions)
    return {relative(room.root, path): text.encode("utf-8") for path, text in files.items()}


def _compared(
    found: Differences,
    differing: Iterable[str],
    before: Mapping[str, bytes | None],
    now: Mapping[str, bytes],
    *,
    lost: tuple[str, ...] = (),
) -> Differences:
    """The same with what changed in the files that the machine makes."""
    parts: list[PartChange] = []
    for path in differing:
        name = path.rpartition("/")[2]
        if path not in now:
            parts.append(PartChange(name=f"{_CALLED[name]} (none any more)"))
        elif path in lost:
            parts.append(PartChange(name=f"{_CALLED[name]} ({_LOST})"))
        elif name == _TEXT:
            found = replace(found, text=_lines(_words(before.get(path), path), _words(now[path], path)))
        elif name == _RECORD:
            parts += _of_record(_issue(before.get(path)), _issue(now[path]))
        else:
            parts.append(PartChange(name=_CALLED[name]))
    return replace(found, parts=(*parts, *found.parts))


def _of_record(before: Issue | None, now: Issue | None) -> Iterator[PartChange]:
    """What of the issue changed: short things in full, of the others their names."""
    if before is None or now is None:
        yield PartChange(name=_CALLED[_RECORD])
        return
    names = [f.name for f in fields(Issue) if getattr(before, f.name) != getattr(now, f.name)]
    for name in _SHORT:
        if name in names:
            yield PartChange(name=f"The {name}", before=getattr(before, name), now=getattr(now, name))
    others = [name for name in names if name not in (*_SHORT, "renderer")]
    if others:
        yield PartChange(name=f"{_CALLED[_RECORD]} ({', '.join(others)})")
    if "renderer" in names:
        then, after = ({f"{name} {version}" for name, version in one.renderer} for one in (before, now))
        gone, come = (", ".join(sorted(some)) for some in (then - after, after - then))
        yield PartChange(name="The libraries that make it", before=gone, now=come)
    if not names:
        yield PartChange(name=f"{_CALLED[_RECORD]} (how it is written, not what it says)")


def _file_change(path: str, before: bytes | None, now: bytes | None, *, lost: bool) -> FileChange:
    what: What = "gone" if now is None else "added" if before is None and not lost else "changed"
    if lost:
        return FileChange(path=path, what=what, note=_LOST)
    if path.endswith(f"/{_NEWS}"):
        return FileChange(path=path, what=what, note="the news that the freeze kept, which the machine writes")
    if path.lower().endswith(_PICTURES):
        return FileChange(path=path, what=what, note="a picture")
    lines = _lines(_words(before, path), _words(now, path))
    note = "" if lines else "no word of it, only how it is stored (line ends, encoding)"
    return FileChange(path=path, what=what, lines=lines, note=note)


def _words(raw: bytes | None, path: str) -> str:
    """The text of a file as editors see it; "" of one that is not there, or is no text."""
    return (decode(raw, path)[0] or "") if raw is not None else ""


def _lines(before: str, now: str) -> tuple[str, ...]:
    """Lines of a unified diff, without its head; empty if no word changed."""
    return tuple(unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=_AROUND))[2:]


def _read_aloud(lines: Iterable[str]) -> Iterator[tuple[Kind, str]]:
    kinds: Mapping[str, Kind] = {"-": "went", "+": "came"}
    for line in lines:
        if line.startswith("@@"):
            place = line.split("+", 1)[1].split(" ", 1)[0].split(",", 1)[0]
            yield "place", f"    line {place}"
        else:
            yield kinds.get(line[:1], "stays"), f"    {line[:1]} {line[1:]}".rstrip()


def _issue(raw: bytes | None) -> Issue | None:
    """The issue of a record; None if it cannot be read: then it is only said that it differs."""
    try:
        return parse_record(raw.decode("utf-8")) if raw is not None else None
    except (NotPlain, NewsletterError, UnicodeDecodeError):
        return None
