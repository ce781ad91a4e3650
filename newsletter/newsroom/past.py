"""The records of imported issues: which folder each file has, what is there already, since when. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from newsletter.clock import read_instant, write_instant
from newsletter.errors import NewsletterError
from newsletter.files.folder import read_kept, weeks_on_disk, write_whole
from newsletter.files.plain import NotPlain, dump_page, load
from newsletter.files.record import dump_record, imports_path, past_folder, past_slugs, read_past, read_record
from newsletter.files.state import read_state
from newsletter.model.issue import Issue
from newsletter.model.remarks import Remark
from newsletter.newsroom.inputs import is_sample
from newsletter.newsroom.room import Newsroom
from newsletter.text import same_text, words

#: What becomes of a file: its record is new, changed or as before; it is here by another way; or it has no place.
Outcome = Literal["new", "changed", "same", "skipped", "unread"]

_WEEK_FOLDER = re.compile(r"\d{4}-?w\d{1,2}")
#: Names that no folder may have on every machine.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)")
_LONGEST_SLUG = 80


@dataclass(slots=True)
class PastShelf:
    """The records that are there, and those that this run brings."""

    room: Newsroom
    past: dict[str, Issue]
    #: The issues that were sent from here, by title and day.
    sent: tuple[Issue, ...]
    taken: dict[str, str] = field(default_factory=dict)

    def slug_for(self, stem: str, shown: str) -> str:
        """A folder's name that is this file's alone: the one it has, or a free one."""
        plain = _slug(stem)
        tail = blake2b(shown.encode("utf-8", "surrogateescape"), digest_size=3).hexdigest()
        names = (plain, f"{plain[: _LONGEST_SLUG - 7]}-{tail}")
        mine = [name for name in names if name in self.past and self.past[name].imported == shown]
        free = [name for name in names if name not in self.past and not self._stands(name)]
        if not mine and plain not in self.past and self._stands(plain):
            # A record that cannot be read: whose it is, nobody knows.
            return plain
        able = (name for name in (*mine, *free) if self.taken.get(name, shown) == shown)
        slug = next(able, names[-1])
        self.taken[slug] = shown
        return slug

    def _stands(self, name: str) -> bool:
        """Whether anything else lies there, a damaged record or a folder of somebody's."""
        return (past_folder(self.room.root) / name / "issue.json").exists()

    def keep(self, issue: Issue, *, dry_run: bool) -> tuple[Outcome, tuple[Remark, ...]]:
        """Write the record, unless the issue is there by another way or the folder is another's."""
        before = self.past.get(issue.slug)
        if (twin := self.twin(issue)) is not None:
            how, where = twin
            code = "already-sent" if how == "sent" else "already-imported"
            what = f'"{issue.title}" of {issue.date} was {how} already: {where}. It is not imported a second time.'
            return "skipped", (Remark(issue.imported, 0, "notice", code, what),)
        path = past_folder(self.room.root) / issue.slug / "issue.json"
        if (before is not None and before.imported != issue.imported) or (before is None and path.exists()):
            whose = (
                "the record of another file" if before is not None else "a record that is damaged, nobody knows whose"
            )
            what = f"issues/past/{issue.slug} holds {whose}; it stays, and this file was not imported."
            mend = (f"To read this one anew, remove the folder:  rm -r issues/past/{issue.slug}",)
            return "unread", (Remark(issue.imported, 0, "error", "taken", what, mend),)
        self.past[issue.slug] = issue
        if before == issue:
            return "same", ()
        if not dry_run:
            write_whole(path, dump_record(issue))
        return ("new" if before is None else "changed"), ()

    def twin(self, issue: Issue) -> tuple[str, str] | None:
        """By which other way the issue is here already, and where; None if by none."""
        for one in self.sent:
            if one.date == issue.date and same_text(one.title, issue.title):
                return "sent", f"issues/{one.week}"
        for slug, one in self.past.items():
            if one.imported != issue.imported and _same_issue(one, issue):
                return "imported", f"issues/past/{slug}"
        return None


def _same_issue(one: Issue, other: Issue) -> bool:
    if (one.date, one.title) != (other.date, other.title):
        return False
    return _content(one) == _content(other)


def _content(issue: Issue) -> tuple[object, ...]:
    told = tuple((s.headline, s.link, tuple(t.text for t in s.takes)) for s in (*issue.stories, *issue.headlines))
    return (told, tuple(take.text for take in issue.apart), issue.explainer.body if issue.explainer else "")


def _slug(stem: str) -> str:
    """A folder's name: small ASCII letters, figures and hyphens; never that of a week, never empty."""
    name = "-".join(filter(None, (word.encode("ascii", "ignore").decode() for word in words(stem))))[:_LONGEST_SLUG]
    name = name.strip("-") or "issue-" + blake2b(stem.encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()
    return f"past-{name}" if _WEEK_FOLDER.fullmatch(name) or _RESERVED.fullmatch(name) else name


def open_shelf(room: Newsroom) -> tuple[PastShelf, tuple[Remark, ...]]:
    """What is here already, and an error for each record that is damaged."""
    past: dict[str, Issue] = {}
    remarks: list[Remark] = []
    for slug in past_slugs(room.root):
        try:
            issue = read_past(room.root, slug)
        except NewsletterError as fault:
            what, mend = (said.replace(f"{room.root}/", "") for said in (fault.what, fault.mend))
            remarks.append(Remark(f"issues/past/{slug}", 0, "error", "record", what, (mend,) if mend else ()))
            continue
        if issue is not None:
            past[slug] = issue
    sent: list[Issue] = []
    for week in weeks_on_disk(room.root):
        if read_state(room.root, week).sent is not None and not is_sample(room.root, week):
            record = read_record(room.root, week)
            sent += [record] if record is not None else []
    return PastShelf(room, past, tuple(sent)), tuple(remarks)


def note_when(room: Newsroom, slugs: Collection[str]) -> None:
    """Note since when each record is here, once: an issue that left before did not know it."""
    path = imports_path(room.root)
    text = read_kept(path)
    try:
        known = dict(load(text)) if text else {}
    except (NotPlain, ValueError, TypeError):
        known = {}
    now = write_instant(room.clock.now())
    kept = {slug: _instant(known.get(slug)) or now for slug in {*past_slugs(room.root), *slugs}}
    write_whole(path, dump_page(kept))


def _instant(value: object) -> str:
    try:
        return write_instant(read_instant(str(value)))
    except ValueError:
        return ""
