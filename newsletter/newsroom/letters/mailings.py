"""The bytes of a mailing and the key of the readers' links, as delivery and rehearsal need them. I/O: disk, SQLite"""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from datetime import datetime

from newsletter.desk.past.memory import Memory
from newsletter.errors import CannotSend, CannotWrite, NotReady
from newsletter.files.folder import read_kept, week_folder, weeks_on_disk
from newsletter.files.record import read_memory, read_record
from newsletter.files.state import read_state, write_state
from newsletter.mail.letter.segments import build_mailing
from newsletter.model.audience import Mailing, Tally
from newsletter.model.issue import Issue, Printed
from newsletter.model.ports import Transport
from newsletter.model.week import Week
from newsletter.model.week_state import Sent
from newsletter.newsroom.room import Newsroom, make_folder
from newsletter.store.engine import Store
from newsletter.text import clip

VARIANT = "full"


def open_mailing(room: Newsroom, week: Week, store: Store, transport: Transport) -> tuple[int, Mailing]:
    """The mailing with its number: that of the first claim, or a new one of the approved bytes and of now.

    From here on the week bears the mark that it began to leave. Raises CannotSend if the relay does not let us in,
    which is tried before that mark is set.
    Raises NotReady if the list has no reader, if an issue sent since the approval told the same, if the bytes were
    approved under another base_url (or none: then they have no way out for the reader), or if the ledger knows less
    than the week's own sent mark: then the database was restored from an older copy, and a person must say so before
    anybody is written to twice.
    """
    store.ledger.take_over()
    state = read_state(room.root, week)
    if state.sent is None:
        # A relay that does not let us in is met here, while nothing says yet that the issue began to leave.
        with transport.connect():
            pass
    number, mailing = _opened(room, week, store, state.sent)
    write_state(room.root, week, replace(state, sent=state.sent or Sent(started=room.clock.now())))
    return number, mailing


def note_progress(room: Newsroom, week: Week, store: Store, number: int) -> Tally:
    """Keep in the week's mark how many letters were accepted, and the end once every reader is served."""
    tally, state = store.ledger.tally(number), read_state(room.root, week)
    if state.sent is not None:
        finished = state.sent.finished or (room.clock.now() if tally.waiting == 0 else None)
        sent = replace(state.sent, accepted=tally.accepted, finished=finished)
        write_state(room.root, week, replace(state, sent=sent))
    return tally


def _opened(room: Newsroom, week: Week, store: Store, sent: Sent | None) -> tuple[int, Mailing]:
    kept = store.ledger.mailing(str(week), VARIANT)
    accepted = store.ledger.tally(kept[0]).accepted if kept else 0
    # The mailing is kept before the mark is: a mark alone means that letters may have left without a trace here.
    if sent is not None and (kept is None or sent.accepted > accepted):
        began = f"began to leave on {room.local(sent.started)}"
        raise NotReady(
            f"{week} {began} and was accepted for {sent.accepted} readers or more, the ledger knows of {accepted}: "
            "the database is older than the letters.",
            mend="Bring back a newer copy of it. Sending now would write to readers twice.",
        )
    if kept is not None:
        return kept
    if store.subscribers.count_readers() == 0:
        raise NotReady("There is nobody on the list.", mend="Add readers:  newsletter subscribers add ADDRESS")
    _same_base_url(room, week)
    _in_turn(room, week)
    mailing = mailing_of(room, week, date=room.clock.now())
    number = store.ledger.open_mailing(mailing, room.clock.now())
    return number, mailing


def _same_base_url(room: Newsroom, week: Week) -> None:
    issue, now = read_record(room.root, week), room.settings.publication.wording.base_url
    if issue is not None and issue.wording.base_url != now:
        raise NotReady(
            f'{week} was approved with base_url = "{issue.wording.base_url}", and it is "{now}" now: '
            "its links to leave and to read on the web would be wrong or missing.",
            mend=f"Make it again, look and approve:  newsletter draft {week}, newsletter approve {week} --by NAME",
        )


def _in_turn(room: Newsroom, week: Week) -> None:
    """Two weeks may be closed at a time: what was approved before the other left does not know what that printed."""
    issue = read_record(room.root, week)
    if issue is None:
        return
    sent = _sent_since(room, issue)
    repeated = [
        f'"{clip(story.headline, 70)}" ({before.reference.week})'
        for story in (*issue.stories, *issue.headlines)
        if (before := Memory(sent).address_before(story.link, *story.addresses)) is not None
    ]
    if repeated:
        raise NotReady(
            f"{week} was approved before {', '.join(str(one.reference.week) for one in sent)} was sent, which printed "
            f"the same: {'; '.join(repeated)}.",
            mend=f"Draft it again, drop what it still repeats in issue.toml, and approve:  newsletter draft {week}",
        )
    own = [one for one in read_memory(room.root, before=week)[0] if not one.imported]
    number = room.settings.publication.first_number + len(own)
    if "{number}" in room.settings.publication.title and issue.number != number:
        raise NotReady(
            f"{week} was approved as number {issue.number} and is number {number} now: an issue was sent since.",
            mend=f"Look and approve again:  newsletter draft {week}, newsletter approve {week} --by NAME",
        )


def _sent_since(room: Newsroom, issue: Issue) -> tuple[Printed, ...]:
    """Issues sent that this one was not composed after; oldest first."""
    known = issue.previous.week if issue.previous is not None else None
    sent = read_memory(room.root, before=weeks_on_disk(room.root)[-1].after())[0]
    return tuple(
        one
        for one in sent
        if not one.imported and one.reference.week != issue.week and (known is None or one.reference.week > known)
    )


def mailing_of(room: Newsroom, week: Week, *, date: datetime) -> Mailing:
    """The bytes in the week's folder as letters of that date. Raises NotReady if the week was never drafted."""
    issue = read_record(room.root, week)
    folder = week_folder(room.root, week)
    if issue is None or not (folder / "email.html").is_file() or not (folder / "email.txt").is_file():
        raise NotReady(f"{week} has no e-mail yet.", mend=f"Make it:  newsletter draft {week}")
    html, text = ((folder / name).read_text(encoding="utf-8") for name in ("email.html", "email.txt"))
    return mailing_made_of(room, issue, html=html, text=text, date=date)


def mailing_made_of(room: Newsroom, issue: Issue, *, html: str, text: str, date: datetime) -> Mailing:
    """The letters of that date that these renditions of the issue make. Raises CannotSend as `build_mailing` does."""
    return build_mailing(
        week=issue.week,
        variant=VARIANT,
        subject=issue.subject,
        mail=room.settings.mail,
        wording=issue.wording,
        html=html,
        text=text,
        date=date,
    )


def older_secrets(room: Newsroom) -> tuple[str, ...]:
    """Keys that letters may have been signed with before the present one was set: the one made for the outbox.

    Whoever got such a letter must be able to leave by it.
    """
    kept = (read_kept(room.var / "secret") or "").strip()
    return (kept,) if kept and kept != room.settings.secret else ()


def readers_secret(room: Newsroom) -> str:
    """The key of the readers' links. For the outbox one is made and kept; letters that leave need one that was set."""
    if room.settings.secret:
        return room.settings.secret
    path = make_folder(room.var) / "secret"
    if path.is_file():
        return path.read_text(encoding="utf-8").strip()
    if room.settings.mail.transport != "outbox":
        raise CannotSend("no secret is set", mend="Set a long random NEWSLETTER_SECRET and keep it.")
    secret = secrets.token_urlsafe(32)
    # Made for this account alone before a byte is in it; whoever comes second at the same instant reads the first's.
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secret + "\n")
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise CannotWrite(
            f"{path} could not be written: {fault.strerror}.", mend="Make room, then try again."
        ) from fault
    return secret
