"""One reader's letter: the segments of the mailing joined with what is this reader's alone."""

from __future__ import annotations

import re

from newsletter.errors import CannotSend
from newsletter.mail.letter.dkim import Keys
from newsletter.mail.letter.headers import in_ascii, text_field
from newsletter.mail.letter.signing import Signer
from newsletter.mail.letter.tokens import UNSUBSCRIBE, KeyedDigest, TokenMaker, secret_mark
from newsletter.model.audience import Address, Letter, Mailing, Reader

_SIGN = r"[^\s\x00-\x1f\x7f<>()\[\]\\,:;@\"\ud800-\udfff]"
#: One mailbox: nothing that would end the field To, begin a second mailbox in it, or be no character; of a length that
#: every relay takes: 64 octets, "@", 255 octets (RFC 5321, 4.5.3.1).
_ADDRESS = re.compile(rf"(?=.{{3,320}}$){_SIGN}+@{_SIGN}+")
#: Five bits of each octet of a digest as one sign of base32 in small letters: 160 bits are plenty.
_BASE32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8


class LetterWriter:
    """Writes the letters of one mailing; the same bytes for a reader at every call, on every machine.

    All that does not depend on the reader is done when it is made. One writer serves any number of threads.
    """

    def __init__(self, mailing: Mailing, *, secret: str, keys: Keys | None = None) -> None:
        """`keys` are needed if the mailing is signed; one frozen unsigned stays so.

        Raises CannotSend if the secret or a key is not what the mailing was frozen with: whoever gets a letter again
        would get another one.
        """
        if mailing.secret_mark not in ("", secret_mark(secret)):
            raise CannotSend(
                f"The letters of {mailing.week} ({mailing.variant}) were begun with another secret than is set now",
                mend="Set NEWSLETTER_SECRET to what it was then, until all have left; a new one is for the next issue.",
            )
        self._sign = Signer(mailing, keys or Keys()) if mailing.signatures else None
        self._token = TokenMaker(secret, UNSUBSCRIBE)
        self._message_id = KeyedDigest(secret, f"message-id|{mailing.week}|{mailing.variant}|")
        # Every second part is a reader's: the signatures come first, then the marks in their order.
        self._parts = [b"", mailing.segments[0]]
        for segment in mailing.segments[1:]:
            self._parts += (b"", segment)
        self._places = tuple((2 * number, mark) for number, mark in enumerate(mailing.marks, 1))
        self._domain = next(
            (
                segment.partition(b">")[0].decode()
                for mark, segment in zip(mailing.marks, mailing.segments[1:], strict=True)
                if mark == "message-id"
            ),
            "",
        )

    def __call__(self, reader: Reader) -> Letter:
        """Write the letter of one reader.

        The Message-ID is a function of issue, variant and reader: it finds a repeat in any relay's log, leads a
        bounce back to its reader, and tells nobody an address.
        Raises ValueError, which names neither, for an address or a key that cannot stand in a letter.
        """
        if not _ADDRESS.fullmatch(reader.address):
            raise ValueError(f"The address of reader {reader.id} cannot stand in a letter")
        recipient = in_ascii(reader.address)
        local = self._message_id(reader.key.encode()).translate(_BASE32)
        values = {"address": _to(recipient), "message-id": local, "token": self._token(reader.key)}
        parts = self._parts.copy()
        for place, mark in self._places:
            parts[place] = values[mark]
        if self._sign is not None:
            parts[0] = self._sign(values)
        return Letter(
            subscriber=reader.id,
            recipient=recipient,
            message_id=f"<{local.decode()}{self._domain}>",
            data=b"".join(parts),
        )


def write_letter(mailing: Mailing, reader: Reader, *, secret: str, keys: Keys | None = None) -> Letter:
    """Write the letter of one reader. For many of them make one `LetterWriter`; raises what that does."""
    return LetterWriter(mailing, secret=secret, keys=keys)(reader)


def _to(recipient: Address) -> bytes:
    if recipient.isascii():
        return recipient.encode()
    # A mailbox of another script in a header of ASCII is a group without members (RFC 6857, 3.1.8).
    field = text_field("To", recipient).rstrip()
    # A line that holds an encoded word has 76 octets at most (RFC 2047, 2).
    end = b" :;" if len(field.rsplit(b"\r\n", 1)[-1]) <= 73 else b"\r\n :;"
    return field.removeprefix(b"To: ") + end
