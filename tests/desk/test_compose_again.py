"""After the freeze the issue is made of what was kept, and is the same issue to the letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.compose import Desk, compose, proved
from newsletter.links import Link
from newsletter.model.issue import Take
from newsletter.model.news import Story
from newsletter.model.settings import Limits
from tests.desk.builders import make_desk, make_entry, make_printed, make_ranked, make_story, make_take

TITLES = (
    "Zoom CEO envisions deepfakes attending meetings",
    "Zoom CEO envisions deepfakes attending weddings",
    "Zoom CEO denies envisioning deepfakes",
    "Gemini 1.5 Pro leaves the preview",
    "Gemini 1.5 Pro leaves the building",
    "Here's the latest",
    "Measuring what a summary leaves out",
    "Measuring what a summit leaves behind",
    "Robot wolves guard the villages of Japan",
    "人工智能新闻周报今天发布",
)
POOL = tuple(
    make_story(
        title,
        id=name,
        aliases=aliases,
        entries=(
            make_entry(title, link=Link(f"https://ars.example/{n}")),
            make_entry(f"Otherwise told {n % 3}", feed="lab", id=f"o{n}", link=Link(f"https://log.example/#v{n}")),
        ),
    )
    for n, (title, name, aliases) in enumerate(
        (
            (TITLES[0], "quiet-paper", ("zoom-ceo",)),
            (TITLES[1], "quiet-paper-2", ("zoom-ceo",)),
            (TITLES[2], "zoom", ("quiet",)),
            (TITLES[3], "gemini-1", ()),
            (TITLES[4], "gemini-1-5", ("gemini-1",)),
            (TITLES[5], "here-s-latest", ()),
            (TITLES[5], "latest-2", ("zoom",)),
            (TITLES[6], "measuring", ()),
            (TITLES[7], "measuring-2", ("measuring",)),
            (TITLES[8], "wolves", ("quiet-paper",)),
            (TITLES[9], "s-1", ()),
        )
    )
)
NAMES = (
    "",
    *TITLES,
    *(f"#{s.id}" for s in POOL),
    *(s.link for s in POOL),
    "#zoom-ceo",
    "#quiet-paper-3",
    "#nothing",
    "https://log.example/",
    "https://log.example/#v3",
    "https://elsewhere.example/a",
    "https://elsewhere.example/b",
    "The quiet paper",
    "Otherwise told 1",
    "Gemini 1.5 Pro leaves",
    "Zoom CEO envisions",
    "Measurng what a sumary leaves",
    "Zoom CEO envisions deepfakes atending things",
    "Robot wolves in Japan",
    "a summary of meetings",
)
_name = st.sampled_from(NAMES)
_text = st.sampled_from(
    [
        "I would send mine to status meetings first, and see.",
        "A summary leaves out the doubt that wolves have.",
        "Agreed.",
        "Gemini leaves; I stay and read what was printed.",
    ]
)


@st.composite
def weeks(draw: st.DrawFn) -> Desk:
    """A week of any stories, takes, wishes and memory that can meet."""
    drawn = draw(st.permutations(POOL))[: draw(st.integers(0, len(POOL)))]
    stories = [replace(s, proposed=draw(st.booleans())) for s in drawn]
    takes = [
        make_take(
            draw(_name),
            draw(_text) if draw(st.booleans()) else f"Take number {n} has words of its own to say.",
            author=draw(st.sampled_from(["yoga", "dika", "rani", "nobody"])),
            headline=draw(st.sampled_from(["", "", "", "The quiet paper", "Measuring wolves", *TITLES[:6]])),
            link=draw(st.sampled_from(["", "", "", "https://third.example/", POOL[0].link, POOL[4].link])),
            again=draw(st.booleans()),
            path=f"issues/inbox/{n}.md",
        )
        for n in range(draw(st.integers(0, 5)))
    ]
    few = st.lists(_name.filter(bool), max_size=2).map(tuple)
    wishes = {
        "pin": draw(few),
        "drop": draw(few),
        "order": draw(few),
        "retitle": dict.fromkeys(draw(few), draw(st.sampled_from(["A better headline", *TITLES[:4]]))),
    }
    printed = tuple((f"Printed {s.headline}", (s.link,)) for s in draw(st.sets(st.sampled_from(POOL), max_size=2)))
    memory = [make_printed(stories=(*sorted(printed), (TITLES[8], ())), takes=(("Yoga", draw(_text), ""),))]
    return make_desk(
        make_ranked(*stories),
        takes,
        wishes=wishes,
        memory=memory if draw(st.booleans()) else [],
        limits=Limits(headlines=draw(st.sampled_from([0, 1, 2, 5]))),
    )


@settings(max_examples=70, deadline=None)
@given(weeks())
def test_the_same_issue_comes_out_of_what_was_kept(desk: Desk) -> None:
    draft = proved(desk, compose(desk))

    again = compose(replace(desk, news=draft.kept))

    assert again.issue == draft.issue
    assert again.held == draft.held
    assert [p.outcome for p in again.placements] == [p.outcome for p in draft.placements]
    kept_again = proved(replace(desk, news=draft.kept), again).kept
    assert compose(replace(desk, news=kept_again)).issue == draft.issue
    assert {r.story.id for r in draft.kept.ranked} <= {r.story.id for r in desk.news.ranked}


@settings(max_examples=30, deadline=None)
@given(weeks(), st.randoms(use_true_random=False))
def test_no_word_is_lost_and_none_printed_twice_whatever_the_order_of_the_files(desk: Desk, chance: object) -> None:
    shuffled = list(desk.takes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    draft = compose(desk)

    assert compose(replace(desk, takes=shuffled)) == draft
    printed = [t.path for s in draft.issue.stories for t in s.takes] + [t.path for t in draft.issue.apart]
    held = [p.take.path for p in draft.placements if p.outcome == "held"]
    assert sorted([*printed, *held]) == sorted(t.path for t in desk.takes)
    shown = [s.id for s in (*draft.issue.stories, *draft.issue.headlines)]
    assert len(shown) == len(set(shown))
    assert {p.take.path for p in draft.placements if p.outcome == "held"} <= {r.path for r in draft.remarks}


# Faults that were found here, each with the week that showed it -----------------------------------


def _week(*stories: Story, takes: list[Take], **wishes: object) -> Desk:
    return make_desk(make_ranked(*stories), takes, wishes=wishes, limits=Limits(headlines=1))


ZOOM, WEDDINGS, DENIAL, GEMINI, *_ = POOL
OTHERS = tuple(make_story(f"Entirely other news of a {word} kind", id=f"n-{word}") for word in "abcdefghijkl")
SHOWED = {
    "a take by address on a dropped story": _week(GEMINI, ZOOM, takes=[make_take(ZOOM.link)], drop=("#quiet-paper",)),
    "an id that two stories kept from a third": _week(
        GEMINI, ZOOM, WEDDINGS, takes=[make_take("https://elsewhere.example/a", headline="The quiet paper")]
    ),
    "a near match whose rarities came from the whole week": _week(
        GEMINI,
        *OTHERS,
        ZOOM,
        takes=[make_take("Zoom envisions deepfakes meetings boss again tomorrow everywhere lunch")],
    ),
    "a wish that was ambiguous before the others went": _week(
        GEMINI,
        ZOOM,
        OTHERS[0],
        WEDDINGS,
        takes=[make_take("#gemini-1"), make_take("#quiet-paper", "Another word.", author="dika")],
        order=("#zoom-ceo",),
    ),
    "a drop whose story is not kept, and another bears its name": _week(
        GEMINI, DENIAL, replace(POOL[6]), takes=[make_take("#latest-2")], drop=("#zoom",)
    ),
}


@pytest.mark.parametrize("desk", SHOWED.values(), ids=SHOWED.keys())
def test_the_weeks_that_once_came_out_different_do_no_more(desk: Desk) -> None:
    draft = proved(desk, compose(desk))

    again = compose(replace(desk, news=draft.kept))

    assert again.issue == draft.issue
    assert [p.outcome for p in again.placements] == [p.outcome for p in draft.placements]


def test_a_wish_for_a_headline_can_be_taken_back_after_the_freeze() -> None:
    desk = make_desk([ZOOM], [make_take("#quiet-paper")], wishes={"retitle": {"#quiet-paper": "Deepfakes"}})
    draft = proved(desk, compose(desk))

    again = compose(replace(desk, news=draft.kept, wishes=replace(desk.wishes, retitle={})))

    assert draft.issue.stories[0].headline == "Deepfakes"
    assert again.issue.stories[0].headline == ZOOM.headline


def test_a_plain_week_keeps_what_it_prints_and_a_few_in_reserve() -> None:
    stories = (ZOOM, *OTHERS)

    draft = compose(_week(*stories, takes=[make_take("#quiet-paper")]))

    printed = {story.id for story in (*draft.issue.stories, *draft.issue.headlines)}
    assert printed == {"quiet-paper", "n-a"}
    assert len(draft.kept.ranked) == len(printed) + min(5, len(stories) - len(printed))


def test_a_headline_dropped_after_the_freeze_is_followed_by_the_next() -> None:
    desk = _week(ZOOM, *OTHERS, takes=[make_take("#quiet-paper")])
    draft = proved(desk, compose(desk))
    dropped = draft.issue.headlines[0].id

    again = compose(replace(desk, news=draft.kept, wishes=replace(desk.wishes, drop=(f"#{dropped}",))))

    assert len(again.issue.headlines) == len(draft.issue.headlines)
    assert dropped not in {story.id for story in again.issue.headlines}
