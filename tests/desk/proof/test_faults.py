"""What went wrong in four years of a newsletter of this kind: each fault, seeded once, is named."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.desk.compose import Desk, compose
from newsletter.desk.proof.proofread import proofread
from newsletter.files.take_text import parse_takes
from newsletter.links import Link
from newsletter.model.issue import Take
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from tests.desk.builders import TEXT, WEEK, make_desk, make_entry, make_explainer, make_printed, make_story, make_take
from tests.desk.proof.builders import HEADLINE, TAKE_PATH, proof_of

BEFORE = Week(2024, 22)


def typed(text: str, path: str = TAKE_PATH) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """The takes of a file with this text, and what its reader says of it."""
    return parse_takes(text, path, sha256="", default_author="yoga", week=WEEK)


def codes(desk: Desk, said: Sequence[Remark] = ()) -> set[str]:
    """Codes of warnings and errors, of composing, of proofreading, and what was said of the files before."""
    remarks = (*said, *compose(desk).remarks, *proofread(proof_of(desk)))
    return {remark.code for remark in remarks if remark.level != "notice"}


def test_a_week_without_faults_gets_none() -> None:
    takes, said = typed(f"{HEADLINE}\n\n{TEXT} {TEXT} It has deepfakes in it, and meetings.")
    explainer = make_explainer(body="word " * 400, tldr="word " * 50)

    assert codes(make_desk([HEADLINE], takes, explainers=[explainer]), said) == set()


def test_tracking_parameters_left_in_a_link() -> None:
    takes, said = typed(f"{HEADLINE}\n\nAs [they say](https://a.example/p?utm_source=letter&utm_medium=email), {TEXT}")

    assert "tracked-link" in codes(make_desk([HEADLINE], takes), said)


def test_a_mail_vendors_click_address_left_in_a_link() -> None:
    takes, said = typed(f"{HEADLINE}\n\n{TEXT} See https://x.us1.list-manage.com/track/click?u=1&id=2&e=3")

    assert "tracked-link" in codes(make_desk([HEADLINE], takes), said)


def test_a_mail_vendors_click_address_as_the_story() -> None:
    takes, said = typed(f"https://x.us1.list-manage.com/track/click?u=1&id=2&e=3\n\n{TEXT}")

    assert "short-link" in codes(make_desk([HEADLINE], takes), said)


def test_tracking_parameters_on_the_line_of_the_story_are_taken_off() -> None:
    takes, said = typed(f"story: https://a.example/quiet-paper?utm_source=letter\nheadline: A quiet paper\n---\n{TEXT}")
    desk = make_desk([HEADLINE], takes)

    assert compose(desk).issue.stories[0].link == "https://a.example/quiet-paper"
    assert "tracked-link" not in codes(desk, said)


def test_a_week_in_the_subject_that_is_not_the_week_of_its_date() -> None:
    assert "week" in codes(make_desk([HEADLINE], wishes={"subject": "Week #24 2024 - Open weights"}))


def test_a_quotation_mark_that_is_never_closed() -> None:
    takes, said = typed(f'## {HEADLINE}\n\nYoga: "{TEXT}')

    assert "unclosed" in codes(make_desk([HEADLINE], takes), said)


def test_a_story_that_was_printed_before() -> None:
    story = make_story(HEADLINE)
    memory = [make_printed(BEFORE, stories=((HEADLINE, (story.link,)),))]

    assert "story-before" in codes(make_desk([story], [make_take(HEADLINE)], memory=memory))


def test_two_dates_for_one_issue() -> None:
    takes, said = typed(f"story: {HEADLINE}\nweek: 2024-W22\n---\n{TEXT}")

    assert "other-week" in codes(make_desk([HEADLINE], takes), said)


def test_a_headline_linked_to_another_storys_page() -> None:
    other = Link("https://ars.example/2024/06/openai-announces-mini-model-prices")
    safety = "Meta's safety system defeated by the space bar"
    story = make_story(safety, entries=(make_entry(safety, link=other),))

    assert "link" in codes(make_desk([story], [make_take(safety, TEXT)]))


def test_a_headline_linked_to_a_page_that_an_earlier_issue_printed_under_another() -> None:
    story = make_story("Harbour council approves a second crane")
    memory = [make_printed(BEFORE, stories=(("Foundry delays its new line once more", (story.link,)),))]

    found = codes(make_desk([story], [make_take(story.headline, again=True)], memory=memory))

    assert "link" in found


def test_a_take_of_an_earlier_week_under_another_headline() -> None:
    memory = [make_printed(BEFORE, takes=(("Yoga", TEXT, "Quite another headline"),))]

    assert "printed-before" in codes(make_desk([HEADLINE], [make_take(HEADLINE)], memory=memory))


def test_a_heading_left_over_from_last_week() -> None:
    explainer = make_explainer(subtitle="Many-Shot Learning")
    memory = [make_printed(BEFORE, title="Week #22 2024 - Many-Shot Learning", topic="Many-Shot Learning")]

    assert "stale-subtitle" in codes(make_desk([HEADLINE], explainers=[explainer], memory=memory))


def test_two_addresses_glued_together() -> None:
    takes, said = typed(f"{HEADLINE}\n\n{TEXT} See https://a.example/onehttps://b.example/two")

    assert "glued" in codes(make_desk([HEADLINE], takes), said)
