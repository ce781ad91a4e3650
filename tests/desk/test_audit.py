"""The audit names wrong pairings and leftovers, and says nothing where words prove nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from newsletter.desk.audit import audit
from newsletter.desk.pairing import contradicts
from newsletter.desk.past.memory import Memory
from newsletter.model.issue import Issue, Placement, Printed, PrintedStory, PrintedTake, Take, Wording
from newsletter.model.remarks import Remark
from tests.desk.builders import LAST, WEEK, make_explainer, make_printed, make_take, make_wishes

TIDES = "Harbour council approves its first tidal turbine after nine years of hearings"
TIDES_PAGE = "https://coast.example/2024/06/council-approves-tidal-turbine"
CHIPS = "Foundry delays the two-nanometre line as orders for graphics chips fall"
CHIPS_PAGE = "https://fab.example/news/foundry-delays-two-nanometre-line"
ON_TIDES = (
    "Nine years is a long time to argue about a machine that turns twice a day. What convinced me is the council's own "
    "table of outages: the turbine stands still less often than the ferry, and the harbour pays for it either way."
)
ON_CHIPS = (
    "Everybody I know who waits for graphics boards will wait longer now. A foundry that delays its best line while "
    "orders fall is not short of machines, it is short of customers who believe in the next nanometre."
)
ON_NOTHING = (
    "My grandmother kept bees behind the bakery and never wore gloves. She said that calm hands taste different to "
    "them, and I have thought of it whenever somebody shouts at a colleague during lunch."
)
EARLIER = "Week #22 2024 - Many-Shot Learning (2024-W22)"


def a_story(headline: str = TIDES, link: str = TIDES_PAGE, **changes: Any) -> PrintedStory:
    return PrintedStory(**{"id": "tides", "headline": headline, "link": link, "entries": (("coast", "1"),), **changes})


def found(
    takes: Mapping[str, Take] | None = None,
    *,
    stories: Sequence[PrintedStory] = (a_story(),),
    headlines: Sequence[PrintedStory] = (),
    memory: Sequence[Printed] = (),
    wishes: Mapping[str, Any] | None = None,
    explainer: Mapping[str, Any] | None = None,
    outcome: Any = "attached",
    **changes: Any,
) -> tuple[Remark, ...]:
    """The audit of an issue; `takes` by the id of their story."""
    placements = tuple(Placement(take=take, outcome=outcome, story=name) for name, take in (takes or {}).items())
    told = tuple(
        PrintedStory(
            **{
                **{name: getattr(story, name) for name in PrintedStory.__dataclass_fields__},
                "takes": tuple(PrintedTake(author="Yoga", member="yoga", text=p.take.text) for p in placements),
            }
        )
        for story in stories
    )
    values: dict[str, Any] = {
        "week": WEEK,
        "number": 2,
        "title": "Week #23 2024 - Open Weights",
        "subject": "Week #23 2024 - Open Weights",
        "topic": "Open Weights",
        "date": date(2024, 6, 7),
        "wording": Wording(name="Tech Pulse"),
        "explainer": make_explainer(**explainer) if explainer is not None else None,
        "stories": told,
        "headlines": tuple(headlines),
    }
    issue = Issue(**{**values, **changes})
    return audit(issue, placements=placements, wishes=make_wishes(**(wishes or {})), memory=Memory(tuple(memory)))


def codes(remarks: Sequence[Remark]) -> list[str]:
    return [remark.code for remark in remarks]


# A take and its story ------------------------------------------------------------------------------


def test_a_sound_issue_has_no_remark() -> None:
    remarks = found({"tides": make_take("#tides", ON_TIDES)}, memory=(make_printed(),), explainer={})

    assert remarks == ()


def test_a_take_that_shares_no_word_with_its_story_is_questioned() -> None:
    remarks = found({"tides": make_take("#tides", ON_NOTHING)})

    assert [str(remark) for remark in remarks] == [
        (
            "issues/2024-W23/takes/yoga.md:1: warning [pairing] The take and "
            '"Harbour council approves its first tidal turbine after nine years of…" share no word. Wrong story?\n'
            "    Look whether line 1 names the story that was meant."
        )
    ]


SOUND: dict[str, tuple[Take, PrintedStory]] = {
    "too short": (make_take("#tides", "My grandmother kept bees and never wore gloves."), a_story()),
    "a word of the summary": (make_take("#tides", ON_NOTHING), a_story(summary="Bees are the reason.")),
    "a word of another headline": (make_take("#tides", ON_NOTHING), a_story(titles=("A bakery goes to sea",))),
    "a word of the address": (make_take("#tides", ON_NOTHING), a_story(link="https://coast.example/bakery-at-sea")),
    "what its words are called for short": (
        make_take("#tides", f"{ON_NOTHING} The TTFs will not mind."),
        a_story(titles=("A tidal turbine first",)),
    ),
    "another language": (make_take("#tides", ON_NOTHING, language="id"), a_story()),
    "a story in another language": (make_take("#tides", ON_NOTHING), a_story(language="de-AT")),
    "no English though nobody says so": (
        make_take(
            "#tides", "Nenek saya memelihara lebah belakang toko roti tanpa sarung tangan, kata beliau tenang saja"
        ),
        a_story(),
    ),
}


@pytest.mark.parametrize(("take", "story"), SOUND.values(), ids=SOUND.keys())
def test_where_words_prove_nothing_a_take_is_not_questioned(take: Take, story: PrintedStory) -> None:
    assert found({"tides": take}, stories=(story,)) == ()


def test_a_take_under_the_wrong_one_of_two_stories_is_told_which_it_fits() -> None:
    chips = a_story(CHIPS, CHIPS_PAGE, id="chips")

    remarks = found({"tides": make_take("#tides", ON_CHIPS, author="dika")}, stories=(a_story(),), headlines=(chips,))

    assert codes(remarks) == ["pairing"]
    assert f'reads like one on "{CHIPS[:60]}' in remarks[0].what
    assert remarks[0].mend == ("That one? First line  story: #chips",)


def test_a_take_beside_a_like_story_stays_where_it_is() -> None:
    chips = a_story(CHIPS, CHIPS_PAGE, id="chips")

    assert found({"tides": make_take("#tides", ON_TIDES)}, headlines=(chips,)) == ()


# A headline and its address ------------------------------------------------------------------------


def test_a_long_address_is_shown_from_its_host_on_or_by_its_end() -> None:
    long = "https://wire.example/security/a-foundry-delays-its-line-for-memory-chips-again"
    longer = f"https://wire.example/{'archive/' * 9}a-foundry-delays-its-line"
    shown = []

    for link in (long, longer):
        take = make_take("", ON_TIDES, headline=TIDES, link=link, line=3)
        (remark,) = found({"tides": take}, stories=(a_story(TIDES, link, entries=()),), outcome="own")
        shown.append(remark.what.partition(" points at ")[2].partition(": ")[0])

    assert shown[0] == long.removeprefix("https://")
    assert shown[1].startswith("…")
    assert shown[1].endswith("/a-foundry-delays-its-line")


def test_a_headline_that_points_at_another_page_is_named_with_the_page() -> None:
    own = a_story(TIDES, CHIPS_PAGE, entries=())
    chips = a_story(CHIPS, "https://fab.example/2", id="chips")
    take = make_take("", ON_TIDES, headline=TIDES, link=CHIPS_PAGE, line=3)

    remarks = found({"tides": take}, stories=(own,), headlines=(chips,), outcome="own")

    assert [str(remark) for remark in remarks] == [
        (
            "issues/2024-W23/takes/yoga.md:3: warning [link] "
            '"Harbour council approves its first tidal turbine after nine years of…" points at '
            f"{CHIPS_PAGE}: no word in common. It reads like the page of "
            '"Foundry delays the two-nanometre line as orders for graphics chips…".\n'
            f"    Open it:  {CHIPS_PAGE}   Another page? Put its address in place of this one."
        )
    ]


def test_a_new_headline_that_does_not_fit_is_named_at_the_wish() -> None:
    story = a_story("Beekeepers of the bakery vote for calm hands", titles=(CHIPS,), link=TIDES_PAGE)
    wishes = {"retitle": {"#tides": story.headline}, "lines": {"retitle": 7}}

    remarks = found(headlines=(story,), stories=(), wishes=wishes)

    assert [(r.path, r.line, r.code) for r in remarks] == [("issues/2024-W23/issue.toml", 7, "link")]


def test_a_headline_straight_out_of_a_feed_is_its_publishers() -> None:
    assert found(stories=(), headlines=(a_story(TIDES, CHIPS_PAGE),)) == ()


DOUBTFUL = {
    "an id": "https://coast.example/article/ar-AA1GwJbM",
    "a date": "https://coast.example/2024/06/07/",
    "a query only": "https://coast.example/read?id=20240607&cat=energy",
    "a home page": "https://coast.example/",
    "a video": "https://www.youtube.com/watch?v=foundry-delays-line",
    "a paper": "https://arxiv.org/abs/2406.01234",
    "a section": "https://coast.example/news/technology/latest",
    "one word in common": "https://coast.example/what-a-turbine-costs-in-the-end",
    "the beginning of a word in common": "https://coast.example/why-turbines-approval-took-decades",
    "a word inside the host": "https://harbourcouncil.example/minutes-from-monday-evening-session",
    "another language": "https://coast.example/de/hafen-bekommt-kraftwerk-nach-langem-streit",
    "a host of another country": "https://www.kueste.de/hafen-bekommt-kraftwerk-nach-langem-streit",
    "a mail address": "mailto:council@coast.example",
    "no address that can be read": "https://[coast.example/foundry-delays-two-nanometre-line",
}


@pytest.mark.parametrize("link", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_an_address_that_proves_nothing_is_not_questioned(link: str) -> None:
    assert not contradicts(link, TIDES)


def test_a_little_word_in_both_and_a_word_of_the_tracking_prove_nothing() -> None:
    assert contradicts("https://coast.example/gardeners-plant-oak-trees-after-storm", TIDES)
    assert contradicts("https://coast.example/gardeners-plant-oak-trees?utm_source=harbour", TIDES)


@pytest.mark.parametrize(
    "headline",
    [
        "Quiet hands",
        "手のひらサイズの翻訳機、空港の窓口で試験運用を終了",
        "Суд освободил архив погоды для всех жителей",
    ],
)
def test_a_headline_that_cannot_be_compared_is_not_questioned(headline: str) -> None:
    assert contradicts(CHIPS_PAGE, TIDES)
    assert not contradicts(CHIPS_PAGE, headline)


def test_an_address_that_was_printed_under_other_news_is_named() -> None:
    page = "https://coast.example/a/4711"
    before = make_printed(stories=((CHIPS, (page,)),))

    remarks = found({"tides": make_take(page, ON_TIDES)}, stories=(a_story(link=page, entries=()),), memory=(before,))

    assert codes(remarks) == ["link"]
    assert f'which {EARLIER} printed as "Foundry delays' in remarks[0].what


def test_a_story_printed_again_on_purpose_is_not_called_another() -> None:
    before = make_printed(stories=(("Council approves the tidal turbine", (TIDES_PAGE,)),))

    assert found({"tides": make_take("#tides", ON_TIDES, again=True)}, memory=(before,)) == ()


def test_two_headlines_at_one_page_are_named() -> None:
    again = a_story(CHIPS, f"{TIDES_PAGE}?utm_source=mail", id="chips")

    remarks = found(stories=(), headlines=(a_story(), again))

    assert codes(remarks) == ["link"]
    assert "point at one page" in remarks[0].what


# Words that went out before ------------------------------------------------------------------------


def test_a_take_that_is_nearly_an_earlier_one_is_named() -> None:
    before = make_printed(takes=(("Yoga", ON_TIDES, "Council votes"),))
    take = make_take("#tides", ON_TIDES.replace("a long time", "long"))

    remarks = found({"tides": take}, memory=(before,))

    assert [str(remark) for remark in remarks] == [
        (
            f"issues/2024-W23/takes/yoga.md:1: warning [printed-before] Nearly this text went out in {EARLIER} "
            'under "Council votes".\n'
            "    A leftover? Delete the file. On purpose? Add  again: yes"
        )
    ]


NEW = {
    "printed again on purpose": (make_take("#tides", ON_TIDES.replace("long ", ""), again=True), ON_TIDES),
    "a few words kept": (make_take("#tides", f"{ON_TIDES} {ON_CHIPS}"), ON_TIDES),
    "too short": (
        make_take("#tides", "The turbine stands still, says the harbour."),
        "The turbine stands still, says the harbour!",
    ),
}


@pytest.mark.parametrize(("take", "before"), NEW.values(), ids=NEW.keys())
def test_a_take_that_is_new_enough_is_not_named(take: Take, before: str) -> None:
    assert found({"tides": take}, memory=(make_printed(takes=(("Yoga", before, TIDES),)),)) == ()


def test_an_intro_and_a_tldr_of_an_earlier_issue_are_named() -> None:
    before = make_printed(intro=ON_TIDES, tldr=ON_CHIPS)

    remarks = found(memory=(before,), intro=ON_TIDES, explainer={"tldr": ON_CHIPS}, wishes={"lines": {"intro": 4}})

    assert [(r.path, r.line, r.code) for r in remarks] == [
        ("issues/2024-W23/issue.toml", 4, "printed-before"),
        ("issues/explainers/open-weights.md", 0, "printed-before"),
    ]


def test_words_that_several_issues_had_are_the_houses_own() -> None:
    before = [make_printed(LAST.after(-n), intro=ON_TIDES, subject="The week in machines") for n in (1, 0)]

    assert found(memory=before, intro=ON_TIDES, wishes={"subject": "The week in machines"}) == ()


# Titles that stayed --------------------------------------------------------------------------------


STALE = {
    "a subject": {"subject": "Many-shot learning"},
    "a preheader": {"preheader": "Week #22 2024 - Many-Shot Learning"},
    "a number": {"subject": "Week #22: what weights give you"},
}


@pytest.mark.parametrize("wishes", STALE.values(), ids=STALE.keys())
def test_words_left_over_from_an_earlier_title_are_named(wishes: dict[str, str]) -> None:
    key = next(iter(wishes))

    remarks = found(memory=(make_printed(topic="Many-Shot Learning"),), wishes={**wishes, "lines": {key: 2}})

    assert [(r.path, r.line, r.code) for r in remarks] == [("issues/2024-W23/issue.toml", 2, "stale-title")]
    assert EARLIER in remarks[0].what


def test_a_subject_of_this_issue_is_no_leftover() -> None:
    memory = (make_printed(topic="Many-Shot Learning"),)

    assert found(memory=memory, wishes={"subject": "Week #23: open weights", "preheader": "Open Weights"}) == ()


def test_a_heading_left_over_in_the_explainer_is_named_by_its_line() -> None:
    body = "## Introduction\n\nWords.\n\n## Many-Shot Learning\n\nOther words."

    remarks = found(memory=(make_printed(topic="Many-Shot Learning"),), explainer={"body": body, "body_line": 5})

    assert [(r.path, r.line, r.code) for r in remarks] == [("issues/explainers/open-weights.md", 9, "stale-title")]


@pytest.mark.parametrize("rule", ["=====", "---", "=" * 5000])
def test_a_heading_marked_by_the_line_below_it_is_read_as_well(rule: str) -> None:
    body = f"Words.\n\nMany-Shot Learning\n{rule}\n\nOther words."

    remarks = found(memory=(make_printed(topic="Many-Shot Learning"),), explainer={"body": body, "body_line": 5})

    assert [(r.line, r.code) for r in remarks] == [(7, "stale-title")]


def test_a_heading_and_a_subject_with_much_blank_in_them_are_read() -> None:
    memory = (make_printed(topic="Many-Shot Learning"),)

    assert found(memory=memory, explainer={"body": f"# a{' ' * 9000}b"}, wishes={"subject": f"week{' ' * 9000}"}) == ()


def test_a_subtitle_and_a_topic_of_an_earlier_issue_are_named() -> None:
    memory = (make_printed(topic="Many-Shot Learning"), make_printed(LAST.after(-9), topic="Open weights explained"))

    remarks = found(memory=memory, explainer={"subtitle": "Many-Shot Learning: what to know"})

    assert sorted(codes(remarks)) == ["explained-before", "stale-subtitle"]


# Two addresses in one ------------------------------------------------------------------------------


GLUED = "https://coast.example/2024/turbinehttps://fab.example/news/line"


def test_glued_addresses_are_named_wherever_somebody_typed_them() -> None:
    typed = make_take(GLUED, f"{ON_TIDES} See {GLUED} for more.")
    body = f"Nothing here.\n\nSources: {GLUED}"

    remarks = found({"tides": typed}, explainer={"body": body, "body_line": 3})

    assert [(r.path, r.line, r.code) for r in remarks] == [
        ("issues/2024-W23/takes/yoga.md", 1, "glued"),
        ("issues/explainers/open-weights.md", 5, "glued"),
    ]
    assert "https://fab.example/news/line" in remarks[0].what


def test_one_address_after_another_is_not_glued() -> None:
    take = make_take(TIDES_PAGE, f"{ON_TIDES} See {TIDES_PAGE} and {CHIPS_PAGE}.")

    assert found({"tides": take}) == ()
