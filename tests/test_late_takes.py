"""A take that comes after the freeze goes into the next week by itself, and its author hears so, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.model.ports import Reply
from newsletter.model.settings import Secret
from newsletter.pipeline import freeze
from newsletter.wire.webhook import Posted
from tests.mail.builders import content, parse
from tests.room import COLLECT, FREEZE, SEND, WEEK, Workspace, workspace

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """A week that was closed at its slot by an installation in use; Dika has an address."""
    with workspace(tmp_path, at=COLLECT) as space:
        space.room = replace(
            space.room, settings=replace(space.room.settings, addresses={"dika": "Dika <dika@team.example>"})
        )
        space.run_at(COLLECT)
        space.run_at(FREEZE)
        space.post.taken.clear()
        yield space


def told(space: Workspace, instant: datetime = FREEZE + MINUTE) -> list[tuple[str, str]]:
    return [(done.result, done.told) for done in space.ran_at(instant) if done.stage == "late take"]


def letters(space: Workspace) -> list[tuple[str, str, str]]:
    return [(one.recipient, str(parse(one)["Subject"]), content(parse(one))) for one in space.post.taken]


def test_the_author_is_told_once_where_the_take_stands_now(space: Workspace) -> None:
    path = space.take("late", "Too late, and not lost.", author="Dika")

    first = told(space)
    again = [row for step in (2, 60, 1440) for row in told(space, FREEZE + step * MINUTE)]

    assert first == [("done", "told Dika")]
    assert again == []
    to_dika = [letter for letter in letters(space) if letter[0] != "chief@pulse.example.com"]
    assert [letter[:2] for letter in to_dika] == [
        ("dika@team.example", "Your take came after 2024-W23 was closed: nothing is lost")
    ]
    assert to_dika[0][2] == (
        f"Hello Dika,\n\nthe take in {path} came after 2024-W23 was closed.\n"
        'It stands in 2024-W24 now, by itself: under #news-late "News about late".\n'
        "Nothing has to be done again. 2024-W24 closes Fri 14 Jun 2024 15:00 UTC; "
        "until then the file can be edited where it lies.\n"
    )
    assert "Too late, and not lost." in freeze(space.room, WEEK.after(), space.store, early=True).renditions.markdown


def test_a_file_that_is_edited_later_is_told_no_second_time(space: Workspace) -> None:
    space.take("late", "Too late.", author="Dika")
    told(space)
    space.take("late", "Too late, with a word more.", author="Dika")

    assert told(space, FREEZE + 2 * MINUTE) == []


def test_a_file_that_is_only_moved_is_no_late_take(space: Workspace) -> None:
    takes = space.folder() / "takes"
    (takes / "first.md").rename(takes / "moved.md")

    assert told(space) == []


def test_a_take_without_a_story_is_said_to_stand_so(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/takes/dika.md", "A take on nothing in particular, and a long one.\n")

    told(space)

    assert "by itself: with the takes that name no story." in letters(space)[0][2]


def test_of_several_authors_in_one_file_each_is_told(space: Workspace) -> None:
    addresses = {name: f"{name}@team.example" for name in ("dika", "yoga")}
    space.room = replace(space.room, settings=replace(space.room.settings, addresses=addresses))
    space.write(
        f"issues/{WEEK}/takes/chat.md",
        '## Nothing known\n\nDika: "One take of several words."\n\nYoga: "Another take of several words."\n',
    )

    assert sorted(told(space)) == [("done", "told Dika"), ("done", "told Yoga")]


def test_whose_author_has_no_address_the_chief_editor_hears_of(space: Workspace) -> None:
    space.take("late", "Too late, and not lost.", author="Yoga")
    space.take("strange", "From somebody unknown.", author="Nobody")

    assert told(space) == [("done", "told chief@pulse.example.com")] * 2
    assert told(space, FREEZE + 2 * MINUTE) == []
    assert [recipient for recipient, *_ in letters(space)] == ["chief@pulse.example.com"] * 2
    known, unknown = (text for *_, text in letters(space))
    assert "Please tell Yoga, who could not be told: there is no address in var/addresses.toml." in known
    assert "Please tell Nobody, who could not be told: newsletter.toml names nobody so." in unknown


def test_whom_the_relay_refuses_the_chief_editor_hears_of(space: Workspace) -> None:
    space.take("late", "Too late, and not lost.", author="Dika")
    space.post.answers = lambda one: Reply(550, "5.1.1 nobody here") if "dika" in one.recipient else Reply(250, "")

    assert told(space) == [("done", "told chief@pulse.example.com")]


def test_while_nobody_can_be_told_it_is_tried_again(space: Workspace) -> None:
    space.take("late", "Too late, and not lost.", author="Dika")
    space.post.answers = lambda _: Reply(451, "4.3.0 later")
    during = told(space)
    space.post.answers = lambda _: Reply(250, "")

    assert [result for result, _ in during] == ["in part"]
    assert told(space, FREEZE + 2 * MINUTE) == [("done", "told Dika")]


def test_by_webhook_it_is_posted(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[str] = []

    def take(url: str, text: str, *, seconds: float) -> Posted:
        posted.append(text)
        return Posted()

    # The webhook's server is the seam; it has tests of its own.
    monkeypatch.setattr("newsletter.wire.webhook.post_text", take)
    settings = space.room.settings
    space.room = replace(
        space.room,
        settings=replace(
            settings, webhook=Secret("https://x.example"), reminding=replace(settings.reminding, by="webhook")
        ),
    )
    space.take("late", "Too late, and not lost.", author="Dika")

    assert told(space) == [("done", "told Dika by the webhook")]
    assert posted[0].startswith(f"Dika: the take in issues/{WEEK}/takes/late.md came after {WEEK} was closed.")


def test_a_fresh_installation_tells_nobody_of_old_files(tmp_path: Path) -> None:
    with workspace(tmp_path, at=FREEZE) as elsewhere:
        elsewhere.freeze()
    with workspace(tmp_path, at=FREEZE + DAY) as space:
        space.take("late", "Late for another machine.", author="Dika")

        assert told(space, FREEZE + DAY) == []
        assert told(space, FREEZE + DAY + MINUTE) == []


def test_what_comes_long_after_the_freeze_is_told_to_nobody(space: Workspace) -> None:
    space.take("late", "Much too late.", author="Dika")

    assert told(space, FREEZE + 9 * DAY) == []


def test_takes_in_the_inbox_of_a_left_out_week_or_of_the_sample_are_not_late(space: Workspace) -> None:
    space.take("inbox", "Filed for the next week.", week=None, author="Dika")
    space.write("issues/2024-W22/issue.toml", "sample = true\n")
    before = space.state()
    space.write("issues/2024-W22/state.json", (space.folder() / "state.json").read_text(encoding="utf-8"))
    space.take("sample", "In the sample.", week=WEEK.after(-1), author="Dika")

    assert told(space) == []
    assert space.state() == before


def test_a_late_take_that_the_next_week_has_printed_is_no_news(space: Workspace) -> None:
    space.take("late", "Too late, and not lost.", author="Dika")
    space.clock.instant = SEND
    freeze(space.room, WEEK.after(), space.store, early=True)

    assert told(space, SEND + MINUTE) == []


def test_a_week_with_a_broken_file_is_told_of_without_a_place(space: Workspace) -> None:
    space.take("late", "Too late, and not lost.", author="Dika")
    space.write(f"issues/{WEEK.after()}/issue.toml", "this is no TOML [")

    assert told(space) == [("done", "told Dika")]
    assert "It stands in 2024-W24 now, by itself.\n" in letters(space)[0][2]
