"""Whether a run still goes as it should: what is refused, to whom, and who wants patience. I/O: threads"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from newsletter.mail.sending.line import masked
from newsletter.mail.sending.verdicts import Verdict
from newsletter.model.ports import Reply
from newsletter.text import clip

#: So many refusals in a row that are not the readers' fault stop the mailing.
REFUSALS_IN_A_ROW = 3
#: A share of refusals means something from so many letters on.
ENOUGH = 20
#: So many letters in a row put off by one domain; by all of them together.
_DOMAIN, _ALL = 5, 50


class Watch:
    """What the answers of one run come to, for any number of threads."""

    def __init__(self, max_refused: int) -> None:
        """`max_refused` of a hundred letters may be refused for their readers' sake."""
        self._max_refused = max_refused
        self._lock = Lock()
        self._tried = self._refused = self._against_us = self._deferred = 0
        self._by_domain: Counter[str] = Counter()
        self._impatient: set[str] = set()
        self._last = ""
        self._why = ""

    def saw(self, domain: str, found: Verdict, reply: Reply) -> None:
        """Note one answer."""
        with self._lock:
            self._tried += 1
            if found.state == "accepted":
                self._against_us = self._deferred = 0
                self._by_domain.pop(domain, None)
                return
            self._last = f"{reply.code} {clip(masked(reply.text), 200)}"
            if found.against_us:
                self._against_us += 1
                if self._against_us >= REFUSALS_IN_A_ROW:
                    self._why = f"The mail server refuses us: {self._last}"
            elif found.state == "refused":
                self._refused += 1
                if self._tried >= ENOUGH and self._refused * 100 > self._max_refused * self._tried:
                    self._why = f"{self._refused} of {self._tried} letters were refused, the last with {self._last}"
            else:
                # Without an answer the letter goes again: a relay that never answers must not get the whole list so.
                self._deferred += 1
                if found.state == "deferred":
                    self._by_domain[domain] += 1
                    if self._by_domain[domain] >= _DOMAIN:
                        self._impatient.add(domain)

    def why_pause(self) -> str:
        """Why nothing more may leave until a person has looked; "" if all is well."""
        with self._lock:
            return self._why

    def why_stop(self) -> str:
        """Why this run should end: the relay puts everything off, or does not answer; "" if it does."""
        with self._lock:
            return self._last if self._deferred >= _ALL else ""

    def asking_for_patience(self) -> tuple[str, ...]:
        """Domains that put off one letter after the other, each once."""
        with self._lock:
            found = tuple(sorted(self._impatient))
            self._impatient.clear()
            return found
