"""The week as readers will see it, made in memory: nothing is written, nobody is told. I/O: disk, SQLite

For a week that is approved or was sent, what lies in its folder; for any other, what `draft` would make now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import quote

from newsletter.errors import EditorMustAct, NotReady
from newsletter.files.folder import read_kept, read_text, week_folder
from newsletter.files.record import read_record
from newsletter.files.state import read_seal, read_state
from newsletter.mail.letter.letters import write_letter
from newsletter.model.audience import Address, Subscriber, Variant
from newsletter.model.issue import Issue, Placement, PrintedTake, Renditions
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.model.week_state import State
from newsletter.newsroom.calendar import state_of
from newsletter.newsroom.composing import Composed, composed
from newsletter.newsroom.corrected import corrections_of
from newsletter.newsroom.images import image_files, logo_file
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.letters.mailings import kept_mailings, mailing_made_of, mailings_of
from newsletter.newsroom.records import changed_since_approval, name_of, seal_holds, week_files, words_of_pause
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.week_remarks import remarks_despite, week_remarks
from newsletter.press.desk_pages import StoryLine, TakeLine
from newsletter.press.pictures.shown import in_letter, on_page
from newsletter.press.render import corrected_page, render
from newsletter.press.variants import VARIANTS, in_variant
from newsletter.store.engine import Store

#: The reader of previews: made up, on no list. The link to leave in its letter opens nothing.
PREVIEW_READER = Subscriber(
    id=0, key="preview", address=Address("reader@preview.invalid"), joined=datetime(1970, 1, 1, tzinfo=UTC)
)
#: Signs the links of that reader where no key was set: a preview makes none.
_NO_SECRET = "the preview's own, in no way secret"  # noqa: S105 - as it says
_TOP = ("newsletter.toml", "feeds.toml", "sources.toml", "topics.txt")
_FOLDERS = ("issues/", "templates/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What one variant comes to. Everything of the e-mail is read off `letter`."""

    #: The letter of the reader.
    letter: bytes
    markdown: str
    preheader: str
    #: What the letter's HTML holds in part only, each in words.
    shortened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A week as one reader will see it."""

    week: Week
    state: State
    #: Where the bytes come from, and what is to be known of the week, in sentences.
    about: tuple[str, ...]
    issue: Issue
    #: By variant, "full" first; one that nothing is left in is left out.
    cuts: Mapping[Variant, Cut]
    page: str
    remarks: tuple[Remark, ...]
    #: What stands in the issue, in its order; last the takes that are held.
    stories: tuple[StoryLine, ...]

    @property
    def letter(self) -> bytes:
        """The letter of the whole issue, as `deliver` writes it."""
        return self.cuts["full"].letter

    @property
    def markdown(self) -> str:
        return self.cuts["full"].markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A letter as a mail program reads it."""

    sender: str
    subject: str
    html: bytes
    text: bytes


def preview(room: Newsroom, week: Week, store: Store | None, *, reader: Subscriber = PREVIEW_READER) -> Preview:
    """Make the week in memory, and the letter that `reader` would get now.

    `store` may be None for a week that is frozen.
    Raises FaultyFiles, FaultyTemplate, NotReady and CannotSend as `draft` and `deliver` do.
    """
    if read_state(room.root, week).sent is None and not seal_holds(room, week):
        return _as_drafted(room, week, store, reader)
    return _as_it_lies(room, week, store, reader)


def opened(letter: bytes) -> Opened:
    """Read a letter of ours as a mail program does."""
    message = message_from_bytes(letter, policy=default)
    parts = {part.get_content_type(): part.get_payload(decode=True) for part in message.walk()}
    html, text = parts["text/html"], parts["text/plain"]
    assert isinstance(html, bytes)
    assert isinstance(text, bytes)
    return Opened(sender=str(message["From"]), subject=str(message["Subject"]), html=html, text=text)


def shown_file(root: Path, path: str, named: Collection[str]) -> str | None:
    """The text of a file that editors work on, or that a remark names; None for any other.

    Nothing in var/, nothing hidden, and nothing outside of the workspace, whatever links lead there.
    """
    if not _may_be_shown(path) or not (path in _TOP or path in named or path.startswith(_FOLDERS)):
        return None
    try:
        real = (root / path).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    home = root.resolve()
    if not real.is_relative_to(home) or not _may_be_shown(real.relative_to(home).as_posix()) or not real.is_file():
        return None
    return read_text(home, real).text


def pictures_of(issue: Issue) -> Mapping[str, str]:
    """The name of each picture of the workspace by the addresses that letter and page print for it; may be empty.

    On the web they lie as soon as the issue is published; until then the workspace alone has them.
    """
    named = {one.typed: one.name for one in issue.images}
    found = {one.src: named[one.typed] for one in (*in_letter(issue), *on_page(issue))}
    if logo := issue.theme.logo:
        # The page names it from its own folder, or, where no site lies around it, by its address on the web.
        found |= {f"{site}/{quote(logo.name)}": logo.name for site in ("../..", issue.wording.base_url) if site}
    return found


def picture_of(root: Path, issue: Issue, name: str) -> bytes | None:
    """The picture of that name as the issue shows it; None if there is none, or its file is gone or another."""
    if issue.theme.logo and name == issue.theme.logo.name:
        return logo_file(root, issue.theme)
    return dict(image_files(root, issue)[0]).get(name)


# One view ------------------------------------------------------------------------------------------


def _as_drafted(room: Newsroom, week: Week, store: Store | None, reader: Subscriber) -> Preview:
    found = composed(room, week_inputs(room, week, store), store=store)
    issue, made = found.draft.issue, found.renditions
    full = _cut_of(room, issue, made, reader)
    held = tuple(f"Would be held: {why}." for why in found.draft.held)
    return Preview(
        week=week,
        state=state_of(room, week),
        about=(f"As it would be drafted now; {_beside_the_folder(room, found)}.", *_standing(room, week), *held),
        issue=issue,
        cuts={"full": full, **_other_cuts(room, issue, reader)},
        page=made.page,
        remarks=_remarks(room, store, found),
        stories=_stories(issue, found.draft.placements),
    )


def _as_it_lies(room: Newsroom, week: Week, store: Store | None, reader: Subscriber) -> Preview:
    record = read_record(room.root, week)
    if record is None:
        raise NotReady(f"{week} has no record.", mend=f"Bring it back:  newsletter rebuild {week}")
    kept = kept_mailings(store, week) if store is not None else ()
    frozen = [replace(mailing, signatures=(), secret_mark="") for _, mailing in kept]
    mailing = (frozen or mailings_of(room, week, date=room.clock.now()))[0]
    corrections = corrections_of(record, read_state(room.root, week).corrections, room.settings.week.zone)
    placements: tuple[Placement, ...] = ()
    shortened: tuple[str, ...] = ()
    folder = week_folder(room.root, week)
    try:
        found = composed(room, week_inputs(room, week, store), store=store)
    except EditorMustAct as fault:
        # What lies there is shown all the same: it does not depend on what the files would make now.
        remarks = remarks_despite(room, week, fault)
    else:
        remarks, placements = _remarks(room, store, found), found.draft.placements
        # What the folder's letter leaves to the page is known as long as it is the one that would be made now.
        if read_kept(folder / "email.html") == found.renditions.email_html:
            shortened = found.renditions.shortened
    full = Cut(
        letter=write_letter(mailing, reader, secret=_secret(room)).data,
        markdown=read_kept(folder / "issue.md") or "",
        preheader=record.preheader,
        shortened=shortened,
    )
    return Preview(
        week=week,
        state=state_of(room, week),
        about=_standing(room, week),
        issue=record,
        cuts={"full": full, **_other_cuts(room, record, reader)},
        page=corrected_page(record, corrections, templates=room.templates),
        remarks=remarks,
        stories=_stories(record, placements),
    )


def _other_cuts(room: Newsroom, issue: Issue, reader: Subscriber) -> dict[Variant, Cut]:
    """The variants beside the full one, made now; those that hold nothing are left out. Raises FaultyTemplate."""
    found: dict[Variant, Cut] = {}
    for variant in VARIANTS:
        if variant != "full" and (cut := in_variant(issue, variant)) is not None:
            found[variant] = _cut_of(room, cut, render(issue, templates=room.templates, variant=variant), reader)
    return found


def _cut_of(room: Newsroom, issue: Issue, made: Renditions, reader: Subscriber) -> Cut:
    now, cut = room.clock.now(), made.variant
    mailing = mailing_made_of(room, issue, html=made.email_html, text=made.email_text, date=now, variant=cut)
    letter = write_letter(mailing, reader, secret=_secret(room))
    return Cut(letter=letter.data, markdown=made.markdown, preheader=issue.preheader, shortened=made.shortened)


def _remarks(room: Newsroom, store: Store | None, found: Composed) -> tuple[Remark, ...]:
    return in_order((*found.remarks, *week_remarks(room, store, found)))


def _standing(room: Newsroom, week: Week) -> tuple[str, ...]:
    """Where the week stands, in sentences; may be empty."""
    state, seal = read_state(room.root, week), read_seal(room.root, week)
    said = [f"Left out: {state.skipped}."] if state.skipped else []
    said += [f"It is {words_of_pause(room, state.pause)}."] if state.pause else []
    said += [f"Not closed: {state.held}."] if state.held else []
    if state.sent is not None:
        said += ["Its page is corrected since; the letter is not."] if state.corrections else []
        return (f"As it was sent, from {room.local(state.sent.started)} on.", *said)
    if seal is None or state.frozen is None:
        return (*said, *(["Frozen, and not approved yet."] if state.frozen else []))
    by = name_of(room, seal.by)
    if changed := changed_since_approval(room, week, seal):
        return (*said, f"Changed since {by} approved it: {', '.join(changed)}.")
    return (f"As it lies in the folder, approved by {by} on {room.local(seal.at)}.", *said)


def _beside_the_folder(room: Newsroom, found: Composed) -> str:
    files = week_files(room, found.draft.issue, found.renditions)
    there = [path.is_file() and path.read_bytes() == text.encode("utf-8") for path, text in files.items()]
    if all(there):
        return "the folder's files are the same"
    if not any(path.is_file() for path in files):
        return "the folder holds none of it yet"
    return f"the folder's files differ until  newsletter draft {found.draft.issue.week}"


def _stories(issue: Issue, placements: Iterable[Placement]) -> tuple[StoryLine, ...]:
    """Stories with takes, takes that stand apart, takes that are held, and stories without a take."""
    placements = tuple(placements)
    lines = {(one.take.path, one.take.text): one.take.line for one in placements}

    def takes(printed: Iterable[PrintedTake]) -> tuple[TakeLine, ...]:
        return tuple(TakeLine(author=t.author, path=t.path, line=lines.get((t.path, t.text), 0)) for t in printed)

    held = tuple(
        TakeLine(author=one.take.author, path=one.take.path, line=one.take.line, why=one.reason)
        for one in placements
        if one.outcome == "held"
    )
    return (
        *(StoryLine(id=story.id, headline=story.headline, takes=takes(story.takes)) for story in issue.stories),
        *([StoryLine(headline=issue.wording.apart_heading, takes=takes(issue.apart))] if issue.apart else []),
        *([StoryLine(headline="Held, and not printed", takes=held)] if held else []),
        *(StoryLine(id=story.id, headline=story.headline) for story in issue.headlines),
    )


def _secret(room: Newsroom) -> str:
    """The key of the readers' links if there is one: a preview makes none."""
    return room.settings.secret or (read_kept(room.var / "secret") or "").strip() or _NO_SECRET


def _may_be_shown(path: str) -> bool:
    parts = path.split("/")
    return not any(part.startswith(".") or part == "" or "\\" in part for part in parts) and parts[0] != "var"
