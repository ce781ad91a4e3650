"""What is said before a letter: MAIL and RCPT, with the parameters that the relay offers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from newsletter.mail.letter.headers import in_ascii
from newsletter.model.audience import Address, Letter
from newsletter.model.ports import Reply

#: What would end the path or the command in the middle of an address, or is no character.
_UNSAFE = re.compile(r"[\s<>\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a relay said to EHLO, as far as letters need it."""

    pipelining: bool = False
    eight_bit: bool = False
    utf8: bool = False
    #: Whether letters' sizes may be told, and the largest it takes; 0 is no bound (RFC 1870, 4).
    size: bool = False
    largest: int = 0

    @classmethod
    def of(cls, features: Mapping[str, str]) -> Self:
        """Read the extensions as smtplib keeps them: by keyword in lower case, with the words behind it."""
        bound = features.get("size", "").split()
        return cls(
            pipelining="pipelining" in features,
            eight_bit="8bitmime" in features,
            utf8="smtputf8" in features,
            size="size" in features,
            largest=int(bound[0]) if bound and bound[0].isdecimal() else 0,
        )


def envelope(letter: Letter, *, sender: Address, offers: Offers) -> tuple[bytes, bytes] | Reply:
    """MAIL and RCPT for the letter, each with its line break; a 5yz of our own if this relay cannot take it.

    Eight-bit letters, addresses outside ASCII and letters above the announced size are not even tried where the relay
    does not offer to take them (RFC 6152, 3; RFC 6531, 3.5; RFC 1870, 6.1).
    """
    recipient = letter.recipient
    if _UNSAFE.search(recipient):
        return Reply(553, "5.1.3 This is no address", "recipient")
    parameters = ""
    if offers.size:
        octets = len(letter.data)
        if 0 < offers.largest < octets:
            too_large = f"5.3.4 The letter has {octets} octets, and the relay takes {offers.largest} at most"
            return Reply(552, too_large, "letter")
        parameters = f" SIZE={octets}"
    if not letter.data.isascii():
        if not offers.eight_bit:
            return Reply(554, "5.6.3 The letter has 8-bit octets, and the relay offers no 8BITMIME", "letter")
        parameters += " BODY=8BITMIME"
    if not recipient.isascii():
        recipient = in_ascii(recipient)
        if not recipient.isascii():
            if not offers.utf8:
                return Reply(553, "5.6.7 This address needs SMTPUTF8, which the relay does not offer", "recipient")
            parameters += " SMTPUTF8"
    return f"MAIL FROM:<{sender}>{parameters}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode()
