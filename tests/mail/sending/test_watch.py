"""Whether a run goes as it should, as its answers say."""

from __future__ import annotations

import pytest

from newsletter.mail.sending.verdicts import Verdict
from newsletter.mail.sending.watch import ENOUGH, REFUSALS_IN_A_ROW, Watch
from newsletter.model.ports import Reply

TAKEN, NO_MAILBOX = Reply(250, "2.0.0 Ok", "letter"), Reply(550, "5.1.1 ann@example.org is unknown", "recipient")


def answered(watch: Watch, *, accepted: int = 0, refused: int = 0, against_us: int = 0, deferred: int = 0) -> None:
    """Let so many answers of each kind come, those accepted first."""
    for _ in range(accepted):
        watch.saw("example.org", Verdict("accepted"), TAKEN)
    for _ in range(refused):
        watch.saw("example.org", Verdict("refused"), NO_MAILBOX)
    for _ in range(against_us):
        watch.saw("example.org", Verdict("deferred", against_us=True), Reply(554, "5.7.1 Spam", "letter"))
    for _ in range(deferred):
        watch.saw("example.org", Verdict("deferred"), Reply(451, "4.3.0 Later", "letter"))


@pytest.mark.parametrize(
    ("accepted", "refused", "pauses"),
    [(90, 10, False), (90, 11, True), (0, ENOUGH - 1, False), (0, ENOUGH, True), (ENOUGH, 0, False)],
    ids=["as many as may be", "one more", "too few to tell", "all of enough", "none"],
)
def test_more_refusals_than_the_settings_allow_pause_it_once_there_are_enough_to_tell(
    accepted: int, refused: int, pauses: bool
) -> None:
    watch = Watch(10)

    answered(watch, accepted=accepted, refused=refused)

    assert bool(watch.why_pause()) is pauses


def test_why_it_pauses_names_nobody() -> None:
    watch = Watch(0)

    answered(watch, refused=ENOUGH)

    assert watch.why_pause() == "20 of 20 letters were refused, the last with 550 5.1.1 …@… is unknown"


def test_only_refusals_of_us_in_a_row_pause_it() -> None:
    watch = Watch(10)

    for _ in range(3):
        answered(watch, accepted=1, against_us=REFUSALS_IN_A_ROW - 1)
    before = watch.why_pause()
    answered(watch, against_us=1)

    assert (before, watch.why_pause()) == ("", "The mail server refuses us: 554 5.7.1 Spam")


def test_a_domain_that_puts_off_five_in_a_row_asks_for_patience_and_is_told_once() -> None:
    watch = Watch(10)

    answered(watch, deferred=4)
    answered(watch, accepted=1, deferred=4)
    before = watch.asking_for_patience()
    answered(watch, deferred=1)

    assert (before, watch.asking_for_patience(), watch.asking_for_patience()) == ((), ("example.org",), ())


def test_fifty_put_off_in_a_row_end_the_run_and_one_accepted_begins_the_count_anew() -> None:
    watch = Watch(10)

    answered(watch, deferred=49)
    answered(watch, accepted=1, deferred=49)
    before = watch.why_stop()
    answered(watch, deferred=1)

    assert (before, watch.why_stop()) == ("", "451 4.3.0 Later")
