"""Filing takes: the file they become, and where each will stand. I/O: disk, SQLite"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from newsletter.desk.compose import compose
from newsletter.desk.members import closest, member_named, names_of, sharing
from newsletter.desk.takes.standing import Stand, stands
from newsletter.desk.takes.voices import parted
from newsletter.errors import FaultyFiles, NewsletterError, UsageFault
from newsletter.files.folder import decode, remove, takes_folder
from newsletter.files.headers import with_keys
from newsletter.files.state import read_state
from newsletter.files.take_text import KEYS, parse_takes
from newsletter.files.takes import author_of
from newsletter.model.members import Member
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import Inputs, week_inputs
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.take_drafts import TakeDraft, closing, lay_out, next_path, take_name, write_new
from newsletter.store.engine import Store

_TEAM = "team"
#: A take that has no words yet: enough to say where it would stand.
NO_WORDS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A file of takes as it was filed, or with `dry_run` as it would be."""

    path: str
    week: Week
    #: The week that the author may have meant, if it is closed or left out and the takes go to a later one; else None.
    closed: Week | None
    #: What is said of that; "" if nothing.
    goes_to: str
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
        if self.goes_to:
            yield self.goes_to
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
    #: Whether it came in bytes that are no UTF-8 and had to be read somehow.
    guessed: bool


def author(room: Newsroom, typed: str) -> Member:
    """The member of this name. Raises UsageFault, with the nearest name, if there is none."""
    members = room.settings.members
    member = member_named(typed, members)
    if member is None:
        near = closest(typed, members)
        meant = sharing(typed, members) or ((near,) if near else ())
        hint = f"Did you mean {' or '.join(one.id for one in meant)}?" if meant else f"Members: {_ids(members)}."
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
        inputs = _foreseen(room, store, week, path, sheet.raw)
        return _with_encoding(_report(room, week, path, sheet.by, inputs, dry_run=True), sheet)
    return _with_encoding(_filed(room, store, week, write_new(folder, sheet.name, sheet.raw), sheet.by), sheet)


def _sheet(room: Newsroom, text: str, *, ref: str, by: Member | None) -> _Sheet:
    typed, about = decode(text.encode("utf-8", "surrogateescape"), "")
    if typed is not None and any("\ud800" <= sign <= "\udfff" for sign in text):
        # What came in another encoding is filed as UTF-8: one file in two could not be read.
        text = typed
    if typed is None:
        raise UsageFault(
            "That is not plain text; nothing was filed.", mend="Save it as plain text, UTF-8, and file it again."
        )
    members = room.settings.members
    parsed, _ = parse_takes(typed, "", sha256="", default_author="", names=names_of(members))
    takes = [part for take in parsed for part in parted(take, members)]
    if not takes:
        raise UsageFault("The take has no words; nothing was filed.")
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
    return _Sheet(
        raw=f"{with_keys(text.strip(), values, KEYS)}\n".encode(),
        name=_TEAM if several or by is None else take_name(by, ref),
        by=None if several else by,
        guessed=bool(about),
    )


def _with_encoding(filed: Filed, sheet: _Sheet) -> Filed:
    if not sheet.guessed:
        return filed
    what = "The text came in another encoding than UTF-8; its accents and quotation marks are a guess."
    remark = Remark(filed.path, 0, "warning", "encoding", what, ("Look at them in the file.",))
    return replace(filed, remarks=in_order((remark, *filed.remarks)))


def _filed(room: Newsroom, store: Store, week: Week, path: Path, by: Member | None) -> Filed:
    """Say where the takes of a file stand that lies in its folder. Raises with its name what keeps that from view."""
    shown = path.relative_to(room.root).as_posix()
    frozen = read_state(room.root, week).frozen
    if frozen is not None and shown not in {listed.path for listed in frozen.takes}:
        # Closed while the file was being written: it stands in the next week, by itself.
        week = open_week(room)
    try:
        return _report(room, week, path, by, week_inputs(room, week, store))
    except NewsletterError as fault:
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
    takes, said = parse_takes(
        text or "",
        shown,
        sha256=digest,
        default_author=author_of(shown),
        week=week,
        names=names_of(room.settings.members),
    )
    asked = tuple(dict.fromkeys(name for take in takes for name in (take.ref, take.link, take.headline) if name))
    inputs = week_inputs(room, week, store, asked=asked)
    desk = replace(inputs.desk, takes=(*inputs.desk.takes, *takes))
    return replace(inputs, desk=desk, remarks=in_order((*inputs.remarks, *about, *said)))


def _report(
    room: Newsroom, week: Week, path: Path, by: Member | None, inputs: Inputs, *, dry_run: bool = False
) -> Filed:
    shown, passed = path.relative_to(room.root).as_posix(), _passed(room, week)
    done = composed(room, inputs)
    remarks = tuple(remark for remark in done.remarks if remark.path == shown)
    found = stands(shown, done.draft, room.settings.members)
    if not found:
        raise FaultyFiles(tuple(map(str, remarks)))
    return Filed(
        path=shown,
        week=week,
        closed=passed,
        goes_to=_goes_to(room, passed, week),
        closes=closing(room, week, by),
        stands=found,
        remarks=remarks,
        by=by.name if by else "",
        dry_run=dry_run,
    )


# In the editor ---------------------------------------------------------------------------------------


def begin_take(room: Newsroom, store: Store, *, ref: str, by: Member) -> TakeDraft:
    """Lay a filled file into var/drafts for the editor, and say where the take will stand. Nothing is filed yet."""
    week = open_week(room)
    path = next_path(takes_folder(room.root, week), take_name(by, ref))
    raw = with_keys(NO_WORDS, {"author": by.name, "story": ref}, KEYS).encode("utf-8", "surrogateescape")
    inputs = _foreseen(room, store, week, path, raw)
    draft = compose(inputs.desk)
    shown = path.relative_to(room.root).as_posix()
    about = tuple(remark for remark in draft.remarks if remark.path == shown)
    (stand,) = stands(shown, draft, room.settings.members)
    laid = lay_out(room, week, ref=ref, by=by, draft=draft, stand=stand, remarks=about)
    goes_to = _goes_to(room, _passed(room, week), week)
    return replace(laid, told=(goes_to, *laid.told)) if goes_to else laid


def finish_take(room: Newsroom, store: Store, draft: TakeDraft) -> Filed:
    """File what the author wrote; the draft goes when it lies among the takes.

    Raises UsageFault if nothing was written: then the draft goes as well. Whatever else goes wrong before it is
    filed, the draft stays, and the fault names it.
    """
    raw = draft.path.read_bytes() if draft.path.exists() else b""
    typed, about = decode(raw, "")
    edited = raw.decode("utf-8", "surrogateescape") if typed is None else typed
    if not edited.strip() or draft.form.is_untouched(edited):
        remove(draft.path)
        mend = "An editor that comes back at once has to be told to wait:  EDITOR='code --wait'"
        raise UsageFault("The take has no words; nothing was filed.", mend=mend)
    try:
        week, sheet = open_week(room), _sheet(room, draft.form.written(edited), ref="", by=draft.by)
        path = write_new(takes_folder(room.root, week), draft.name, sheet.raw)
    except NewsletterError as fault:
        raise _with_mend(fault, draft.kept) from fault
    remove(draft.path)
    return _with_encoding(_filed(room, store, week, path, draft.by), replace(sheet, guessed=bool(about)))


def _passed(room: Newsroom, week: Week) -> Week | None:
    """The week before that one which an author would expect; None if it is that one."""
    today = Week.of(room.clock.now().astimezone(room.settings.week.zone).date())
    if (current := current_week(room)) != week:
        return current
    return today if today < week and read_state(room.root, today).skipped else None


def _goes_to(room: Newsroom, passed: Week | None, week: Week) -> str:
    if passed is None:
        return ""
    how = "left out" if read_state(room.root, passed).skipped else "closed"
    return f"{passed} is {how}; this take goes to {week}."


def whose(members: Sequence[Member]) -> UsageFault:
    """The question for the author of a take."""
    mend = f"Name a member:  --by ID  ({_ids(members)}), or set NEWSLETTER_BY."
    return UsageFault("Nobody knows whose take this is; nothing was filed.", mend=mend)


def _ids(members: Sequence[Member]) -> str:
    return ", ".join(member.id for member in members if member.role != "former") or "none yet"
