"""What an answer means."""

from __future__ import annotations

from typing import Literal

import pytest

from newsletter.mail.sending.verdicts import Verdict, verdict
from newsletter.model.ports import Reply

Stage = Literal["sender", "recipient", "letter"]


@pytest.mark.parametrize(
    ("code", "text", "stage", "expected"),
    [
        (250, "2.0.0 Ok", "letter", Verdict("accepted")),
        (0, "no answer", "letter", Verdict("unknown")),
        (451, "4.3.0 later", "letter", Verdict("deferred")),
        (450, "4.7.1 greylisted", "recipient", Verdict("deferred", too_fast=True)),
        (452, "4.4.5 too busy", "recipient", Verdict("deferred", too_fast=True)),
        (550, "5.1.1 no such user", "recipient", Verdict("refused", suppress=True)),
        (550, "5.1.2 no such host", "letter", Verdict("refused", suppress=True)),
        (553, "5.1.3 malformed", "recipient", Verdict("refused", suppress=True)),
        (551, "5.1.6 moved away", "recipient", Verdict("refused", suppress=True)),
        (556, "5.1.10 null MX", "recipient", Verdict("refused", suppress=True)),
        (550, "5.1.0 address", "recipient", Verdict("refused")),
        (552, "5.2.2 mailbox full", "letter", Verdict("refused")),
        (550, "no such user", "recipient", Verdict("refused")),
        (550, "5.1.7 bad sender", "recipient", Verdict("deferred", against_us=True)),
        (550, "5.1.8 bad sender", "recipient", Verdict("deferred", against_us=True)),
        (550, "5.7.1 policy", "recipient", Verdict("deferred", against_us=True)),
        (550, "5.7.26 not authenticated", "letter", Verdict("deferred", against_us=True)),
        (554, "spam", "letter", Verdict("deferred", against_us=True)),
        (530, "5.7.0 authenticate first", "sender", Verdict("deferred", against_us=True)),
        (552, "5.3.4 too big", "letter", Verdict("deferred", against_us=True)),
    ],
)
def test_a_reply_is_read_by_its_codes_and_by_what_it_answers(
    code: int, text: str, stage: Stage, expected: Verdict
) -> None:
    assert verdict(Reply(code, text, stage)) == expected


def test_who_would_rather_be_silent_than_repeat_holds_what_is_unknown() -> None:
    assert verdict(Reply(0, "no answer", "letter"), hold=True) == Verdict("held")
