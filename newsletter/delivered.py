"""How the letters of a week go, and what one reader got of it, read off the ledger. I/O: disk, SQLite"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from newsletter.clock import write_instant
from newsletter.errors import CannotSend, UsageFault
from newsletter.files.folder import weeks_on_disk
from newsletter.files.state import read_state
from newsletter.mail.letter.letters import write_letter
from newsletter.model.audience import Address, DeliveryState, Subscriber, address
from newsletter.model.deliveries import Progress, Proof, Trouble
from newsletter.model.week import Week
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.letters.mailings import older_secrets
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.subscribers import Suppression
from newsletter.text import one_line

#: What has gone otherwise than it should, and may be asked about.
TROUBLED: tuple[DeliveryState, ...] = ("deferred", "refused", "unknown", "held")
#: Rows of trouble that are shown unasked.
SHOWN = 20
#: So many at most are read to be grouped; beyond it the count of each group is that of these.
_READ = 10_000
#: So many with one reply make a group.
_MANY = 3
_ONE_MINUTE = timedelta(minutes=1)
#: What makes two replies of one kind differ: mailboxes, and the numbers that relays give to letters.
_MAILBOX = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_NUMBER = re.compile(r"\b(?=[\w-]*\d)[\w-]{8,}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Readers whose letters went one way, with one reply. `readers` holds one where nobody shares it."""

    state: DeliveryState
    code: int
    #: As the relay said it; where many share it, without what differs.
    reply: str
    #: In the order of the ledger; never empty.
    readers: tuple[Trouble, ...]

    @property
    def domains(self) -> tuple[tuple[str, int], ...]:
        """Receiving domains and how many of the readers each has, most first; people erased since have none."""
        found = Counter(one.address.rpartition("@")[2] for one in self.readers if one.address)
        return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """One variant of the week on its way."""

    progress: Progress
    #: Letters a minute when the last ones were accepted; None before there are two.
    per_minute: int | None
    #: How long those who wait for their first try take at that rate; None if nobody does, or no rate is known.
    left: timedelta | None
    groups: tuple[Group, ...]

    @property
    def troubled(self) -> int:
        """How many are deferred, refused, unknown or held."""
        tally = self.progress.tally
        return tally.deferred + tally.refused + tally.unknown + tally.held

    def as_json(self) -> dict[str, object]:
        one, tally = self.progress, self.progress.tally
        return {
            "variant": one.variant,
            "state": one.state,
            "why": one.why,
            "changed": _written(one.changed),
            "created": _written(one.created),
            "audience": tally.audience,
            "accepted": tally.accepted,
            "waiting": tally.waiting,
            **{
                name: getattr(tally, name)
                for name in ("deferred", "refused", "unknown", "held", "dropped", "left", "cancelled")
            },
            "first": _written(one.first),
            "last": _written(one.last),
            "per_minute": self.per_minute,
            "seconds_left": None if self.left is None else round(self.left.total_seconds()),
            "next_try": _written(one.next_try),
            "troubles": [
                {
                    "state": group.state,
                    "code": group.code,
                    "reply": group.reply,
                    "count": len(group.readers),
                    "domains": dict(group.domains),
                    "readers": [_trouble_as_json(reader) for reader in group.readers[:SHOWN]],
                }
                for group in self.groups
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """A week's letters; no variants while none has been made ready to leave."""

    week: Week
    now: datetime
    variants: tuple[Going, ...]
    #: Whether a run is at work on this machine; None if that cannot be told.
    at_work: bool | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "now": write_instant(self.now),
            "at_work": self.at_work,
            "variants": [one.as_json() for one in self.variants],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One letter of one reader: the row of the ledger, and the name that the letter bears in every relay's log."""

    proof: Proof
    #: "" if it cannot be told: the letters were made with another secret.
    message_id: str
    #: Why the letters were paused or cancelled before this one was settled; "" while they go on, or if it is.
    stopped: Literal["", "paused", "cancelled"] = ""
    why: str = ""

    @property
    def state(self) -> str:
        """The ledger's, "waiting" before a result, "cancelled" where none will come any more."""
        return "cancelled" if self.stopped == "cancelled" else self.proof.state or "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderProof:
    """What one reader got of a week. Without evidence `why` says, in a sentence, why there is none."""

    week: Week
    address: Address
    letters: tuple[Evidence, ...]
    why: str
    #: When the audience of the week was taken; None if it was not.
    taken: datetime | None
    suppression: Suppression | None
    #: The suppression in words, with its day; "" without one.
    barred: str = ""

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "address": self.address,
            "letters": [
                {
                    "variant": one.proof.variant,
                    "state": one.state,
                    "stopped": one.stopped,
                    "why": one.why,
                    "at": _written(one.proof.at),
                    "message_id": one.message_id or None,
                    "code": one.proof.code,
                    "reply": one.proof.reply,
                    "relay": one.proof.relay,
                    "attempts": one.proof.attempts,
                    "next_try": None if one.stopped else _written(one.proof.next_try),
                }
                for one in self.letters
            ],
            "why": self.why,
            "taken": _written(self.taken),
            "suppressed": self.suppression.reason if self.suppression else "",
        }


def deliveries(room: Newsroom, week: Week, store: Store, *, every: bool = False) -> Deliveries:
    """Where each variant of the week stands, in the order in which they were opened, with what went wrong.

    The twenty largest groups of trouble, or, with `every`, all of them; people with the same reply are one group.
    """
    now = room.clock.now()
    return Deliveries(
        week=week,
        now=now,
        variants=tuple(_going(store, one, every=every) for one in store.ledger.progress(str(week), now)),
        at_work=room.is_at_work(),
    )


def latest_sent(room: Newsroom) -> Week:
    """The week whose letters left last; the current one while none has."""
    sent = (week for week in reversed(weeks_on_disk(room.root)) if read_state(room.root, week).sent is not None)
    return next(sent, None) or current_week(room)


def proof_of(room: Newsroom, week: Week, store: Store, typed: str) -> ReaderProof:
    """What the reader with this address got of the week, and if nothing, why. Raises UsageFault if it is no address."""
    mailbox = checked(typed)
    reader = store.subscribers.by_address(mailbox)
    mailings = store.ledger.progress(str(week), room.clock.now())
    proofs = store.ledger.proofs(str(week), reader.id) if reader is not None else ()
    suppression = store.subscribers.suppression(mailbox)
    taken = min((one.created for one in mailings), default=None)
    return ReaderProof(
        week=week,
        address=mailbox,
        letters=tuple(
            _evidence(one, _message_id(room, week, store, reader, one), {m.number: m for m in mailings}[one.number])
            for one in proofs
        ),
        why="" if proofs else _why_not(room, week, reader, suppression, taken),
        taken=taken,
        suppression=suppression,
        barred=_words_of_suppression(room, suppression) if suppression else "",
    )


def checked(typed: str) -> Address:
    """An address as typed on the command line. Raises UsageFault if it is none."""
    try:
        return address(typed)
    except ValueError as fault:
        raise UsageFault(f"{fault}.", mend="Write it as name@example.com.") from fault


# One variant ---------------------------------------------------------------------------------------


def _going(store: Store, one: Progress, *, every: bool) -> Going:
    rate = _per_minute(one)
    tally = one.tally
    fresh = tally.waiting - tally.deferred - tally.unknown
    return Going(
        progress=one,
        per_minute=rate,
        left=timedelta(minutes=fresh / rate) if rate and fresh > 0 and one.state == "open" else None,
        groups=_groups(store.ledger.troubles(one.number, states=_troubled(one), limit=_READ), every=every),
    )


def _troubled(one: Progress) -> tuple[DeliveryState, ...]:
    # Nobody who was put off is tried again once the rest was cancelled: they are counted among those who get none.
    return TROUBLED if one.state != "cancelled" else ("refused", "held")


def _per_minute(one: Progress) -> int | None:
    if one.first is None or one.last is None or one.last_minute < 2:
        return None
    span = min(one.last - one.first, _ONE_MINUTE)
    # Of a mailing that has not gone for a minute yet the rate is that of its seconds.
    return round((one.last_minute - 1) * (_ONE_MINUTE / span)) if span else None


def _groups(troubles: Sequence[Trouble], *, every: bool) -> tuple[Group, ...]:
    alike: dict[tuple[str, int, str], list[Trouble]] = {}
    for one in troubles:
        alike.setdefault((one.state, one.code, _kind(one.reply)), []).append(one)
    groups: list[Group] = []
    for (_, code, kind), readers in alike.items():
        if len(readers) >= _MANY:
            groups.append(Group(state=readers[0].state, code=code, reply=kind, readers=tuple(readers)))
        else:
            groups += [Group(state=r.state, code=code, reply=one_line(r.reply), readers=(r,)) for r in readers]
    groups.sort(key=lambda group: -len(group.readers))
    return tuple(groups if every else groups[:SHOWN])


def _kind(reply: str) -> str:
    return _NUMBER.sub("…", _MAILBOX.sub("…", one_line(reply)))


def _trouble_as_json(one: Trouble) -> dict[str, object]:
    return {
        "address": one.address,
        "attempts": one.attempts,
        "at": _written(one.at),
        "next_try": _written(one.next_try),
        "relay": one.relay,
        "reply": one.reply,
    }


# One reader ----------------------------------------------------------------------------------------


def _evidence(proof: Proof, message_id: str, mailing: Progress) -> Evidence:
    is_open = proof.state is None or proof.state in ("deferred", "unknown")
    if mailing.state == "open" or not is_open:
        return Evidence(proof=proof, message_id=message_id)
    return Evidence(proof=proof, message_id=message_id, stopped=mailing.state, why=mailing.why)


def _message_id(room: Newsroom, week: Week, store: Store, reader: Subscriber | None, proof: Proof) -> str:
    kept = store.ledger.mailing(str(week), proof.variant)
    if kept is None or reader is None:
        return ""
    # Signatures change no Message-ID, and would ask for their keys.
    unsigned = replace(kept[1], signatures=())
    for secret in (room.settings.secret, *older_secrets(room)):
        with suppress(CannotSend):
            return write_letter(unsigned, reader, secret=secret).message_id
    return ""


def _why_not(
    room: Newsroom, week: Week, reader: Subscriber | None, suppression: Suppression | None, taken: datetime | None
) -> str:
    """Why there is no row of this reader, in a sentence."""
    barred = _words_of_suppression(room, suppression) if suppression is not None else ""
    if taken is None:
        return f"No letter of {week} has been made ready to leave yet." + (
            f" The address is {barred}." if barred else ""
        )
    at = room.local(taken)
    if reader is None:
        return f"The address is not on the list{f', and {barred}' if barred else ''}."
    if suppression is not None and suppression.at <= taken:
        return f"The address was {barred}, before the audience of {week} was taken on {at}."
    if reader.joined > taken:
        return f"Joined on {room.local(reader.joined)}, after the audience of {week} was taken on {at}."
    if reader.standing != "active":
        said = "has not confirmed the subscription" if reader.standing == "pending" else "has left the list"
        return f"The reader {said}{f': {barred}' if barred else ''}."
    return f"The reader was not among those who could be written to when the audience was taken on {at}."


_BARRED = {
    "unsubscribed": "unsubscribed",
    "bounced": "suppressed because letters to it came back",
    "complained": "suppressed after a complaint",
    "by-hand": "suppressed by hand",
}


def _words_of_suppression(room: Newsroom, found: Suppression) -> str:
    note = f' ("{one_line(found.note)}")' if found.note else ""
    return f"{_BARRED[found.reason]} on {room.local(found.at)}{note}"


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else write_instant(instant)
