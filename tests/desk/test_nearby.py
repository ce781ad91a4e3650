"""Stories near what somebody wrote before: by their words, newest issues first, and never what has enough takes."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.desk.compose import compose
from newsletter.desk.nearby import Near, Open, nearby, open_stories
from newsletter.desk.vectors import count_titles
from newsletter.model.issue import Printed
from tests.desk.builders import DIKA, MEMBERS, WEEK, YOGA, make_desk, make_printed, make_ranked, make_take

TITLES = (
    "Chip maker opens a second plant in the north",
    "Deepfakes of a finance chief cost a firm millions",
    "A language model that fits on a phone",
    "Compilers learn to explain their errors",
    "Courts weigh who owns a generated picture",
    "Batteries made of salt reach the first cars",
)


def stories(titles: tuple[str, ...] = TITLES, takes: Mapping[str, int] | None = None) -> Open:
    ranked = make_ranked(*titles)
    return Open(ranked, takes or {}, count_titles(titles))


def wrote(*takes: tuple[str, str, str], weeks_ago: int = 1) -> Printed:
    return make_printed(WEEK.after(-weeks_ago), takes=takes)


def headlines(found: tuple[Near, ...]) -> list[str]:
    return [one.headline for one in found]


def near_to_yoga(found: Open, *memory: Printed) -> tuple[Near, ...]:
    return nearby(YOGA, found, memory=memory, members=MEMBERS)


def test_the_nearest_story_comes_first_with_the_words_in_common() -> None:
    before = wrote(("Yoga", "Every deepfake of a chief is a bill for somebody.", "Deepfakes join a meeting"))

    found = near_to_yoga(stories(), before)

    assert found[0].headline == "Deepfakes of a finance chief cost a firm millions"
    assert found[0].shared == ("Deepfakes", "chief")
    assert len(found) == 3


def test_what_others_wrote_makes_no_difference() -> None:
    before = wrote(("Dika", "Salt is cheap.", "Batteries made of salt"), ("Yoga", "Phones suffice.", "A phone's model"))

    assert headlines(near_to_yoga(stories(), before))[0] == "A language model that fits on a phone"
    assert headlines(nearby(DIKA, stories(), memory=(before,), members=MEMBERS))[0] == TITLES[5]


def test_a_name_that_a_member_had_before_is_theirs() -> None:
    before = wrote(("Dika P.", "Salt is cheap.", "Batteries made of salt"))

    assert headlines(nearby(DIKA, stories(), memory=(before,), members=MEMBERS))[0] == TITLES[5]


def test_newer_issues_weigh_more() -> None:
    old = wrote(("Yoga", "Salt is cheap.", "Batteries made of salt"), weeks_ago=30)
    others = [wrote(("Dika", "Nothing.", "Nothing else"), weeks_ago=n) for n in range(29, 1, -1)]
    new = wrote(("Yoga", "A court is no studio.", "Courts and pictures"), weeks_ago=1)

    assert headlines(near_to_yoga(stories(), old, *others, new))[:2] == [TITLES[4], TITLES[5]]


def test_who_wrote_nothing_gets_the_best_that_have_no_take() -> None:
    found = near_to_yoga(stories(takes={"chip-maker-opens": 1}))

    assert headlines(found) == list(TITLES[1:4])
    assert [one.shared for one in found] == [(), (), ()]


def test_a_week_without_stories_has_none_to_propose() -> None:
    assert near_to_yoga(stories(titles=()), wrote(("Yoga", "Salt is cheap.", "Batteries made of salt"))) == ()


def test_a_story_with_two_takes_a_dropped_one_and_one_printed_before_are_closed() -> None:
    stories = make_ranked(*TITLES)
    enough, once, dropped, again = (stories[place].story for place in (1, 4, 0, 5))
    draft = compose(
        make_desk(
            stories,
            [
                make_take(f"#{one.id}", f"What {name} makes of it, in other words.", author=name)
                for one, name in ((enough, "yoga"), (enough, "dika"), (once, "rani"))
            ],
            wishes={"drop": (f"#{dropped.id}",)},
            memory=[make_printed(stories=((again.headline, (again.link,)),))],
        )
    )

    found = open_stories(draft, count_titles(TITLES))

    assert {one.story.id for one in found.ranked} == {stories[2].story.id, stories[3].story.id, once.id}
    assert found.takes[once.id] == 1
