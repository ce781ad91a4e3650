"""One letter for each reader, the same for ever: Message-ID, Date, and nothing that tells an address (RFC 5322)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from itertools import combinations
from urllib.parse import quote

from newsletter.mail.preflight.findings import Finding, error
from newsletter.mail.preflight.reading import Opened
from newsletter.model.audience import Letter, Mailing, Reader

Write = Callable[[Reader], Letter]

_MESSAGE_ID = re.compile(r"<([^\s<>@]+)@([^\s<>@]+)>")
_SIGNATURE = re.compile(rb"^DKIM-Signature[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.I | re.M)
_OURS = "It is a fault of this program: report it, and send nothing until it is mended."


def about_sameness(
    mailing: Mailing, letters: Sequence[Opened], write: Write, other_variants: Sequence[Write]
) -> Iterator[Finding]:
    """P16: a letter that has to be repeated is known as the same one, by every relay and by us."""
    for one in letters:
        if write(one.reader) != one.letter:
            yield error("P16-same-again", "A letter written twice is not the same to the byte.", _OURS)
        yield from _about_message_id(one)
        yield from _about_date(one, mailing)
        traces_of_it = traces(one.letter.recipient)
        if any(trace in place for place in _outside_to(one) for trace in traces_of_it):
            yield error("P16-no-address", "A reader's address stands elsewhere than in To.", _OURS)
    ids = [one.letter.message_id for one in letters]
    ids += [other(one.reader).message_id for other in other_variants for one in letters]
    if len(set(ids)) != len(ids):
        yield error("P16-same-again", "Two readers, or two variants, have one Message-ID.", _OURS)
    yield from _about_marks(mailing, letters)


def _about_message_id(one: Opened) -> Iterator[Finding]:
    match = _MESSAGE_ID.fullmatch(one.only("Message-ID"))
    # Without a field there is another finding.
    if not one.all("Message-ID"):
        return
    if match is None:
        yield error("P16-same-again", "Message-ID is not of the form <name@domain>.", _OURS)
    elif one.only("Message-ID") != one.letter.message_id:
        yield error("P16-same-again", "Message-ID in the letter is not that which is recorded.", _OURS)
    elif one.sender_domain and not f".{match[2].lower()}".endswith(f".{one.sender_domain}"):
        yield error("P16-same-again", "Message-ID is not at the sender's domain.", _OURS)


def _about_date(one: Opened, mailing: Mailing) -> Iterator[Finding]:
    if not one.all("Date"):
        return
    try:
        said = parsedate_to_datetime(one.only("Date"))
        same = said.tzinfo is not None and said == mailing.date.replace(microsecond=0)
    except ValueError:
        same = False
    if not same:
        yield error("P16-same-again", "Date is not that of the mailing.", _OURS)


def _about_marks(mailing: Mailing, letters: Sequence[Opened]) -> Iterator[Finding]:
    found = [_values(mailing, one) for one in letters]
    if any(values is None for values in found):
        yield error("P16-only-marks", "A letter is not the mailing's bytes, filled in where they were cut.", _OURS)
        return
    filled = [values for values in found if values is not None]
    for values in filled:
        by_mark = {(mark, value) for mark, value in zip(mailing.marks, values, strict=True)}
        if len(by_mark) != len(set(mailing.marks)):
            yield error("P16-only-marks", "Places of one mark are filled in differently in one letter.", _OURS)
    if any(
        mine == other for first, second in combinations(filled, 2) for mine, other in zip(first, second, strict=True)
    ):
        yield error("P16-only-marks", "Two readers' letters have the same value where they should differ.", _OURS)


def _values(mailing: Mailing, one: Opened) -> tuple[bytes, ...] | None:
    """What stands where the mailing was cut; None if the letter is not made of its segments. Signatures are apart."""
    head, empty, body = one.letter.data.partition(b"\r\n\r\n")
    unsigned = _SIGNATURE.sub(b"", head + b"\r\n").removesuffix(b"\r\n") + empty + body
    if not mailing.segments or not unsigned.startswith(mailing.segments[0]):
        return None
    at = len(mailing.segments[0])
    values = []
    for number, segment in enumerate(mailing.segments[1:], 1):
        last = number == len(mailing.segments) - 1
        start = len(unsigned) - len(segment) if last else unsigned.find(segment, at)
        if start < at or unsigned[start : start + len(segment)] != segment:
            return None
        values.append(unsigned[at:start])
        at = start + len(segment)
    return tuple(values) if at == len(unsigned) else None


def traces(address: str) -> tuple[str, ...]:
    """How an address might be told without being seen: as it is, in the encodings, as a plain digest; in lower case."""
    octets = address.encode()
    encoders = (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode)
    forms = [address, quote(address, safe=""), octets.hex()]
    forms += [encode(octets).decode().rstrip("=") for encode in encoders]
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        made = digest(octets, usedforsecurity=False)
        forms += [made.hexdigest(), base64.urlsafe_b64encode(made.digest()).decode().rstrip("=")]
    return tuple(dict.fromkeys(form.lower() for form in forms))


def _outside_to(one: Opened) -> Iterator[str]:
    """Every other place of a letter, in lower case: fields, the bodies as on the wire and decoded."""
    for field in one.fields:
        if field.name.lower() != "to":
            yield field.value.lower()
    yield one.body.decode("latin-1").lower()
    for part in one.parts:
        yield part.decoded.decode("latin-1").lower()
