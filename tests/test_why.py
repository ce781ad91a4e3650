"""Why a story is in the issue, or not, in words an editor can act on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.errors import UsageFault
from newsletter.story_list import story_list
from newsletter.why import Reasons, Unknown, why, why_not
from tests.room import COLLECT, WEEK, Workspace, wired, workspace
from tests.store.builders import keep, make_entry

YESTERDAY = COLLECT - timedelta(days=1)
ROBOT, FOUNDRY, TAX = (
    "Kestrel machine folds laundry in an open laboratory",
    "Foundry in Dresden delays its second production line",
    "Parliament votes on a levy for data centres",
)
TWIN = "Dresden foundry delays second production line again"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A week of three stories, one of them told by two feeds, with one take; all that the tests do is ask."""
    root: Path = tmp_path_factory.mktemp("why")
    with workspace(root, at=COLLECT, settings={"LIMITS__HEADLINES": "1"}) as space, wired(space, "alpha", "beta"):
        space.write("sources.toml", '[shared]\nhosts = ["example.com"]\n')
        space.publish_feed("alpha", {ROBOT: YESTERDAY, FOUNDRY: YESTERDAY})
        space.publish_feed("beta", {FOUNDRY: YESTERDAY, TAX: YESTERDAY, "Old news of the harbour": _long_ago()})
        space.collect()
        space.write(
            f"issues/{WEEK}/takes/dika.md",
            f"{ROBOT}\n\nI would let it fold mine, were the laboratory nearer.\n",
        )
        yield space


def _long_ago() -> datetime:
    return COLLECT - timedelta(days=40)


def _why(space: Workspace, ref: str) -> Reasons:
    return why(space.room, WEEK, space.store, ref)


def _why_not(space: Workspace, ref: str) -> Reasons | Unknown:
    return why_not(space.room, WEEK, space.store, ref)


def test_a_score_is_the_sum_of_the_terms_that_are_shown(space: Workspace) -> None:
    found = _why(space, FOUNDRY)

    assert round(sum(term.value for term in found.terms), 2) == found.score
    assert [term.name for term in found.terms] == ["carried by", "topic", "best source", "points", "fresh"]
    assert (found.place, found.of) == (1, 3)


def test_every_feed_that_carried_a_story_is_named_with_what_it_counts(space: Workspace) -> None:
    found = _why(space, FOUNDRY)

    assert [(one.feed, one.weight) for one in found.carried] == [("Alpha", 0.5), ("Beta", 0.5)]


@pytest.mark.parametrize("ref", ["kestrel-machine-folds", "#kestrel-machine-folds", ROBOT.upper()])
def test_a_story_is_named_by_id_with_or_without_its_sign_or_by_headline(space: Workspace, ref: str) -> None:
    assert _why(space, ref).story == "kestrel-machine-folds"


def test_a_story_with_a_take_says_so_and_whose_it_is(space: Workspace) -> None:
    found = _why(space, ROBOT)

    assert found.fate.rule == "told"
    assert found.takes == ((f"issues/{WEEK}/takes/dika.md", "dika", "attached"),)


def test_a_story_that_only_a_take_tells_can_be_asked_for(space: Workspace) -> None:
    found = _why(space, "News about first")

    assert (found.fate.rule, found.terms, found.carried) == ("told", (), ())


def test_a_story_below_the_last_headline_is_told_by_how_much(space: Workspace) -> None:
    found = _why_not(space, TAX)

    assert isinstance(found, Reasons)
    assert found.fate.rule == "below"
    assert "the last of 1 headline has" in found.fate.because
    assert "limits.headlines" in found.fate.change


def test_a_story_of_another_week_is_told_when_the_window_began(space: Workspace) -> None:
    found = _why_not(space, "Old news of the harbour")

    assert isinstance(found, Reasons)
    assert found.fate.rule == "outside"
    assert "this week's window began" in found.fate.because
    assert found.place == 0


def test_an_address_of_a_site_that_no_feed_is_of_is_told_so(space: Workspace) -> None:
    found = _why_not(space, "https://unheard.example.org/of")

    assert isinstance(found, Unknown)
    assert "None of the 2 feeds in feeds.toml is of example.org" in found.said[0]
    assert "A take that names this address brings it in" in found.said[-1]


def test_an_address_that_a_feed_of_its_site_has_not_brought_names_that_feed(space: Workspace) -> None:
    found = _why_not(space, "https://wire.example.com/nothing-here")

    assert isinstance(found, Unknown)
    assert any(sentence.startswith("Alpha is of that site and has not brought it") for sentence in found.said)


def test_why_of_what_is_no_story_is_a_fault_with_the_likeliest_named(space: Workspace) -> None:
    with pytest.raises(UsageFault, match="No story of 2024-W23") as caught:
        _why(space, "A machine in some laboratory")

    assert "#kestrel-machine-folds" in caught.value.mend


def test_asking_writes_nothing(space: Workspace) -> None:
    before = sorted(path.name for path in space.folder().iterdir())

    _why(space, ROBOT)
    story_list(space.room, WEEK, space.store)

    assert sorted(path.name for path in space.folder().iterdir()) == before == ["takes"]


def test_the_answer_is_read_from_the_top(space: Workspace) -> None:
    lines = list(_why(space, FOUNDRY).lines())

    assert lines[0] == f'#foundry-dresden-delays  "{FOUNDRY}"'
    assert lines[3].startswith("Printed: its score makes it number 1 of 1 headline ")
    assert any(line.startswith("Score ") and "place 1 of 3" in line for line in lines)


def test_the_list_of_stories_has_each_once_best_first(space: Workspace) -> None:
    found = story_list(space.room, WEEK, space.store)

    assert found.stories[0].headline == FOUNDRY
    assert {one.headline: (one.takes, one.rule) for one in found.stories} == {
        FOUNDRY: (0, "headline"),
        ROBOT: (1, "told"),
        TAX: (0, "below"),
    }


def test_a_long_list_is_cut_with_a_word_on_the_rest(space: Workspace) -> None:
    lines = list(story_list(space.room, WEEK, space.store).lines(most=1))

    assert len(lines) == 2
    assert lines[1] == "… and 2 further down (--all)"


@pytest.mark.parametrize(
    "command", [("stories",), ("why", "foundry-31m-delays"), ("why", "Foundry"), ("why-not", "Foundry"), ("draft",)]
)
def test_nothing_that_a_feed_says_commands_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    with workspace(tmp_path, at=COLLECT) as space:
        keep(space.store, make_entry("1", title="Foundry \x9b31m delays \u202e its line", first_seen=YESTERDAY))

    main([*command, str(WEEK), "--root", str(tmp_path), "--now", COLLECT.isoformat()])

    said = "".join(capsys.readouterr())
    assert "31m delays" in said
    assert not {"\x9b", "\u202e"} & set(said)
