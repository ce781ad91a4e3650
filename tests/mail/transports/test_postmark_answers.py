"""What Postmark's answers mean in the terms of SMTP."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail.sending.verdicts import verdict
from newsletter.mail.transports.postmark_answers import Answer, NotAnAnswer, replies_to, reply_for, taken_before
from newsletter.mail.transports.postmark_messages import mark_of
from tests.mail.builders import make_letter, make_mailing

MAILING = make_mailing()
LETTERS = tuple(make_letter(number, mailing=MAILING) for number in (1, 2))
OK: dict[str, Any] = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": "reader1@example.org"}
OK_2 = OK | {"To": "reader2@example.org", "MessageID": "e2ecbbfc"}
INACTIVE = "You tried to send to a recipient that has been marked as inactive."


@pytest.mark.parametrize(
    ("code", "words", "reply", "stage"),
    [
        (406, INACTIVE, "550 5.1.1", "recipient"),
        (300, "Invalid 'To' address: 'reader'.", "553 5.1.3", "recipient"),
        (300, "Error parsing 'To': Illegal email domain 'a_b' in address 'x@a_b'.", "553 5.1.3", "recipient"),
        (300, "Invalid 'From' address: 'pulse'.", "550 5.7.1", "sender"),
        (300, "Error parsing 'Reply-To': Illegal email domain.", "550 5.7.1", "sender"),
        (300, "Header 'Date' not allowed.", "554 5.6.0", "letter"),
        (403, "Invalid request field(s): 'Headers'.", "554 5.6.0", "letter"),
        (10, "No valid token.", "550 5.7.1", "sender"),
        (400, "Sender signature not found.", "550 5.7.1", "sender"),
        (401, "Sender signature not confirmed.", "550 5.7.1", "sender"),
        (405, "Not allowed to send.", "550 5.7.1", "sender"),
        (412, "Your account is pending approval.", "550 5.7.1", "sender"),
        (413, "This account is not approved to send email.", "550 5.7.1", "sender"),
        (1235, "The stream provided does not exist.", "550 5.7.1", "sender"),
        (1480, "Not from your current IP address.", "550 5.7.1", "sender"),
        (100, "Offline for maintenance.", "451 4.3.2", "letter"),
        (101, "This should not have occurred.", "451 4.3.2", "letter"),
        (429, "Rate limit exceeded.", "451 4.3.2", "letter"),
        (9999, "Something new.", "554 5.6.0", "letter"),
    ],
)
def test_an_error_code_is_the_reply_of_a_mail_server(code: int, words: str, reply: str, stage: str) -> None:
    found = reply_for(code, words)

    assert f"{found.code} {found.text}" == f"{reply} {words} ({code})"
    assert found.stage == stage


@settings(max_examples=40)
@given(st.integers(0, 2_000), st.text())
def test_only_an_inactive_or_impossible_address_is_its_readers_fault(code: int, words: str) -> None:
    found = verdict(reply_for(code, words))

    assert (found.state == "refused") == (code == 406)
    assert not found.suppress or code == 406
    assert found.state != "accepted"


def test_whoever_is_inactive_or_has_no_valid_address_is_never_written_to_again() -> None:
    gone = [reply_for(406, INACTIVE), reply_for(300, "Invalid 'To' address: 'reader'.")]

    assert [(verdict(reply).state, verdict(reply).suppress) for reply in gone] == [("refused", True)] * 2


def test_each_letter_of_a_call_has_its_own_result() -> None:
    refused = {"ErrorCode": 406, "Message": f"{INACTIVE}\n Found: reader2@example.org. "}

    found = replies_to(LETTERS, Answer(200, [OK, refused]))

    assert [(reply.code, reply.text) for reply in found] == [
        (250, "2.0.0 b7bc2f4a"),
        (550, f"5.1.1 {INACTIVE} Found: reader2@example.org. (406)"),
    ]


def test_a_letter_taken_with_delay_comes_without_a_code_and_is_taken() -> None:
    delayed = {"Message": "Message accepted, but delivery may be delayed.", "MessageID": "5-6", "To": OK["To"]}

    (found,) = replies_to(LETTERS[:1], Answer(200, [delayed]))

    assert (found.code, found.text) == (250, "2.0.0 5-6")


def test_a_letter_taken_for_an_inactive_reader_alone_is_refused() -> None:
    words = "Message OK, but will not deliver to these inactive addresses: reader1@example.org."

    (found,) = replies_to(LETTERS[:1], Answer(200, [OK | {"Message": words}]))

    assert (found.code, found.text[:5], found.stage) == (550, "5.1.1", "recipient")


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        [OK],
        [OK, OK_2, OK_2],
        [OK_2, OK],
        [OK, "taken"],
        [OK, {"ErrorCode": 0, "Message": "OK"}],
        [OK, {"ErrorCode": "406", "Message": INACTIVE}],
        [OK, {}],
    ],
    ids=["no JSON", "object", "empty", "short", "long", "out of order", "word", "no id", "no number", "nothing"],
)
def test_an_answer_that_does_not_fit_the_call_tells_nothing_of_any_letter(body: object) -> None:
    with pytest.raises(NotAnAnswer):
        replies_to(LETTERS, Answer(200, body))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            Answer(429, {"ErrorCode": 429, "Message": "Rate limit exceeded."}, "30"),
            "Rate limit exceeded.; again in 30 s",
        ),
        (Answer(429, None, "Fri, 07 Jun 2024 20:00:00 GMT"), "turned away with 429"),
        (Answer(503, {"ErrorCode": 100, "Message": "Offline for maintenance."}), "Offline for maintenance."),
        (Answer(408), "turned away with 408"),
    ],
)
def test_a_call_that_was_turned_away_may_come_again_as_a_whole(answer: Answer, text: str) -> None:
    found = replies_to(LETTERS, answer)

    assert [(reply.code, reply.text) for reply in found] == [(421, f"4.3.2 {text}")] * 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 202, 302])
def test_an_answer_after_which_letters_may_have_been_taken_is_none(status: int) -> None:
    with pytest.raises(NotAnAnswer):
        replies_to(LETTERS, Answer(status, {"ErrorCode": 101, "Message": "Sorry."}))


@pytest.mark.parametrize(
    ("answer", "reply", "stage"),
    [
        (Answer(401, {"ErrorCode": 10, "Message": "No."}), "550 5.7.1", "sender"),
        (Answer(422, {"ErrorCode": 1235, "Message": "No stream."}), "550 5.7.1", "sender"),
        (Answer(422, {"ErrorCode": 402, "Message": "Invalid JSON."}), "554 5.6.0", "letter"),
        (Answer(422, {"ErrorCode": 406, "Message": INACTIVE}), "554 5.6.0", "letter"),
        (Answer(415), "554 5.6.0", "letter"),
        (Answer(403, "<html>"), "554 5.6.0", "letter"),
    ],
)
def test_a_refusal_of_the_whole_call_is_no_readers_fault(answer: Answer, reply: str, stage: str) -> None:
    found = replies_to(LETTERS, answer)

    assert [f"{one.code} {one.text}"[:9] for one in found] == [reply] * 2
    assert [one.stage for one in found] == [stage] * 2
    assert not any(verdict(one).state == "refused" for one in found)


def test_a_letter_too_large_for_a_call_of_its_own_is_refused() -> None:
    (found,) = replies_to(LETTERS[:1], Answer(413))

    assert (found.code, found.text, found.stage) == (552, "5.3.4 the letter is too large", "letter")


def test_a_search_that_shows_the_letter_gives_the_reply_that_was_missed() -> None:
    shown = {"MessageID": "b7bc2f4a", "Status": "Queued", "Metadata": {"letter": mark_of(LETTERS[0])}}

    found = taken_before(LETTERS[0], Answer(200, {"TotalCount": 1, "Messages": [shown]}))

    assert found is not None
    assert (found.code, found.text) == (250, "2.0.0 b7bc2f4a, at an earlier try")


@pytest.mark.parametrize(
    "shown", [[], [{"MessageID": "b7bc2f4a"}], [{"MessageID": "b", "Metadata": {"letter": "another"}}]]
)
def test_a_search_that_shows_other_letters_has_not_found_this_one(shown: list[object]) -> None:
    assert taken_before(LETTERS[0], Answer(200, {"TotalCount": len(shown), "Messages": shown})) is None


@pytest.mark.parametrize("answer", [Answer(429), Answer(500), Answer(200), Answer(200, []), Answer(200, {})])
def test_a_search_without_an_answer_does_not_say_that_nothing_was_taken(answer: Answer) -> None:
    with pytest.raises(NotAnAnswer):
        taken_before(LETTERS[0], answer)
