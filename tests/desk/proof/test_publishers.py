"""One publisher too many stories come from."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.model.issue import Printed
from newsletter.model.settings import Checking, Limits
from tests.desk.builders import WEEK, make_desk, make_printed, make_story
from tests.desk.proof.builders import remarks_on

NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel")


def stories(*hosts: str) -> list[object]:
    return [
        make_story(f"{name} opens an office in town", link=f"https://{host}/{name.lower()}-opens-office")
        for name, host in zip(NAMES, hosts, strict=False)
    ]


def told(*hosts: str, memory: Sequence[Printed] = (), share: int = 50) -> list[str]:
    desk = make_desk(
        stories(*hosts),  # type: ignore[arg-type]
        memory=memory,
        limits=Limits(headlines=8, per_publisher=0),
        checking=Checking(publisher_share=share),
    )
    return [remark.what for remark in remarks_on(desk, "publisher")]


def test_a_publisher_with_more_than_its_share_is_told() -> None:
    found = told("news.portal.example", "www.portal.example", "portal.example", "a.example")

    assert found == ["portal.example supplies 3 of 4 stories (75 %)."]


def test_the_share_is_the_houses_to_set_and_few_stories_prove_nothing() -> None:
    hosts = ("portal.example", "portal.example", "portal.example", "a.example")

    assert told(*hosts, share=75) == []
    assert told(*hosts[:3]) == []


def test_where_everybody_publishes_nobody_dominates() -> None:
    assert told("github.com", "github.com", "github.com", "github.com", "a.example") == []


def test_names_reserved_for_examples_are_a_publisher_each() -> None:
    assert told("one.example.com", "two.example.com", "three.example.com", "four.example.com") == []
    assert told("one.example.com", "one.example.com", "one.example.com", "four.example.com") != []


def test_what_is_chance_in_one_issue_is_told_as_a_habit_over_eight() -> None:
    memory = [
        make_printed(
            WEEK.after(-back),
            stories=tuple(
                (
                    f"Story {back} {place}",
                    (f"https://{'portal' if place < 2 else f's{place}{back}'}.example/{back}{place}",),
                )
                for place in range(4)
            ),
        )
        for back in range(9, 0, -1)
    ]

    found = told("portal.example", "b.example", "c.example", "d.example", memory=memory)

    assert found == ["portal.example supplies 47 % of the stories of the last 8 issues (15 of 32), this one included."]
