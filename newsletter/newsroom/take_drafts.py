"""A take while its author writes it: a filled file in var/drafts, kept until it is filed. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.clock import shown_in
from newsletter.desk.due import slots_of
from newsletter.desk.takes.form import Form, filled
from newsletter.desk.takes.standing import Stand
from newsletter.errors import CannotWrite, UsageFault
from newsletter.files.folder import write_whole
from newsletter.model.issue import Draft
from newsletter.model.members import Member
from newsletter.model.news import Ranked
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.newsroom.room import Newsroom, make_folder
from newsletter.text import clip, slug

#: Stories that a form without one lists.
_BEST = 12
_SCHEME = re.compile(r"[a-z]+://(?:www\.)?", re.IGNORECASE)
_OUT = ("dropped", "repeat")
_CLIP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDraft:
    """A filled file that waits for its author's words."""

    path: Path
    #: The path as people read it, relative to the workspace.
    shown: str
    #: Under which name it will be filed, without ending.
    name: str
    by: Member
    form: Form
    #: What the author should know before writing, a sentence a line.
    told: tuple[str, ...]

    @property
    def kept(self) -> str:
        """Where the words lie, and how they are filed after all."""
        return f"What was written lies in {self.shown}. To file it: {_file_it(self.by, self.shown)}"


def lay_out(
    room: Newsroom, week: Week, *, ref: str, by: Member, draft: Draft, stand: Stand, remarks: Sequence[Remark]
) -> TakeDraft:
    """Write the filled file. `draft`, `stand` and `remarks` are those of the week with a take that has no words yet."""
    folder = room.var / "drafts" / by.id
    unfinished = sorted(folder.glob("*.md")) if folder.is_dir() else []
    story = next((r for r in draft.ranked if stand.story == r.story.id), None)
    low, high = room.settings.limits.take_words
    about = [
        *_about(room, ref, draft, stand, story, remarks),
        "",
        f"In the first person: what do you make of it? The house runs {low}–{high} words.",
        closing(room, week, by),
    ]
    typed = f"#{stand.story}" if stand.outcome == "attached" else ref
    form = filled(author=by.name, story=typed, headline=stand.outcome == "own", about=about)
    name = take_name(by, typed)
    path = write_new(folder, name, form.text)
    told = [_will_stand(stand, ref), *(line for remark in _telling(remarks) for line in (remark.what, *remark.mend))]
    for one in unfinished:
        lies = one.relative_to(room.root).as_posix()
        told.append(f"An unfinished draft of yours lies in {lies}. To file it: {_file_it(by, lies)}")
    return TakeDraft(
        path=path,
        shown=path.relative_to(room.root).as_posix(),
        name=name,
        by=by,
        form=form,
        told=tuple(told),
    )


def _file_it(by: Member, shown: str) -> str:
    return f"newsletter take --stdin --by {by.id} < {shown}"


def take_name(by: Member, ref: str) -> str:
    """The name of a member's file, without ending, so that a folder of takes tells who wrote on what."""
    return f"{by.id}-{slug(_SCHEME.sub('', ref))}" if ref else by.id


def closing(room: Newsroom, week: Week, by: Member | None) -> str:
    """When the week closes, by the clocks of the member, or the publication's where there is none."""
    zone = room.settings.week.zone
    freeze = slots_of(week, room.settings.schedule, zone).freeze
    shown = shown_in(freeze, ZoneInfo(by.zone) if by and by.zone else zone)
    late = room.clock.now() >= freeze
    return f"{week} was to close {shown}, and is still open." if late else f"{week} closes {shown}."


def write_new(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file of this name, made here and now, so that two who file at one instant get two.

    Raises CannotWrite, and leaves no empty file; UsageFault where a thousand lie there.
    """
    make_folder(folder)
    for path in _paths(folder, name):
        try:
            path.open("x").close()
        except FileExistsError:
            continue
        except OSError as fault:
            mend = "Free some space, or make the folder writable."
            raise CannotWrite(f"{path} could not be written: {fault.strerror}.", mend=mend) from fault
        try:
            write_whole(path, content)
        except CannotWrite:
            with suppress(OSError):
                path.unlink()
            raise
        return path
    raise UsageFault(f"{folder} holds a thousand takes of that name.", mend="File it under another name.")


def next_path(folder: Path, name: str) -> Path:
    """The file that write_new would make."""
    return next((path for path in _paths(folder, name) if not path.exists()), folder / f"{name}.md")


def _paths(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.md"
    for number in range(2, 1000):
        yield folder / f"{name}-{number}.md"


def _about(
    room: Newsroom, ref: str, draft: Draft, stand: Stand, story: Ranked | None, remarks: Sequence[Remark]
) -> Iterator[str]:
    if not ref:
        yield "Which story? Put its id behind  story:  above, or an address, or leave it empty. The best of the week:"
        for ranked in list(filter(partial(_may_be_told, draft), draft.ranked))[:_BEST]:
            yield f"#{ranked.story.id}  {clip(ranked.story.headline, _CLIP)}{_from(room, ranked)}"
        return
    if story is not None:
        yield story.story.headline
        yield _from(room, story).strip(" ()")
        yield story.story.link
        yield ""
    yield _will_stand(stand, ref)
    for remark in _telling(remarks):
        yield remark.what
        yield from remark.mend


def _may_be_told(draft: Draft, ranked: Ranked) -> bool:
    """Whether the week proposes it under a headline of its own and nothing speaks against it."""
    story = ranked.story
    fate = draft.fates.get(story.id)
    return story.proposed and story.thread in ("", story.id) and (fate is None or fate.rule not in _OUT)


def _from(room: Newsroom, ranked: Ranked) -> str:
    source = dict(ranked.sources).get(ranked.story.entries[0].feed, "") if ranked.story.entries else ""
    published = ranked.story.published
    day = f"{(local := published.astimezone(room.settings.week.zone)).day} {local:%b %Y}" if published else ""
    told = ", ".join(part for part in (source, day) if part)
    return f" ({told})" if told else ""


def _will_stand(stand: Stand, ref: str) -> str:
    if not ref:
        return "It names no story yet."
    return f"As it is, it would be {stand.words}." if stand.outcome == "held" else f"It will stand {stand.words}."


def _telling(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """What concerns the story: there is nothing to be said of words that are not there yet."""
    return tuple(remark for remark in remarks if remark.code != "no-story")
