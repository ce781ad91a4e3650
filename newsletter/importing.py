"""Bringing in the issues of before: the posts of a Jekyll site, or pasted text, as records of the past. I/O: disk"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import get_args

from newsletter.errors import FaultyFiles, UsageFault
from newsletter.files.folder import decode
from newsletter.files.past.front_matter import site_address
from newsletter.files.past.reader import House, Past, Source, read_issue
from newsletter.model.issue import Issue
from newsletter.model.remarks import Remark, in_order
from newsletter.newsroom.past import Outcome, PastShelf, note_when, open_shelf
from newsletter.newsroom.room import Newsroom
from newsletter.text import one_line

#: Bytes of one post; the longest of a real archive had 20,000.
_LONGEST = 1_000_000
#: Lines of one post; the longest of a real archive had 300.
_MOST_LINES = 20_000
_ENDINGS = (".md", ".markdown", ".mkd", ".html", ".htm", ".txt")
_POST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:-(.*))?", re.S)
#: Findings that say what was read otherwise than it was meant, perhaps, or not at all.
_NOT_FULLY = frozenset(
    ("not-kept", "unplaced", "no-headline", "link", "unread-date", "empty-take", "encoding", "no-takes", "stranger")
)
#: Outcomes that leave a record.
_KEPT: tuple[Outcome, ...] = ("new", "changed", "same")
#: Files that one remark stands for before its like is counted.
_SAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One file and what became of it."""

    path: str
    outcome: Outcome
    issue: Issue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import came to."""

    files: tuple[Imported, ...]
    remarks: tuple[Remark, ...]
    #: Names under takes that newsletter.toml does not know, with the number of their takes, most first.
    strangers: tuple[tuple[str, int], ...] = ()
    dry_run: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of everything: files by what became of them, and what the issues hold."""
        issues = [one.issue for one in self.files if one.issue is not None and one.outcome in _KEPT]
        stories = [story for issue in issues for story in (*issue.stories, *issue.headlines)]
        return {
            **{outcome: sum(one.outcome == outcome for one in self.files) for outcome in get_args(Outcome)},
            "issues": len(issues),
            "explainers": sum(issue.explainer is not None for issue in issues),
            "stories": len(stories),
            "takes": sum(len(story.takes) for story in stories) + sum(len(issue.apart) for issue in issues),
            "apart": sum(len(issue.apart) for issue in issues),
        }

    @property
    def fully(self) -> bool:
        """Whether every word has its place."""
        unread = any(one.outcome == "unread" for one in self.files)
        return not unread and not any(r.level == "error" or r.code in _NOT_FULLY for r in self.remarks)

    def as_json(self) -> dict[str, object]:
        return {
            "dry_run": self.dry_run,
            "fully": self.fully,
            "counts": dict(self.counts),
            "files": [
                {
                    "path": one.path,
                    "outcome": one.outcome,
                    "slug": one.issue.slug if one.issue else None,
                    "title": one.issue.title if one.issue else None,
                    "date": str(one.issue.date) if one.issue else None,
                }
                for one in self.files
            ],
            "strangers": [{"name": name, "takes": takes} for name, takes in self.strangers],
            "remarks": [remark.as_json() for remark in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read, and how the record calls it."""

    path: Path
    shown: str
    day: date | None = None
    #: The folders within which it has to lie, links followed; empty if any place will do.
    inside: tuple[Path, ...] = ()


def import_jekyll(room: Newsroom, folder: Path, *, dry_run: bool = False) -> Report:
    """Read every post of a Jekyll site, or of its `_posts` folder, into records; with `dry_run` nothing is written.

    Raises UsageFault if there is no such folder or no post in it, FaultyFiles if nothing could be read.
    """
    if not folder.is_dir():
        what = f"{folder} is a file." if folder.exists() else f"There is no folder {folder}."
        raise UsageFault(what, mend="Name the site's folder, or its _posts:  newsletter import jekyll DIR")
    posts = folder if folder.name == "_posts" or not (folder / "_posts").is_dir() else folder / "_posts"
    site = folder.parent if folder.name == "_posts" else folder
    inside = (site.resolve(), posts.resolve())

    def shown(path: Path) -> str:
        return _shown(room.root, path, site.resolve().name, site)

    walked, closed = _walk(posts)
    found = [path for path in walked if path.suffix.lower() in _ENDINGS and _POST.fullmatch(path.stem)]
    files = [_File(path, shown(path), _day_of(path), inside) for path in found]
    remarks = [_unreadable(shown(Path(fault.filename or posts)), fault) for fault in closed]
    if not files and remarks:
        raise FaultyFiles(in_order(remarks))
    if not files:
        what = f"{folder} holds no posts: files called YYYY-MM-DD-name.md, .markdown or .html, in _posts."
        raise UsageFault(what, mend="Issues in files of other names:  newsletter import text FILE…")
    posts_found = frozenset(found)
    remarks += [
        Remark(shown(path), 0, "notice", "no-post", what)
        for path in walked
        if path not in posts_found and (what := _why_no_post(path))
    ]
    return _import(room, files, remarks, base_url=_address_of(site), dry_run=dry_run)


def import_text(room: Newsroom, paths: Sequence[Path], *, day: date | None = None, dry_run: bool = False) -> Report:
    """Read pasted issues, one a file, into records; `day` is theirs where nothing in the file tells it.

    Raises UsageFault for a file that is not there, FaultyFiles if nothing could be read.
    """
    for path in paths:
        if not path.is_file():
            what = f"{path} is a folder." if path.is_dir() else f"There is no file {path}."
            raise UsageFault(what, mend="A folder of posts:  newsletter import jekyll DIR")
    unique = {path.resolve(): path for path in paths}
    files = [
        _File(path, _shown(room.root, path, path.resolve().parent.name, path.parent), day or _day_of(path))
        for path in unique.values()
    ]
    return _import(room, files, [], base_url="", dry_run=dry_run)


# Files ---------------------------------------------------------------------------------------------


def _walk(folder: Path) -> tuple[tuple[Path, ...], tuple[OSError, ...]]:
    """All that is no folder in the folder and below it, by path, and links to folders; and what could not be opened.

    Hidden ones and editors' backups are left out.
    """
    found: list[Path] = []
    closed: list[OSError] = []
    for above, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith((".", "~"))]
        linked = [name for name in folders if (Path(above) / name).is_symlink()]
        found += [Path(above) / name for name in (*names, *linked) if not name.startswith((".", "~"))]
    kept = (path for path in found if not path.name.endswith(("~", ".bak", ".swp")))
    return tuple(sorted(kept, key=Path.as_posix)), tuple(closed)


def _why_no_post(path: Path) -> str:
    if path.is_dir():
        return "It is a link to a folder and is not followed; name that folder in an import of its own."
    if path.suffix.lower() not in _ENDINGS:
        return ""
    return "Its name does not begin with a date, so that it is no post; it was not read."


def _shown(root: Path, path: Path, name: str, above: Path) -> str:
    """The path for people and records: inside the workspace from there, else from the folder that was named."""
    whole = path.parent.resolve() / path.name
    if whole.is_relative_to(root.resolve()):
        return _written(whole.relative_to(root.resolve()))
    inner = path.relative_to(above)
    return _written(Path(name) / inner)


def _written(path: Path) -> str:
    """The path as one line of text, whatever bytes its name has: no two alike."""
    text = path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\x{ord(sign[0]):02x}", text)


def _day_of(path: Path) -> date | None:
    match = _POST.fullmatch(path.stem)
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return day if 1900 <= day.year < 3000 else None


def _address_of(site: Path) -> str:
    try:
        text = decode((site / "_config.yml").read_bytes()[:100_000], "")[0]
    except OSError:
        return ""
    return site_address(text) if text else ""


def _text_of(file: _File) -> tuple[str | None, str, tuple[Remark, ...]]:
    """The text of a file, the digest of its bytes, and what is to be said of it; None if it is no text."""
    if not file.path.is_file():
        what = "It is no file that can be read: a link that leads nowhere, or a device. It was not read."
        return None, "", (Remark(file.shown, 0, "error", "unreadable", what, ("Remove it, or put the post there.",)),)
    if file.inside and not any(file.path.resolve().is_relative_to(folder) for folder in file.inside):
        what = (
            "It is a link that leads out of the site's folder; it was not read, so that nothing private is published."
        )
        return None, "", (Remark(file.shown, 0, "error", "outside", what, ("If it is a post, copy it there.",)),)
    try:
        size = file.path.stat().st_size
        if size > _LONGEST:
            what = f"The file has {size // 1000:,} kB; no issue is that long. It was not read."
            return None, "", (Remark(file.shown, 0, "error", "too-long", what),)
        raw = file.path.read_bytes()
    except OSError as fault:
        return None, "", (_unreadable(file.shown, fault),)
    if (lines := raw.count(b"\n")) > _MOST_LINES:
        what = f"The file has {lines:,} lines; no issue is that long. It was not read."
        return None, "", (Remark(file.shown, 0, "error", "too-long", what),)
    text, remarks = decode(raw, file.shown)
    # What the file of a week would have to mend, an old post is.
    told = tuple(replace(one, level="notice") if text is not None else one for one in remarks)
    return text, sha256(raw).hexdigest(), told


def _unreadable(shown: str, fault: OSError) -> Remark:
    what = f"It cannot be read: {(fault.strerror or 'unknown').lower()}."
    return Remark(shown, 0, "error", "unreadable", what, ("Look at its access rights.",))


def _import(room: Newsroom, files: Sequence[_File], remarks: list[Remark], *, base_url: str, dry_run: bool) -> Report:
    shelf, about = open_shelf(room)
    remarks += about
    publication = room.settings.publication
    house = House(
        wording=publication.wording, members=room.settings.members, pattern=publication.title, base_url=base_url
    )
    today = room.clock.now().astimezone(room.settings.week.zone).date()
    done: list[Imported] = []
    strangers: Counter[str] = Counter()
    for file in files:
        text, digest, said = _text_of(file)
        remarks += said
        if text is None:
            done.append(Imported(path=file.shown, outcome="unread"))
            continue
        past = _read(file, text, digest, shelf, house)
        remarks += past.remarks
        if past.issue is None:
            done.append(Imported(path=file.shown, outcome="unread"))
            continue
        if past.issue.date > today + timedelta(days=1):
            what = f"It is dated {past.issue.date}, which is still to come; no issue remembers it before."
            remarks.append(Remark(file.shown, 0, "notice", "to-come", what))
        outcome, told = shelf.keep(past.issue, dry_run=dry_run)
        remarks += told
        if outcome in _KEPT:
            strangers.update(past.strangers)
        done.append(Imported(path=file.shown, outcome=outcome, issue=past.issue))
    if all(one.outcome == "unread" for one in done):
        raise FaultyFiles(in_order(remarks))
    if not dry_run:
        note_when(room, [one.issue.slug for one in done if one.issue is not None and one.outcome in _KEPT])
    return Report(
        files=tuple(done),
        remarks=_merged(in_order(remarks)),
        strangers=tuple(sorted(strangers.items(), key=lambda pair: (-pair[1], pair[0]))),
        dry_run=dry_run,
    )


def _read(file: _File, text: str, digest: str, shelf: PastShelf, house: House) -> Past:
    source = Source(
        path=file.shown,
        text=text,
        slug=shelf.slug_for(file.path.stem, file.shown),
        day=file.day,
        html=file.path.suffix.lower() in (".html", ".htm"),
        sha256=digest,
        name=_written(Path(file.path.stem)),
    )
    return read_issue(source, house)


def _merged(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """The remarks; what is said alike of many files, once, with their number; never what was not read, or elsewhere."""
    groups: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        groups.setdefault((remark.code, one_line(remark.what)), []).append(remark)
    kept = []
    for same in groups.values():
        if len({remark.path for remark in same}) <= _SAME or same[0].level == "error" or same[0].code in _NOT_FULLY:
            kept += same
        else:
            more = len({remark.path for remark in same}) - 1
            end = "" if same[0].what.endswith((".", "!", "?")) else "."
            kept.append(replace(same[0], what=f"{same[0].what}{end} The same in {more} more files."))
    return in_order(kept)
