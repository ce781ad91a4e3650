"""What Postmark's answers mean, in the terms of SMTP: one set of rules then serves every transport. Pure.

A call to /email/batch that was understood is answered 200 with one object for each message, in order: `ErrorCode` 0
and a `MessageID`, or a code and why. A call that was refused as a whole has another status, and `ErrorCode` and
`Message` once. Documented at postmarkapp.com/developer/api/overview (HTTP response codes, error codes) and email-api.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from newsletter.mail.transports.postmark_messages import MARK_KEY, mark_of
from newsletter.model.audience import Letter
from newsletter.model.ports import Reply
from newsletter.text import clip, one_line

_Stage = Literal["sender", "recipient", "letter"]

#: Of the recipient: a hard bounce, a spam complaint, or suppressed by hand.
_INACTIVE = 406
#: "Invalid email request": of an address, a header or the content; only the words tell which.
_INVALID = 300
#: Maintenance, a fault of theirs, too many calls.
_LATER = frozenset({100, 101, 429})
#: The token, the sender's signature, the account, the server, the stream, this machine's address.
_ABOUT_US = frozenset({10, 400, 401, 405, 412, 413, 422, 1220, 1226, 1235, 1236, 1480})
_OF_RECIPIENT = re.compile(r"(?:invalid|error\s+parsing)\s+'to'", re.IGNORECASE)
_OF_SENDER = re.compile(r"(?:invalid|error\s+parsing)\s+'(?:from|reply-?to)'", re.IGNORECASE)
#: What is said with code 0 of a letter that nobody will get.
_TO_NOBODY = "will not deliver to these inactive addresses"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over HTTP; `body` is its JSON, None if it is none. `retry_after` is the header's, "" without one."""

    status: int
    body: object = None
    retry_after: str = ""

    @property
    def told(self) -> tuple[int, str]:
        """Error code and words of a call that was refused; 0 and "" if it does not say."""
        return _told(self.body) if isinstance(self.body, Mapping) else (0, "")


class NotAnAnswer(Exception):
    """What came is not the answer to this call: nobody knows what became of its letters."""


def replies_to(letters: Sequence[Letter], answer: Answer) -> tuple[Reply, ...]:
    """One reply for each letter of a call, in order.

    421, to all of them, if the call was turned away and may come again.
    Raises NotAnAnswer if the letters may have been taken and may not: an answer of another shape, length or order, or
    a fault of the service (500, 502, 504, and 503 but for announced maintenance).
    """
    if answer.status == 200:
        return tuple(_of_each(letters, answer.body))
    code, words = answer.told
    if answer.status in (408, 429) or code in (100, 429):
        again = f"; again in {clip(one_line(answer.retry_after), 40)} s" if answer.retry_after.isdecimal() else ""
        return (_reply(421, "4.3.2", words or f"turned away with {answer.status}", tail=again),) * len(letters)
    if answer.status == 401:
        return (_reply(550, "5.7.1", f"the token is refused: {words}", stage="sender"),) * len(letters)
    if answer.status == 413 and len(letters) == 1:
        return (_reply(552, "5.3.4", words or "the letter is too large"),)
    if 400 <= answer.status < 500:
        # What is said of a whole call is no single reader's fault, unless the call was for one.
        found = reply_for(code, words or f"the call is refused with {answer.status}")
        if found.stage == "recipient" and len(letters) > 1:
            found = _reply(554, "5.6.0", words)
        return (found,) * len(letters)
    raise NotAnAnswer(f"{answer.status} {words}".strip())


def reply_for(code: int, words: str) -> Reply:
    """The reply that an error code is."""
    words = f"{words} ({code})" if code else words
    if code == _INACTIVE:
        return _reply(550, "5.1.1", words, stage="recipient")
    if code == _INVALID and _OF_RECIPIENT.match(words):
        return _reply(553, "5.1.3", words, stage="recipient")
    if code in _ABOUT_US or (code == _INVALID and _OF_SENDER.match(words)):
        return _reply(550, "5.7.1", words, stage="sender")
    if code in _LATER:
        return _reply(451, "4.3.2", words)
    return _reply(554, "5.6.0", words)


def taken_before(letter: Letter, answer: Answer) -> Reply | None:
    """What a search for the letter found: the reply that its earlier try has missed; None if it was never taken.

    Raises NotAnAnswer if the search does not tell.
    """
    if answer.status != 200:
        raise NotAnAnswer(f"{answer.status} {answer.told[1]}".strip())
    messages = answer.body.get("Messages") if isinstance(answer.body, Mapping) else None
    if not isinstance(messages, list):
        raise NotAnAnswer("the search was answered with something else")
    for message in messages:
        kept = message.get("Metadata") if isinstance(message, Mapping) else None
        if isinstance(kept, Mapping) and kept.get(MARK_KEY) == mark_of(letter):
            return _reply(250, "2.0.0", f"{message.get('MessageID', '')}, at an earlier try")
    return None


def _of_each(letters: Sequence[Letter], body: object) -> Iterator[Reply]:
    if not isinstance(body, list) or len(body) != len(letters):
        raise NotAnAnswer("the answer does not have one result for each letter")
    for letter, result in zip(letters, body, strict=True):
        if not isinstance(result, Mapping):
            raise NotAnAnswer("a result in the answer is none")
        to, known = result.get("To"), result.get("MessageID")
        if isinstance(to, str) and letter.recipient.lower() not in to.lower():
            raise NotAnAnswer("the results are not in the order of the letters")
        code, words = _told(result)
        # "Accepted, but delivery may be delayed" comes without a code.
        if code == 0 and not (isinstance(known, str) and known.strip()):
            raise NotAnAnswer("a result in the answer is neither taken nor refused")
        if code == 0 and _TO_NOBODY not in words:
            yield _reply(250, "2.0.0", str(known))
        else:
            yield reply_for(code or _INACTIVE, words)


def _told(body: Mapping[object, object]) -> tuple[int, str]:
    code, words = body.get("ErrorCode"), body.get("Message")
    known = code if isinstance(code, int) and not isinstance(code, bool) else 0
    return known, one_line(words) if isinstance(words, str) else ""


def _reply(code: int, enhanced: str, words: str, *, stage: _Stage = "letter", tail: str = "") -> Reply:
    return Reply(code, f"{enhanced} {clip(one_line(words), 240)}{tail}".rstrip(), stage)
