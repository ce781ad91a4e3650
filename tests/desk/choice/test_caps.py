from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.desk.choice.caps import SIBLINGS, Choice, choose, leading_publisher
from newsletter.model.news import Ranked, Telling
from tests.desk.builders import make_entry, make_story


def led(name: str, publisher: str, *, thread: str = "", score: float = 50.0, feed: str = "") -> Ranked:
    """A story with this id that a page of the publisher leads."""
    telling = Telling(feed=feed or publisher, name=publisher, publisher=publisher, weight=0.5)
    return Ranked(make_story(name, id=name, thread=thread), score, (), ((telling.feed, publisher),), (telling,))


def ids(ranked: Sequence[Ranked]) -> list[str]:
    return [one.story.id for one in ranked]


def chosen(choice: Choice) -> list[str]:
    return ids([one.ranked for one in choice.chosen])


def test_the_best_are_chosen_and_the_rest_had_no_place() -> None:
    ranked = [led(name, name) for name in "abcd"]

    choice = choose(ranked, most=2, per_publisher=2)

    assert chosen(choice) == ["a", "b"]
    assert {name: (left.cap, ids(left.instead), left.in_reach) for name, left in choice.left_out.items()} == {
        "c": ("places", ["b"], False),
        "d": ("places", ["b"], False),
    }


def test_one_publisher_leads_no_more_than_the_bound_and_the_next_stories_move_up() -> None:
    ranked = [led("a", "gazette"), led("b", "gazette"), led("c", "gazette"), led("d", "herald"), led("e", "post")]

    choice = choose(ranked, most=3, per_publisher=2)

    assert chosen(choice) == ["a", "b", "d"]
    left = choice.left_out["c"]
    assert (left.cap, ids(left.instead), left.publisher, left.in_reach) == ("publisher", ["a", "b"], "gazette", True)


def test_a_story_that_no_place_is_left_for_is_not_said_to_be_kept_out_by_its_publisher() -> None:
    ranked = [led("a", "gazette"), led("b", "herald"), led("c", "gazette")]

    choice = choose(ranked, most=2, per_publisher=1)

    assert choice.left_out["c"].cap == "places"


def test_a_bound_of_zero_is_none() -> None:
    ranked = [led(name, "gazette") for name in "abc"]

    assert chosen(choose(ranked, most=3, per_publisher=0)) == ["a", "b", "c"]


def test_stories_without_a_publisher_are_bounded_by_the_feed_that_leads_them() -> None:
    ranked = [led(name, "", feed="votes") for name in "abc"]

    assert chosen(choose(ranked, most=3, per_publisher=2)) == ["a", "b"]


def test_a_thread_is_one_headline_with_the_others_below_it() -> None:
    ranked = [led("a", "gazette", thread="b"), led("x", "post"), led("b", "herald", thread="b"), led("y", "echo")]

    choice = choose(ranked, most=3, per_publisher=2)

    assert chosen(choice) == ["a", "x", "y"]
    assert [ids(one.siblings) for one in choice.chosen] == [["b"], [], []]
    left = choice.left_out["b"]
    assert (left.cap, ids(left.instead), left.in_reach, left.below) == ("thread", ["a"], True, ranked[0])


def test_siblings_are_the_best_of_a_thread_also_from_behind_the_last_place() -> None:
    ranked = [led("lead", "gazette", thread="t"), *(led(f"s{n}", f"paper{n}", thread="t") for n in range(SIBLINGS + 2))]

    choice = choose(ranked, most=1, per_publisher=1)

    assert ids(choice.chosen[0].siblings) == [f"s{n}" for n in range(SIBLINGS)]
    assert [left.below is not None for left in choice.left_out.values()] == [True] * SIBLINGS + [False] * 2
    assert {left.cap for left in choice.left_out.values()} == {"thread"}
    assert not any(left.in_reach for left in choice.left_out.values())


def test_where_the_bound_keeps_out_a_threads_best_the_next_stands_for_it() -> None:
    ranked = [led("a", "gazette"), led("b", "gazette", thread="t"), led("c", "herald", thread="t")]

    choice = choose(ranked, most=2, per_publisher=1)

    assert chosen(choice) == ["a", "c"]
    assert ids(choice.chosen[1].siblings) == ["b"]
    assert (choice.left_out["b"].cap, choice.left_out["b"].below) == ("publisher", ranked[2])


def test_pinned_stories_are_chosen_whatever_the_bounds_say_and_count() -> None:
    pinned = [led("p", "gazette", thread="t"), led("q", "gazette", thread="t")]
    ranked = [led("a", "gazette"), led("b", "herald", thread="t"), pinned[0], led("c", "post"), led("d", "echo")]

    choice = choose(ranked, most=3, per_publisher=1, pinned=pinned)

    assert chosen(choice) == ["p", "q", "c"]
    assert [ids(one.siblings) for one in choice.chosen] == [["b"], [], []]
    assert {name: left.cap for name, left in choice.left_out.items()} == {
        "a": "publisher",
        "b": "thread",
        "d": "places",
    }


def test_pinned_stories_stand_even_where_there_is_no_place() -> None:
    pinned = [led("p", "gazette"), led("q", "herald")]

    choice = choose([led("a", "post")], most=0, per_publisher=1, pinned=pinned)

    assert chosen(choice) == ["p", "q"]
    assert choice.left_out["a"].instead == ()


def test_an_older_record_that_does_not_tell_its_publishers_knows_no_bound() -> None:
    story = make_story(entries=(make_entry(),))

    assert leading_publisher(Ranked(story, 1.0, (), (("ars", "The ars"),))) == ""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("", "s", "t"))), max_size=12),
    st.integers(0, 5),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_every_story_is_chosen_or_has_a_reason_and_no_bound_is_broken(
    shapes: list[tuple[str, str]], most: int, per_publisher: int, pins: int
) -> None:
    ranked = [led(f"{n}", publisher, thread=thread) for n, (publisher, thread) in enumerate(shapes)]
    pinned = ranked[:pins]

    choice = choose(ranked, most=most, per_publisher=per_publisher, pinned=pinned)

    names = chosen(choice)
    free = [one.ranked for one in choice.chosen if one.ranked not in pinned]
    assert sorted([*names, *choice.left_out]) == sorted(ids(ranked))
    assert len(names) <= max(most, len(pinned))
    for one in free:
        same = [other for other in choice.chosen if leading_publisher(other.ranked) == leading_publisher(one)]
        assert not per_publisher or len(same) <= max(per_publisher, len(pinned))
        mates = [o for o in choice.chosen if o.ranked is not one and o.ranked.story.thread == one.story.thread]
        assert not one.story.thread or not mates
    printed = [*names, *(sibling.story.id for one in choice.chosen for sibling in one.siblings)]
    assert len(printed) == len(set(printed))
    assert {name for name, left in choice.left_out.items() if left.below} == set(printed) - set(names)
