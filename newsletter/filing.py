"""Filing takes: the file they become, and where each will stand. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from newsletter.desk.compose import compose
from newsletter.desk.members import closest, member_named
from newsletter.desk.takes.standing import Stand, stands
from newsletter.errors import FaultyFiles, NewsletterError, UsageFault
from newsletter.files.folder import decode, remove, takes_folder, write_whole
from newsletter.files.headers import with_keys
from newsletter.files.state import read_state
from newsletter.files.take_text import KEYS, parse_takes
from newsletter.files.takes import author_of
from newsletter.model.issue import Member
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import Inputs, week_inputs
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.take_drafts import TakeDraft, closing, free_path, lay_out, next_path, take_name
from newsletter.store.engine import Store

_TEAM = "team"
#: A take that has no words yet: enough to say where it would stand.
NO_WORDS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A file of takes as it was filed, or with `dry_run` as it would be."""

    path: str
    week: Week
    #: The current week, if it is closed and the takes go to a later one; else None.
    closed: Week | None
    #: When the week closes, by the clocks of the author; a sentence.
    closes: str
    #: Where each take of the file stands; never empty.
    stands: tuple[Stand, ...]
    #: What is to be said of the file.
    remarks: tuple[Remark, ...]
    #: The member who filed it; "" if the text names its authors.
    by: str = ""
    dry_run: bool = False

    def lines(self) -> Iterator[str]:
        """The report for reading."""
        verb = "would be filed" if self.dry_run else "filed"
        for stand in self.stands:
            named = f"{stand.author}, " if len(self.stands) > 1 or stand.author != self.by else ""
            yield f"{verb}: {named}{stand.words}"
        if self.closed is not None:
            yield _goes_to(self.closed, self.week)
        yield self.path
        yield self.closes
        yield from map(str, self.remarks)

    def as_json(self) -> dict[str, object]:
        """All of it, for programs."""
        return {
            "path": self.path,
            "week": str(self.week),
            "closed": str(self.closed) if self.closed else None,
            "closes": self.closes,
            "takes": [stand.as_json() for stand in self.stands],
            "remarks": [remark.as_json() for remark in self.remarks],
            "dry_run": self.dry_run,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A text that holds takes, and how it will be filed."""

    raw: bytes
    name: str
    by: Member | None


def author(room: Newsroom, typed: str) -> Member:
    """The member of this name. Raises UsageFault, with the nearest name, if there is none."""
    members = room.settings.members
    member = member_named(typed, members)
    if member is None:
        near = closest(typed, members)
        hint = f"Did you mean {near.id}?" if near else f"Members: {_ids(members)}."
        raise UsageFault(f'"{typed}" is not in newsletter.toml.', mend=hint)
    return member


def open_week(room: Newsroom) -> Week:
    """The week that a take filed now belongs to: the first one that is not frozen."""
    week = current_week(room)
    while read_state(room.root, week).frozen is not None or read_state(room.root, week).skipped:
        week = week.after()
    return week


# In one go -------------------------------------------------------------------------------------------


def file_take(
    room: Newsroom, store: Store, *, ref: str = "", by: Member | None, text: str, dry_run: bool = False
) -> Filed:
    """Write the takes of a text into the open week's folder and say where each will stand.

    An earlier file is never overwritten; with `dry_run` nothing is written. `by` may be None where the text names its
    authors. Raises UsageFault for a text without words or without authors; FaultyFiles for one that cannot be read as
    a take, and whatever keeps the week from being composed: then the file stays, and the fault names it.
    """
    week, sheet = open_week(room), _sheet(room, text, ref=ref, by=by)
    folder = takes_folder(room.root, week)
    if dry_run:
        path = next_path(folder, sheet.name)
        return _report(room, week, path, sheet.by, _foreseen(room, store, week, path, sheet.raw), dry_run=True)
    return _filed(room, store, week, _written(folder, sheet), sheet.by)


def _sheet(room: Newsroom, text: str, *, ref: str, by: Member | None) -> _Sheet:
    # What came in another encoding goes into the file as it came: reading takes knows what to do about it.
    typed, _ = decode(text.encode("utf-8", "surrogateescape"), "")
    if typed is None:
        raise UsageFault(
            "That is not text; nothing was filed.", mend="Save it as plain text, UTF-8, and file it again."
        )
    takes, _ = parse_takes(typed, "", sha256="", default_author="")
    if not takes:
        raise UsageFault("The take has no words; nothing was filed.")
    members = room.settings.members
    named = {member.id for take in takes if (member := member_named(take.author, members)) is not None}
    complete = all(take.author for take in takes)
    if by is None and not (named and complete):
        raise whose(members)
    if ref and len({take.ref for take in takes}) > 1:
        raise UsageFault("The text names its stories itself; nothing was filed.", mend="Leave STORY out.")
    if by is None and len(named) == 1:
        by = next(member for member in members if member.id in named)
    several = complete and len({take.author for take in takes}) > 1
    values = {"author": "" if complete or by is None else by.name, "story": ref}
    raw = f"{with_keys(text.strip(), values, KEYS)}\n".encode("utf-8", "surrogateescape")
    return _Sheet(raw=raw, name=_TEAM if several or by is None else take_name(by, ref), by=None if several else by)


def _written(folder: Path, sheet: _Sheet) -> Path:
    path = free_path(folder, sheet.name)
    write_whole(path, sheet.raw)
    return path


def _filed(room: Newsroom, store: Store, week: Week, path: Path, by: Member | None) -> Filed:
    """Say where the takes of a file stand that lies in its folder. Raises with its name what keeps that from view."""
    try:
        return _report(room, week, path, by, week_inputs(room, week, store))
    except NewsletterError as fault:
        shown = path.relative_to(room.root).as_posix()
        if isinstance(fault, FaultyFiles):
            raise FaultyFiles((f"The file stays where it is: {shown}", *fault.faults)) from fault
        raise _with_mend(fault, f"The take is filed: {shown}") from fault


def _with_mend(fault: NewsletterError, more: str) -> NewsletterError:
    return type(fault)(fault.what, mend="\n    ".join(filter(None, (fault.mend, more))))


def _foreseen(room: Newsroom, store: Store, week: Week, path: Path, raw: bytes) -> Inputs:
    """The week's inputs as if this file lay there."""
    shown = path.relative_to(room.root).as_posix()
    text, about = decode(raw, shown)
    digest = sha256(raw).hexdigest()
    takes, said = parse_takes(text or "", shown, sha256=digest, default_author=author_of(shown), week=week)
    asked = tuple(dict.fromkeys(name for take in takes for name in (take.ref, take.link, take.headline) if name))
    inputs = week_inputs(room, week, store, asked=asked)
    desk = replace(inputs.desk, takes=(*inputs.desk.takes, *takes))
    return replace(inputs, desk=desk, remarks=in_order((*inputs.remarks, *about, *said)))


def _report(
    room: Newsroom, week: Week, path: Path, by: Member | None, inputs: Inputs, *, dry_run: bool = False
) -> Filed:
    shown, current = path.relative_to(room.root).as_posix(), current_week(room)
    done = composed(room, inputs)
    remarks = tuple(remark for remark in done.remarks if remark.path == shown)
    found = stands(shown, done.draft, room.settings.members)
    if not found:
        raise FaultyFiles(tuple(map(str, remarks)))
    return Filed(
        path=shown,
        week=week,
        closed=current if current != week else None,
        closes=closing(room, week, by),
        stands=found,
        remarks=remarks,
        by=by.name if by else "",
        dry_run=dry_run,
    )


# In the editor ---------------------------------------------------------------------------------------


def begin_take(room: Newsroom, store: Store, *, ref: str, by: Member) -> TakeDraft:
    """Lay a filled file into var/drafts for the editor, and say where the take will stand. Nothing is filed yet."""
    week, current = open_week(room), current_week(room)
    path = next_path(takes_folder(room.root, week), take_name(by, ref))
    raw = with_keys(NO_WORDS, {"author": by.name, "story": ref}, KEYS).encode("utf-8", "surrogateescape")
    inputs = _foreseen(room, store, week, path, raw)
    draft = compose(inputs.desk)
    shown = path.relative_to(room.root).as_posix()
    about = tuple(remark for remark in draft.remarks if remark.path == shown)
    (stand,) = stands(shown, draft, room.settings.members)
    laid = lay_out(room, week, ref=ref, by=by, draft=draft, stand=stand, remarks=about)
    return laid if current == week else replace(laid, told=(_goes_to(current, week), *laid.told))


def finish_take(room: Newsroom, store: Store, draft: TakeDraft) -> Filed:
    """File what the author wrote; the draft goes when it lies among the takes.

    Raises UsageFault if nothing was written: then the draft goes as well. Whatever else goes wrong before it is
    filed, the draft stays, and the fault names it.
    """
    edited = draft.path.read_bytes().decode("utf-8-sig", "surrogateescape") if draft.path.exists() else ""
    if not edited.strip() or draft.form.is_untouched(edited):
        remove(draft.path)
        mend = "An editor that comes back at once has to be told to wait:  EDITOR='code --wait'"
        raise UsageFault("The take has no words; nothing was filed.", mend=mend)
    try:
        week, sheet = open_week(room), _sheet(room, draft.form.written(edited), ref="", by=draft.by)
        path = _written(takes_folder(room.root, week), replace(sheet, name=draft.name))
    except NewsletterError as fault:
        raise _with_mend(fault, draft.kept) from fault
    remove(draft.path)
    return _filed(room, store, week, path, draft.by)


def _goes_to(closed: Week, week: Week) -> str:
    return f"{closed} is closed; this take goes to {week}."


def whose(members: Sequence[Member]) -> UsageFault:
    """The question for the author of a take."""
    mend = f"Name a member:  --by ID  ({_ids(members)}), or set NEWSLETTER_BY."
    return UsageFault("Nobody knows whose take this is; nothing was filed.", mend=mend)


def _ids(members: Sequence[Member]) -> str:
    return ", ".join(member.id for member in members if member.role != "former") or "none yet"
