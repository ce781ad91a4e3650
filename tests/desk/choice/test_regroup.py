"""Stories that the chief editor joins and parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsletter.desk.choice.regroup import Regrouped, regroup
from newsletter.desk.takes.match import StoryFinder
from newsletter.model.news import Entry, Ranked, Story, Telling
from tests.desk.builders import NOON, WISHES_PATH, days, make_entry, make_ranked, make_story, make_wishes

BUN, ZIG = "Bun is rewritten in Rust", "Zig files leave the Bun repository"
DIGG = "Digg tries it all over again"


def _find(ranked: Sequence[Ranked]) -> StoryFinder:
    return StoryFinder(tuple(r.story for r in ranked))


def _score(story: Story, tellings: Sequence[Telling]) -> Ranked:
    """A point a publisher."""
    return Ranked(story, float(len({t.publisher for t in tellings})), (), (), tuple(tellings))


def _ranked(*stories: Story) -> tuple[Ranked, ...]:
    return tuple(
        Ranked(
            ranked.story,
            float(len(ranked.story.entries)),
            ranked.terms,
            ranked.sources,
            tuple(
                Telling(feed=e.feed, name=e.feed, publisher=f"{e.feed}.example", weight=0.5)
                for e in ranked.story.entries
            ),
        )
        for ranked in make_ranked(*stories)
    )


def _wish(ranked: Sequence[Ranked], **wishes: Any) -> Regrouped:
    return regroup(ranked, make_wishes(**wishes), find=_find, score=_score)


def _titles(found: Regrouped) -> dict[str, list[str]]:
    return {r.story.id: [e.title for e in r.story.entries] for r in found.ranked}


def _joined() -> Story:
    """One story told by three feeds, one of them of something else."""
    entries: tuple[Entry, ...] = (
        make_entry(BUN, feed="ars", published=NOON),
        make_entry(ZIG, feed="lab", published=NOON + days(1)),
        make_entry(DIGG, feed="hub", published=NOON + days(2)),
    )
    return make_story(BUN, entries=entries)


def test_without_wishes_everything_stays_as_it_is() -> None:
    ranked = _ranked(make_story(BUN), make_story(DIGG))

    found = _wish(ranked)

    assert found == Regrouped(ranked, {}, ())


def test_merged_stories_are_one_under_the_first_that_is_named_and_are_scored_anew() -> None:
    one = make_story(ZIG, entries=(make_entry(ZIG, feed="lab", published=NOON + days(1)),))

    found = _wish(_ranked(make_story(DIGG), one, make_story(BUN)), merge=((f"#{one.id}", BUN),))

    merged = next(r for r in found.ranked if r.story.id == one.id)
    assert _titles(found) == {one.id: [ZIG, BUN], "digg-tries-again": [DIGG]}
    assert merged.score == 2.0
    assert found.origins == {one.id: frozenset({one.id, "bun-rewritten-rust"})}


def test_a_merged_story_still_goes_by_the_other_ids() -> None:
    found = _wish(_ranked(make_story(BUN), make_story(ZIG)), merge=((BUN, ZIG),))

    match = _find(found.ranked).find("#zig-files-leave")

    assert match.story is found.ranked[0].story


def test_groups_that_share_a_story_become_one() -> None:
    ranked = _ranked(make_story(BUN), make_story(ZIG), make_story(DIGG))

    found = _wish(ranked, merge=((BUN, ZIG), (ZIG, DIGG)))

    assert list(_titles(found)) == ["bun-rewritten-rust"]
    assert len(found.origins["bun-rewritten-rust"]) == 3


def test_an_entry_that_is_split_off_is_a_story_of_its_own_and_the_rest_stays() -> None:
    story = _joined()

    found = _wish(_ranked(story), split=(story.entries[2].link,))

    assert _titles(found) == {"bun-rewritten-rust": [BUN, ZIG], "digg-tries-again": [DIGG]}
    assert found.origins["digg-tries-again"] == frozenset({"bun-rewritten-rust"})
    assert [r.score for r in found.ranked] == [2.0, 1.0]


def test_the_id_stays_with_the_lead_that_it_was_made_from() -> None:
    found = _wish(_ranked(_joined()), split=(BUN,))

    assert _titles(found) == {"bun-rewritten-rust": [BUN], "zig-files-leave": [ZIG, DIGG]}


def test_an_id_parts_all_that_its_story_holds_but_not_two_entries_of_one_page() -> None:
    story = _joined()
    twin = make_entry("Bun, now in Rust", feed="agg", link=story.link, published=NOON + days(3))
    story = make_story(BUN, entries=(*story.entries, twin))

    found = _wish(_ranked(story), split=(f"#{story.id}",))

    assert _titles(found) == {
        "bun-rewritten-rust": [BUN, "Bun, now in Rust"],
        "zig-files-leave": [ZIG],
        "digg-tries-again": [DIGG],
    }


def test_what_is_split_off_can_be_merged_elsewhere() -> None:
    other = make_story("Kevin Rose is back at Digg", entries=(make_entry("Kevin Rose is back at Digg", feed="own"),))

    found = _wish(_ranked(_joined(), other), split=(DIGG,), merge=((f"#{other.id}", DIGG),))

    assert _titles(found) == {
        "bun-rewritten-rust": [BUN, ZIG],
        "kevin-rose-back": ["Kevin Rose is back at Digg", DIGG],
    }


def test_a_wish_that_names_no_story_is_a_warning_on_its_line() -> None:
    found = _wish(_ranked(make_story(BUN)), merge=((BUN, "Nothing like it"),), lines={"merge": 7})

    assert [(r.path, r.line, r.level, r.code) for r in found.remarks] == [(WISHES_PATH, 7, "warning", "unknown-story")]
    assert list(_titles(found)) == ["bun-rewritten-rust"]


def test_a_story_of_one_entry_cannot_be_split_and_a_notice_says_so() -> None:
    found = _wish(_ranked(make_story(BUN)), split=(BUN,))

    assert [(r.level, r.code) for r in found.remarks] == [("notice", "nothing-to-split")]


def test_stories_made_by_wishes_stand_in_their_place_by_score_and_older_ones_behind() -> None:
    old = make_story(DIGG, proposed=False)

    found = _wish(
        _ranked(
            make_story("A story of one"), old, make_story(BUN), make_story(ZIG, entries=(make_entry(ZIG, feed="lab"),))
        ),
        merge=((BUN, ZIG),),
    )

    assert [r.story.headline for r in found.ranked] == [BUN, "A story of one", DIGG]
