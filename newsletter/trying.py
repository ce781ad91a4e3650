"""Test letters: the week's letters as they are now, marked, to named addresses only. I/O: disk, SQLite, SMTP

No ledger, no state, no approval. The link to leave in them is that of nobody: it opens the page and ends no
subscription, also where the address is a reader's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from newsletter.errors import NewsletterError, NotReady, UsageFault
from newsletter.files.folder import read_kept, week_folder
from newsletter.files.record import read_record
from newsletter.files.state import read_state
from newsletter.mail.letter.dkim import Keys
from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.preflight.findings import Finding
from newsletter.model.audience import Address, Letter, Mailing, Reader, Variant, address
from newsletter.model.issue import Issue, Renditions
from newsletter.model.ports import Reply, Transport
from newsletter.model.week import Week
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.letters.mailings import mailing_made_of, readers_secret, signing_keys
from newsletter.newsroom.letters.preflighting import findings_of
from newsletter.newsroom.records import mail_files, seal_holds, variants_of
from newsletter.newsroom.room import Newsroom
from newsletter.press.render import render
from newsletter.store.engine import Store

#: What the subject of a test begins with, and the field that says so to programs.
MARK = "[Test] "
FIELD = "X-Newsletter-Test"

Standing = Literal["draft", "approved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One test letter. `reply` is None if it did not get as far as one; then `why` says what happened."""

    address: Address
    message_id: str
    reply: Reply | None
    why: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.reply is not None and 200 <= self.reply.code < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A call's test letters, in the order of its addresses."""

    week: Week
    variant: Variant
    standing: Standing
    transport: str
    letters: tuple[Tried, ...]
    #: What preflight found; it refuses no test.
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "week": str(self.week),
            "variant": self.variant,
            "standing": self.standing,
            "transport": self.transport,
            "letters": [
                {
                    "address": one.address,
                    "accepted": one.is_accepted,
                    "message_id": one.message_id,
                    "code": one.reply.code if one.reply else None,
                    "reply": one.reply.text if one.reply else one.why,
                }
                for one in self.letters
            ],
            "findings": [
                {"check": one.check, "level": one.level, "what": one.what, "mend": one.mend} for one in self.findings
            ],
        }


def send_test(room: Newsroom, week: Week, store: Store, typed: Sequence[str], *, variant: Variant = "full") -> Trial:
    """Send one marked letter to each address, over the configured transport.

    Of a week that is approved or was sent the bytes that lie in its folder, of any other what `draft` would make now.
    Raises, before anything leaves: UsageFault for what is no address, NotReady for an address that left or is
    suppressed, and for a variant that nothing of the week is left in; CannotSend if the transport is not ready.
    """
    mailboxes = tuple(dict.fromkeys(_welcome(store, one) for one in typed))
    keys, secret, transport = signing_keys(room), readers_secret(room), room.open_transport()
    standing, issue, mailing = _trial(room, week, store, variant, keys=keys, secret=secret)
    findings = findings_of(room, issue, (mailing,), keys=keys, secret=secret)
    write = LetterWriter(mailing, secret=secret, keys=keys)
    tried = tuple(_try(write, one, transport) for one in mailboxes)
    return Trial(
        week=week,
        variant=variant,
        standing=standing,
        transport=transport.name,
        letters=tried,
        findings=findings,
    )


def _trial(
    room: Newsroom, week: Week, store: Store, variant: Variant, *, keys: Keys, secret: str
) -> tuple[Standing, Issue, Mailing]:
    """The week's letters as they are now, marked as a test; of which issue, and whether they are the approved ones."""
    if read_state(room.root, week).sent is not None or seal_holds(room, week):
        standing: Standing = "approved"
        issue, made = _as_it_lies(room, week, variant)
    else:
        standing = "draft"
        found = composed(room, week_inputs(room, week, store))
        issue = found.draft.issue
        made = found.renditions if variant == "full" else render(issue, templates=room.templates, variant=variant)
    marked = replace(issue, subject=f"{MARK}{issue.subject}")
    mailing = mailing_made_of(
        room,
        marked,
        html=made.email_html,
        text=made.email_text,
        date=room.clock.now(),
        variant=variant,
        keys=keys,
        secret=secret,
    )
    field = f"{FIELD}: {week} {standing}\r\n".encode()
    first, *rest = mailing.segments
    return standing, issue, replace(mailing, segments=(field + first, *rest))


def _as_it_lies(room: Newsroom, week: Week, variant: Variant) -> tuple[Issue, Renditions]:
    issue, folder = read_record(room.root, week), week_folder(room.root, week)
    html, text = (read_kept(folder / name) for name in mail_files(variant))
    if issue is not None and variant != "full" and variant not in variants_of(issue):
        # No reader gets this cut of it; whoever wants to see it may.
        return issue, render(issue, templates=room.templates, variant=variant)
    if issue is None or html is None or text is None:
        raise NotReady(f"The folder of {week} is not whole.", mend=f"Bring it back:  newsletter rebuild {week}")
    return issue, Renditions(markdown="", email_html=html, email_text=text, page="", variant=variant)


def _welcome(store: Store, typed: str) -> Address:
    """The address, unless its owner wants no letter of ours: not even a test goes there."""
    try:
        mailbox = address(typed)
    except ValueError as fault:
        raise UsageFault(f"{fault}.", mend="Write it as name@example.com.") from fault
    found, reader = store.subscribers.suppression(mailbox), store.subscribers.by_address(mailbox)
    if found is None and (reader is None or reader.standing != "left"):
        return mailbox
    reason = found.reason if found else "unsubscribed"
    why = {
        "unsubscribed": "its owner left the list",
        "bounced": "letters to it came back",
        "complained": "its owner complained",
        "by-hand": "it was suppressed by hand",
    }[reason]
    again = f" If its owner asks for letters again:  newsletter subscribers add {mailbox} --rejoin"
    raise NotReady(
        f"{mailbox} must not be written to, not even with a test: {why}. Nothing was sent.",
        mend=f"Name another address.{again if reason == 'unsubscribed' else ''}",
    )


def _try(write: Callable[[Reader], Letter], mailbox: Address, transport: Transport) -> Tried:
    # A fresh key of nobody: another Message-ID at each call, and a link to leave that ends no subscription.
    reader = Reader(id=0, key=f"test-{secrets.token_urlsafe(16)}", address=mailbox)
    letter = write(reader)
    try:
        with transport.connect() as connection:
            (reply,) = connection.hand_over((letter,))
    except (NewsletterError, ConnectionError) as fault:
        return Tried(address=mailbox, message_id=letter.message_id, reply=None, why=str(fault))
    why = "" if reply.code else "no answer came after the final dot: it may have arrived"
    return Tried(address=mailbox, message_id=letter.message_id, reply=reply if reply.code else None, why=why)
