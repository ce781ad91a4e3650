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
from newsletter.mail.letter.dkim import Keys, load_keys, signatures
from newsletter.mail.letter.segments import build_mailing
from newsletter.mail.letter.tokens import secret_mark
from newsletter.model.audience import Mailing, Tally, Variant
from newsletter.model.issue import Issue, Printed
from newsletter.model.ports import Transport
from newsletter.model.week import Week
from newsletter.model.week_state import Sent
from newsletter.newsroom.letters.preflighting import require_flight
from newsletter.newsroom.records import mail_files, variants_of
from newsletter.newsroom.room import Newsroom, make_folder
from newsletter.press.variants import VARIANTS
from newsletter.store.engine import Store
from newsletter.text import clip


def kept_mailings(store: Store, week: Week) -> tuple[tuple[int, Mailing], ...]:
    """The week's mailings with their numbers, one for each variant, as frozen at the first claim; () before that."""
    found = (store.ledger.mailing(str(week), variant) for variant in VARIANTS)
    return tuple(one for one in found if one is not None)


def tally_of(store: Store, week: Week) -> Tally | None:
    """Where the week's letters stand, all variants together; None before the first claim."""
    tallies = [store.ledger.tally(number) for number, _ in kept_mailings(store, week)]
    return sum(tallies[1:], tallies[0]) if tallies else None


def open_mailings(room: Newsroom, week: Week, store: Store, transport: Transport) -> tuple[tuple[int, Mailing], ...]:
    """The mailings with their numbers: those of the first claim, or new ones of the approved bytes and of now.

    From here on the week bears the mark that it began to leave. Raises CannotSend if the relay does not let us in,
    which is tried before that mark is set.
    Raises NotReady if the list has no reader, if an issue sent since the approval told the same, if the bytes were
    approved under another base_url (or none: then they have no way out for the reader), or if the ledger knows less
    than the week's own sent mark: then the database was restored from an older copy, and a person must say so before
    anybody is written to twice.
    """
    store.ledger.take_over(hold=room.settings.delivering.on_unknown == "hold")
    state = read_state(room.root, week)
    if state.sent is None:
        # A relay that does not let us in is met here, while nothing says yet that the issue began to leave.
        with transport.connect():
            pass
    mailings = _opened(room, week, store, state.sent)
    write_state(room.root, week, replace(state, sent=state.sent or Sent(started=room.clock.now())))
    return mailings


def not_stopped(room: Newsroom, week: Week, store: Store) -> None:
    """Raises NotReady while the letters are paused, by a person or because the relay refused them."""
    for mailing in store.ledger.progress(str(week), room.clock.now()):
        if mailing.state == "paused" and mailing.changed is not None:
            raise NotReady(
                f"The letters of {week} are paused since {room.local(mailing.changed)}: {mailing.why}",
                mend=f"Let them go on:  newsletter deliver {week} --resume   or end it:  --cancel WHY",
            )


def note_progress(room: Newsroom, week: Week, store: Store) -> Tally:
    """Keep in the week's mark how many letters were accepted, and the end once every reader is served and none held."""
    tally, state = tally_of(store, week) or Tally(audience=0), read_state(room.root, week)
    if state.sent is not None:
        finished = state.sent.finished or (room.clock.now() if tally.waiting == tally.held == 0 else None)
        sent = replace(state.sent, accepted=tally.accepted, finished=finished)
        write_state(room.root, week, replace(state, sent=sent))
    return tally


def not_older(room: Newsroom, week: Week, store: Store) -> None:
    """Raises NotReady if the ledger knows less of a week than its own mark: the database is an older copy."""
    sent, tally = read_state(room.root, week).sent, tally_of(store, week)
    accepted = tally.accepted if tally else 0
    # The mailing is kept before the mark is: a mark alone means that letters may have left without a trace here.
    if sent is not None and (tally is None or sent.accepted > accepted):
        began = f"began to leave on {room.local(sent.started)}"
        raise NotReady(
            f"{week} {began} and was accepted for {sent.accepted} readers or more, the ledger knows of {accepted}: "
            "the database is older than the letters.",
            mend="Bring back a newer copy of it. Sending now would write to readers twice.",
        )


def fit_to_open(room: Newsroom, week: Week, store: Store) -> None:
    """Raises NotReady for what keeps a week of which nothing has left from leaving, beside its approval."""
    if next(store.subscribers.readers(), None) is None:
        raise NotReady("There is nobody on the list.", mend="Add readers:  newsletter subscribers add ADDRESS")
    _same_base_url(room, week)
    _in_turn(room, week)


def _opened(room: Newsroom, week: Week, store: Store, sent: Sent | None) -> tuple[tuple[int, Mailing], ...]:
    kept = kept_mailings(store, week)
    not_older(room, week, store)
    # Kept, and yet without the mark: that run ended in between, and nothing has left. What it kept may have been
    # approved in other words since, and the list is another one by now.
    if kept and not (sent is None and store.ledger.withdraw(str(week))):
        return kept
    fit_to_open(room, week, store)
    keys, secret, issue = signing_keys(room), readers_secret(room), read_record(room.root, week)
    mailings = mailings_of(room, week, date=room.clock.now(), keys=keys, secret=secret)
    if issue is not None:
        require_flight(room, issue, mailings, keys=keys, secret=secret)
    numbers = store.ledger.open_mailings(mailings, room.clock.now())
    return tuple(zip(numbers, mailings, strict=True))


def signing_keys(room: Newsroom) -> Keys:
    """What letters are signed with here; none where the relay does it. Raises CannotSend for keys that are no good."""
    return load_keys(room.settings.dkim, sender=room.settings.mail.sender)


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


def mailings_of(
    room: Newsroom, week: Week, *, date: datetime, keys: Keys | None = None, secret: str = ""
) -> tuple[Mailing, ...]:
    """The bytes in the week's folder as letters of that date, a mailing for each variant, the first one everybody's.

    With keys they are signed, and with a secret bound to it. Raises NotReady if the week was never drafted.
    """
    issue = read_record(room.root, week)
    variants = variants_of(issue) or ("full",) if issue is not None else ()
    found = []
    for variant in variants:
        html, text = (read_kept(week_folder(room.root, week) / name) for name in mail_files(variant))
        if issue is None or html is None or text is None:
            raise NotReady(f"{week} has no e-mail yet.", mend=f"Make it:  newsletter draft {week}")
        made = mailing_made_of(room, issue, html=html, text=text, date=date, variant=variant, keys=keys, secret=secret)
        found.append(made)
    if not found:
        raise NotReady(f"{week} has no e-mail yet.", mend=f"Make it:  newsletter draft {week}")
    return tuple(found)


def mailing_made_of(
    room: Newsroom,
    issue: Issue,
    *,
    html: str,
    text: str,
    date: datetime,
    variant: Variant = "full",
    keys: Keys | None = None,
    secret: str = "",
) -> Mailing:
    """The letters of that date that these renditions of the issue make. Raises CannotSend as `build_mailing` does."""
    return build_mailing(
        week=issue.week,
        variant=variant,
        subject=issue.subject,
        mail=room.settings.mail,
        wording=issue.wording,
        html=html,
        text=text,
        date=date,
        signatures=signatures(keys, date) if keys else (),
        secret_mark=secret_mark(secret) if secret else "",
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
