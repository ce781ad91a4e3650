"""Whatever takes are filed: each has one place, and none stands under a story it does not name."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.links import same
from newsletter.model.issue import Take
from newsletter.model.news import Story
from newsletter.text import content_words, same_text
from tests.desk.builders import TEXT, make_take, placed
from tests.desk.takes.test_attach import ABOUT_ZOOM, LAST_WEEK, ON_SUMMARY, STORIES, ZOOM

_NAMES = tuple(
    dict.fromkeys(
        (
            *(s.headline for s in STORIES),
            *(s.link for s in STORIES),
            *(f"#{s.id}" for s in STORIES),
            "Quarterly results of a steel works",
            "Gemini 1.5",
            "EU fines TikTok over addictive design",
            "Nvidia announces record quarterly results",
            "The summary of a meeting",
            "Measuring a place for your meetings",
            "https://elsewhere.example/a",
            "https://elsewhere.example/b#x",
            "#nothing",
            "",
        )
    )
)


@st.composite
def _takes(draw: st.DrawFn) -> list[Take]:
    count = draw(st.integers(1, 6))
    name = st.sampled_from(_NAMES)
    return [
        make_take(
            draw(name),
            draw(st.sampled_from([TEXT, ABOUT_ZOOM, ON_SUMMARY, "Agreed.", f"Take {n} of a long and telling text."])),
            author=draw(st.sampled_from(["yoga", "dika", "nobody"])),
            headline=draw(st.sampled_from(["", "", *_NAMES[:5], "The quiet paper"])),
            link=draw(st.sampled_from(["", "", ZOOM.link, "https://third.example/"])),
            path=f"issues/inbox/{n}.md",
        )
        for n in range(count)
    ]


@settings(max_examples=120, deadline=None)
@given(_takes(), st.sets(st.sampled_from(STORIES), max_size=4), st.booleans())
def test_every_take_has_one_place_and_none_stands_under_a_story_it_does_not_name(
    takes: list[Take], missing: set[Story], remembers: bool
) -> None:
    there = tuple(s for s in STORIES if s not in missing)

    attached = placed(takes, there, memory=[LAST_WEEK] if remembers else [])

    stories = {s.id: s for s in (*there, *attached.own)}
    assert [p.take for p in attached.placements] == takes
    assert len({s.id for s in attached.own} | {s.id for s in there}) == len(attached.own) + len(there)
    for placement in attached.placements:
        assert bool(placement.story) == (placement.outcome in ("attached", "own"))
        assert bool(placement.reason) or placement.outcome != "held"
        if placement.story:
            assert _is_named(placement.take, stories[placement.story])
    remarked = {remark.path for remark in attached.remarks}
    assert {p.take.path for p in attached.placements if p.outcome in ("apart", "held")} <= remarked


def _is_named(take: Take, story: Story) -> bool:
    names = [typed for typed in (take.ref, take.link, take.headline) if typed]
    exactly = (
        typed == f"#{story.id}" or same_text(typed, story.headline) or (bool(story.link) and same(typed, story.link))
        for typed in names
    )
    # What is only like it must hold three of its words, or all.
    told = set(content_words(story.headline))
    alike = (bool(typed) and len(typed & told) >= min(3, len(typed)) for typed in map(_telling, names))
    return any(exactly) or any(alike)


def _telling(typed: str) -> set[str]:
    return {word for word in content_words(typed) if not word.isdigit()}
