"""One worker's way to a relay: a connection, opened when a letter needs it, and what was announced on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack

from newsletter.mail.sending.pace import Turn
from newsletter.model.audience import Letter
from newsletter.model.ports import Connection, Relay, Reply
from newsletter.text import one_line

_MAILBOX = re.compile(r"[^\s<>]+@[^\s<>]+")


class Line:
    """Used by one thread."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        #: The turn whose letter was named to the relay as the next one, and that letter.
        self.ahead: tuple[Turn, Letter] | None = None
        #: Whether its worker leaves the letters to others for a while.
        self.resting = False
        self._open = ExitStack()
        self._connection: Connection | None = None

    def open(self) -> bool:
        """Connect if no connection is open; whether one had to be made. Raises CannotSend or ConnectionError."""
        if self._connection is not None:
            return False
        self._connection = self._open.enter_context(self.relay.connect())
        return True

    def hand_over(self, letters: Sequence[Letter], ahead: tuple[Turn, Letter] | None) -> tuple[Reply, ...]:
        """Hand letters over; one announced before is now handed over, or its connection is given up.

        Whatever this raises, `drop` is to follow, and gives back the one that was to be announced.
        """
        self.open()
        assert self._connection is not None
        self.ahead = ahead
        return self._connection.hand_over(letters, ahead=ahead[1] if ahead else None)

    def drop(self) -> Turn | None:
        """Close the connection; the turn that was announced on it, if there was one."""
        ahead, self.ahead = self.ahead, None
        self._connection = None
        self._open.close()
        return ahead[0] if ahead else None


def masked(words: str) -> str:
    """A relay's words without the mailboxes in them, on one line."""
    return _MAILBOX.sub("…@…", one_line(words))
