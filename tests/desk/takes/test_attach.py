"""Where every take stands, and what its author is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.links import Link
from newsletter.model.issue import Printed, Take
from newsletter.model.week import Week
from tests.desk.builders import NOON, make_entry, make_printed, make_story, make_take, placed

ZOOM = make_story("Zoom CEO envisions AI deepfakes attending meetings in your place", id="zoom-ceo")
SUMMARY = make_story(
    "Measuring what a summary leaves out",
    id="measuring",
    entries=(make_entry("Measuring what a summary leaves out", feed="lab"),),
)
PRO = make_story("Gemini 1.5 Pro and 1.5 Flash GA, with tuning", id="gemini-ga")
STAGE = make_story("Gemini 1.5 on stage", id="gemini-io", link="https://ars.example/stage", published=None)
CODESTRAL = make_story("Codestral: Hello, World!", id="codestral")
STORIES = (ZOOM, SUMMARY, PRO, STAGE, CODESTRAL)
ABOUT_ZOOM = "Send a deepfake of me to the meetings, please; I shall be at lunch meanwhile."
ON_SUMMARY = "A summary leaves out the doubt, and doubt is what a reader came for."
LAST_WEEK = make_printed(
    stories=(("Zoom CEO wants a twin", (ZOOM.link,)), ("An old headline of ours", ("https://old.example/a",))),
    takes=(("Yoga", ABOUT_ZOOM, "Zoom CEO wants a twin"), ("Dika", ON_SUMMARY, "")),
)
WAS = "Week #22 2024 - Many-Shot Learning (2024-W22)"


def _say(take: Take, *, memory: tuple[Printed, ...] = (), drop: tuple[str, ...] = ()) -> tuple[str, str, list[str]]:
    """Outcome, story and remarks of one take."""
    attached = placed([take], STORIES, memory=memory, drop=drop)
    (placement,) = attached.placements
    return placement.outcome, placement.story, [str(remark) for remark in attached.remarks]


@pytest.mark.parametrize("ref", ["#zoom-ceo", ZOOM.headline, ZOOM.link, "zoom ceo envisions"])
def test_a_take_that_names_its_story_is_attached_without_a_word(ref: str) -> None:
    assert _say(make_take(ref, ABOUT_ZOOM)) == ("attached", "zoom-ceo", [])


def test_a_near_match_is_attached_and_named() -> None:
    said = _say(make_take("Measurng what a sumary leaves out", ON_SUMMARY))

    assert said == (
        "attached",
        "measuring",
        [
            (
                'issues/2024-W23/takes/yoga.md:1: notice [near-match] "Measurng what a sumary leaves out" read as '
                '"Measuring what a summary leaves out" (Lab Notes).\n'
                "    Not that? Put the address on line 1."
            )
        ],
    )


def test_a_near_match_of_the_headline_quotes_what_was_typed_there() -> None:
    take = make_take("https://elsewhere.example/a", ON_SUMMARY, headline="Measurng what a sumary leaves out")

    outcome, story, remarks = _say(take)

    assert (outcome, story) == ("attached", "measuring")
    assert '"Measurng what a sumary leaves out" read as' in remarks[0]
    assert remarks[0].endswith("Not that? Take out the headline: then the take stands under its own address.")


def test_a_take_brings_in_a_story_of_an_earlier_week() -> None:
    late = make_story("Codestral speaks eighty languages", proposed=False, published=datetime(2024, 5, 29, tzinfo=UTC))

    attached = placed([make_take("#codestral-speaks-eighty", "Eighty languages, and it speaks none.")], [late])

    assert attached.placements[0].outcome == "attached"
    assert [str(remark) for remark in attached.remarks] == [
        (
            'issues/2024-W23/takes/yoga.md:1: notice [late-story] "Codestral speaks eighty languages" is of '
            "29 May 2024, outside this week's window; Yoga's take brings it in."
        )
    ]


def test_a_take_that_shares_no_word_with_its_story_is_attached_all_the_same() -> None:
    assert _say(make_take("#zoom-ceo", "Nothing here agrees with anything else.")) == ("attached", "zoom-ceo", [])


def test_an_unknown_address_becomes_a_story_of_its_own() -> None:
    attached = placed([make_take("https://elsewhere.example.org/quiet-paper?utm_source=x")], STORIES)

    assert [(s.id, s.headline, s.link, s.proposed) for s in attached.own] == [
        ("elsewhere-example-org", "elsewhere.example.org", "https://elsewhere.example.org/quiet-paper", False)
    ]
    assert [str(remark) for remark in attached.remarks] == [
        (
            "issues/2024-W23/takes/yoga.md:1: notice [own-story] No feed carries "
            "https://elsewhere.example.org/quiet-paper. It becomes a story of its own.\n"
            '    Add a line  headline: …  (now shown as "elsewhere.example.org").'
        )
    ]


def test_a_story_of_its_own_bears_the_headline_that_was_given() -> None:
    attached = placed([make_take("https://elsewhere.example/a", headline="The quiet paper")], STORIES)

    assert [(s.id, s.headline) for s in attached.own] == [("quiet-paper", "The quiet paper")]
    assert attached.remarks[0].mend == ()


def test_a_headline_alone_is_a_story_of_its_own_without_an_address() -> None:
    attached = placed([make_take(headline="The quiet paper")], STORIES)

    assert [(s.headline, s.link) for s in attached.own] == [("The quiet paper", "")]
    assert 'No feed carries "The quiet paper".' in attached.remarks[0].what


def test_two_members_on_one_unknown_address_share_a_story() -> None:
    attached = placed(
        [
            make_take("https://elsewhere.example/a", "A first view of the matter."),
            make_take("http://www.elsewhere.example/a/?utm_source=x", "A second one, of another.", author="dika"),
        ],
        STORIES,
    )

    assert [p.story for p in attached.placements] == ["elsewhere-example", "elsewhere-example"]
    assert len(attached.own) == len(attached.remarks) == 1


APART = {
    "two pages": ("https://elsewhere.example/a", "", "https://elsewhere.example/b", ""),
    "two fragments": ("https://log.example/#v1", "", "https://log.example/#v2", ""),
    "one headline, two pages": ("https://a.example/1", "The latest", "https://b.example/2", "The latest"),
    "headlines without a letter": ("", "!!!", "", "???"),
}


@pytest.mark.parametrize(("link", "headline", "other_link", "other_headline"), APART.values(), ids=APART.keys())
def test_two_takes_on_different_unknown_stories_do_not_share_one(
    link: str, headline: str, other_link: str, other_headline: str
) -> None:
    takes = [
        make_take(link, "A first view of the matter.", headline=headline),
        make_take(other_link, "A second one, of another.", headline=other_headline, author="dika"),
    ]

    attached = placed(takes, STORIES)

    assert len({p.story for p in attached.placements}) == len(attached.own) == 2


def test_an_id_that_a_story_of_the_week_has_is_not_given_again() -> None:
    there = make_story("Something else", id="quiet-paper")

    attached = placed([make_take("https://c.example/a", headline="The quiet paper")], [there])

    assert [s.id for s in attached.own] == ["quiet-paper-2"]


def test_the_address_of_a_known_story_counts_though_its_typed_name_does_not() -> None:
    assert _say(make_take("Zoom boss sends his twin", ABOUT_ZOOM, link=ZOOM.link)) == ("attached", "zoom-ceo", [])


def test_a_take_that_names_no_story_stands_apart_with_the_likely_one() -> None:
    said = _say(make_take("", "Codestral writes what I meant, not what I typed."))

    assert said == (
        "apart",
        "",
        [
            (
                "issues/2024-W23/takes/yoga.md:1: warning [no-story] Yoga's take names no story. "
                'It stands apart, under "Also from the team".\n'
                '    Likely: #codestral "Codestral: Hello, World!" ("codestral" in both). '
                "To attach it: first line  story: #codestral"
            )
        ],
    )


def test_a_take_that_is_like_no_story_stands_apart_with_the_way_to_attach_it() -> None:
    _, _, remarks = _say(make_take("", "Autumn already."))

    assert remarks == [
        (
            "issues/2024-W23/takes/yoga.md:1: warning [no-story] Yoga's take names no story. "
            'It stands apart, under "Also from the team".\n'
            "    To attach it, name a story on the first line: its #id, its address or its headline."
        )
    ]


BEFORE = {
    "by its id": ("#zoom-ceo", ZOOM.headline),
    "by its address": (ZOOM.link, ZOOM.headline),
    "by an address no feed carries": ("https://old.example/a?utm_source=x", "https://old.example/a"),
    "by its old headline": ("An old headline of ours", "An old headline of ours"),
}


@pytest.mark.parametrize(("ref", "shown"), BEFORE.values(), ids=BEFORE.keys())
def test_a_story_printed_before_is_not_printed_again_and_its_take_stands_apart(ref: str, shown: str) -> None:
    attached = placed([make_take(ref)], STORIES, memory=[LAST_WEEK])

    assert [(p.outcome, p.story, p.reason) for p in attached.placements] == [("apart", "", "2024-W22")]
    assert attached.own == ()
    assert [str(remark) for remark in attached.remarks] == [
        (
            f'issues/2024-W23/takes/yoga.md:1: warning [story-before] "{shown}" was printed in {WAS}. '
            "It is not printed again as new: Yoga's take stands apart, with a word on that issue.\n"
            "    Print the story again on purpose? Add  again: yes"
        )
    ]


def test_a_story_printed_before_is_printed_again_on_purpose() -> None:
    memory = (LAST_WEEK,)

    assert _say(make_take("#zoom-ceo", "Meetings, again and again.", again=True), memory=memory)[0] == "attached"
    assert _say(make_take("https://old.example/a", again=True), memory=memory)[0] == "own"


def test_a_take_printed_before_is_held() -> None:
    assert _say(make_take("#codestral", ABOUT_ZOOM.upper()), memory=(LAST_WEEK,)) == (
        "held",
        "",
        [
            (
                "issues/2024-W23/takes/yoga.md:1: warning [printed-before] This text went out in "
                '"Week #22 2024 - Many-Shot Learning" (2024-W22) under "Zoom CEO wants a twin". Held.\n'
                "    A leftover? Delete the file. On purpose? Add  again: yes"
            )
        ],
    )


def test_a_take_in_which_a_word_was_mended_after_it_was_printed_is_held_as_well() -> None:
    mended = ABOUT_ZOOM.replace(ABOUT_ZOOM.split()[3], "otherwise", 1)

    outcome, _, remarks = _say(make_take("#codestral", mended), memory=(LAST_WEEK,))

    assert outcome == "held"
    assert "[printed-before] Nearly this text went out in" in remarks[0]
    assert _say(make_take("#codestral", mended, again=True), memory=(LAST_WEEK,))[0] == "attached"


def test_a_take_printed_apart_before_is_held_without_a_headline() -> None:
    _, _, remarks = _say(make_take("#measuring", ON_SUMMARY), memory=(LAST_WEEK,))

    assert 'went out in "Week #22 2024 - Many-Shot Learning" (2024-W22). Held.' in remarks[0]


def test_a_take_printed_before_is_printed_again_on_purpose() -> None:
    take = make_take("#codestral", f"{ABOUT_ZOOM}", again=True)

    assert _say(take, memory=(LAST_WEEK,))[0] == "attached"


def test_the_same_text_twice_is_printed_once() -> None:
    takes = [make_take("#zoom-ceo", ABOUT_ZOOM), make_take("", ABOUT_ZOOM.lower(), path="issues/inbox/yoga.md")]

    attached = placed(takes, STORIES)

    assert [p.outcome for p in attached.placements] == ["attached", "held"]
    assert [str(remark) for remark in attached.remarks] == [
        (
            "issues/inbox/yoga.md:1: warning [same-take] The same text stands in issues/2024-W23/takes/yoga.md. "
            "Printed once; this copy is held.\n"
            "    Delete one of the two files."
        )
    ]


def test_a_copy_of_a_held_take_is_printed() -> None:
    takes = [make_take("#zoom-ceo", ABOUT_ZOOM, author="nobody"), make_take("#zoom-ceo", ABOUT_ZOOM)]

    assert [p.outcome for p in placed(takes, STORIES).placements] == ["held", "attached"]


def test_two_members_may_say_the_same_short_thing() -> None:
    takes = [make_take("#zoom-ceo", "Agreed."), make_take("#codestral", "Agreed!", author="dika")]
    emoji = [make_take("#zoom-ceo", "👍"), make_take("#zoom-ceo", "🎉", author="dika")]

    assert [p.outcome for p in placed(takes, STORIES).placements] == ["attached", "attached"]
    assert [p.outcome for p in placed(emoji, STORIES).placements] == ["attached", "attached"]


def test_an_unknown_author_is_held_with_the_closest_member() -> None:
    assert _say(make_take("#zoom-ceo", author="Yogi")) == (
        "held",
        "",
        [
            (
                'issues/2024-W23/takes/Yogi.md: warning [unknown-author] "Yogi" is not in newsletter.toml. '
                "The take is held. Closest: Yoga (yoga).\n"
                "    Add a line  author: NAME  or add the member to newsletter.toml."
            )
        ],
    )


def test_a_reference_that_fits_two_stories_is_held_with_both() -> None:
    two = (PRO, make_story("Gemini 1.5 Pro and cons", id="gemini-cons", published=None))

    attached = placed([make_take("Gemini 1.5 Pro and")], two)

    assert attached.placements[0].candidates == ("gemini-ga", "gemini-cons")
    assert [str(remark) for remark in attached.remarks] == [
        (
            'issues/2024-W23/takes/yoga.md:1: warning [ambiguous-story] "Gemini 1.5 Pro and" fits 2 stories. '
            "The take is held. Say which:\n"
            '    #gemini-ga "Gemini 1.5 Pro and 1.5 Flash GA, with tuning" (Ars Technica, 5 Jun)\n'
            '    #gemini-cons "Gemini 1.5 Pro and cons" (Ars Technica)'
        )
    ]


@pytest.mark.parametrize("named", ["ref", "headline"])
def test_a_headline_that_two_stories_bear_is_held(named: str) -> None:
    two = (make_story("Here's the latest", id="a"), make_story("Here's the latest", id="b"))

    attached = placed([make_take(**{named: "Here's the latest"})], two)

    assert [(p.outcome, p.candidates) for p in attached.placements] == [("held", ("a", "b"))]
    assert attached.own == ()


def test_a_page_that_two_stories_share_is_held_and_no_third_story_made() -> None:
    two = (
        make_story("Version one", id="v1", link="https://log.example/#v1"),
        make_story("Version two", id="v2", link="https://log.example/#v2"),
    )

    attached = placed([make_take("https://log.example/")], two)

    assert [p.outcome for p in attached.placements] == ["held"]
    assert attached.remarks[0].code == "ambiguous-story"
    assert attached.own == ()


def test_an_unsure_reference_is_held_with_a_question() -> None:
    attached = placed([make_take("Gemini stage tuning flash")], STORIES)

    assert [(p.outcome, set(p.candidates)) for p in attached.placements] == [("held", {"gemini-ga", "gemini-io"})]
    (remark,) = attached.remarks
    assert (remark.code, remark.what) == (
        "unsure-story",
        '"Gemini stage tuning flash" is not quite a story of this week. The take is held.',
    )
    assert remark.mend[0].startswith("Did you mean  #gemini")
    assert remark.mend[-1] == "Put the id, that line or its address on line 1."


def test_a_reference_to_nothing_is_held_with_candidates() -> None:
    outcome, _, remarks = _say(make_take("#zoom-ceoo"))

    assert outcome == "held"
    assert remarks == [
        (
            'issues/2024-W23/takes/yoga.md:1: warning [unknown-story] No story is called "#zoom-ceoo". '
            "The take is held.\n"
            '    Did you mean  #zoom-ceo "Zoom CEO envisions AI deepfakes attending meetings in your place" '
            "(Ars Technica, 5 Jun)?  Put the id, that line or its address on line 1.\n"
            "    A story of its own? Add a line  headline: …"
        )
    ]


@pytest.mark.parametrize("ref", ["#zoom-ceo", ZOOM.link, ZOOM.headline])
def test_a_take_on_a_dropped_story_is_held(ref: str) -> None:
    assert _say(make_take(ref), drop=("zoom-ceo",)) == (
        "held",
        "",
        [
            (
                "issues/2024-W23/takes/yoga.md:1: warning [dropped-story] "
                '"Zoom CEO envisions AI deepfakes attending meetings in your place" was dropped in issue.toml. '
                "Yoga's take on it is held.\n"
                "    Take the story out of `drop`."
            )
        ],
    )


def test_a_take_on_a_dropped_story_that_no_feed_carries_is_held() -> None:
    attached = placed([make_take("https://elsewhere.example/a")], STORIES, drop=["https://elsewhere.example/a"])

    assert [p.outcome for p in attached.placements] == ["held"]
    assert attached.own == ()


@pytest.mark.parametrize("link", ["ftp://x.example/a", "javascript:alert(1)", "https://me@x.example/a"])
def test_an_address_that_cannot_be_printed_is_held(link: str) -> None:
    outcome, _, remarks = _say(make_take(link=link, headline="The quiet paper"))

    assert outcome == "held"
    assert remarks == [
        (
            f'issues/2024-W23/takes/yoga.md:1: warning [address] "{link}" is not an address that can be printed '
            "(http or https). Yoga's take is held.\n"
            "    Put a whole address on line 1."
        )
    ]


def test_what_a_take_says_of_an_old_story_names_the_latest_issue_that_printed_it() -> None:
    old = make_printed(Week(2024, 10), title="Week #10", stories=(("Zoom", (ZOOM.link,)),))

    attached = placed([make_take("#zoom-ceo")], STORIES, memory=[old, LAST_WEEK])

    assert attached.placements[0].reason == "2024-W22"


def test_a_page_with_another_fragment_was_not_printed_before() -> None:
    story = make_story("Version two is out", entries=(make_entry("Version two", link=Link("https://log.example/#v2")),))
    old = make_printed(stories=(("Version one", ("https://log.example/#v1",)),))

    attached = placed([make_take(story.link)], [story], memory=[old])

    assert attached.placements[0].outcome == "attached"
    assert story.published == NOON
