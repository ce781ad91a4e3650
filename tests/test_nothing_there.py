"""No takes, no stories, no explainer, no feed that answers, a week left out: each as newsletter.toml says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.editorial import skip
from newsletter.files.record import read_record
from newsletter.newsroom.stages import Done
from newsletter.pipeline import approve, draft
from tests.mail.builders import content, parse
from tests.room import COLLECT, FREEZE, HOST, SEND, WEEK, Workspace, wired, workspace

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TITLES = ("Salt makes batteries cheap", "A court looks at pictures", "Phones last a week")


@contextmanager
def nothing_filed(root: Path, *, at: datetime = COLLECT, **settings: str) -> Iterator[Workspace]:
    """A workspace with a reader and without a take; settings such as EMPTY__NO_TAKES."""
    with workspace(root, at=at, settings=settings) as space:
        (space.folder() / "takes" / "first.md").unlink()
        space.add("ada")
        yield space


def with_news(space: Workspace, titles: tuple[str, ...] = TITLES, at: datetime = COLLECT) -> None:
    space.publish_feed("alpha", {title: at - timedelta(hours=1) for title in titles})


def frozen(space: Workspace, instant: datetime = FREEZE) -> Done:
    (done,) = (one for one in space.ran_at(instant) if one.stage == "freeze")
    return done


def alarms(space: Workspace) -> list[tuple[str, str]]:
    """Subject and text of every letter to the chief editor."""
    letters = [parse(letter) for letter in space.post.taken if not letter.subscriber]
    return [(str(letter["Subject"]), content(letter)) for letter in letters]


def remarks(space: Workspace, code: str) -> list[str]:
    return [str(one) for one in draft(space.room, WEEK, space.store).remarks if one.code == code]


# No takes ------------------------------------------------------------------------------------------


def test_without_takes_the_week_is_held_and_the_chief_editor_told_once_how_to_go_on(tmp_path: Path) -> None:
    with nothing_filed(tmp_path) as space:
        first = frozen(space)
        again = [frozen(space, FREEZE + step * MINUTE) for step in (1, 2)]

        assert [(one.result, one.told) for one in (first, *again)] == [
            ("failed", "told chief@pulse.example.com"),
            ("failed", ""),
            ("failed", ""),
        ]
        assert alarms(space) == [("[Pulse of the Tests] 2024-W23 is held", _HELD)]
        assert space.state().held == "0 takes can be printed, min_takes is 1"
        assert space.post.readers == []

        space.take("late", "What came after the question.")
        assert frozen(space, FREEZE + 3 * MINUTE).result == "done"
        assert space.state().held == ""


_HELD = """2024-W23 is held: 0 takes can be printed, min_takes is 1. Nothing is sent.

Add what is missing: takes go into issues/2024-W23/takes/ or issues/inbox/; how the feeds are says
newsletter feeds health. The next run closes the week then, until Sat 8 Jun 2024 02:00 UTC.
At once, or later than that:

    newsletter freeze 2024-W23

To leave the week out, so that its takes and its news go to the next:

    newsletter skip 2024-W23 --why …
"""


def test_a_week_that_was_held_until_it_is_too_late_is_closed_approved_and_sent_by_hand(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT) as space:
        (space.folder() / "takes" / "first.md").unlink()
        space.run_at(COLLECT)
        space.run_at(FREEZE)

        [asked] = space.ran_at(SEND + timedelta(hours=7))

    assert asked.what.endswith(
        "too long ago to send it unasked. It was never closed: 0 takes can be printed, min_takes is 1.\n"
        "    Send it now:  newsletter freeze 2024-W23, newsletter approve 2024-W23 --by NAME, newsletter deliver "
        "2024-W23   or leave it out:  newsletter skip 2024-W23 --why …"
    )


def test_without_takes_headlines_may_go_alone_and_are_called_what_they_are(tmp_path: Path) -> None:
    with nothing_filed(tmp_path, EMPTY__NO_TAKES="headlines") as space, wired(space, "alpha"):
        with_news(space)
        space.run_at(COLLECT)
        space.run_at(FREEZE)

        texts = {
            name: (space.folder() / name).read_text(encoding="utf-8")
            for name in ("issue.md", "email.txt", "email.html")
        }

    for name, text in texts.items():
        # Of one publisher there are two at most.
        assert sum(title in text for title in TITLES) == 2, name
        assert "tech news" in text.lower(), name
        assert "also in the news" not in text.lower(), name
        assert "Our Team" not in text, name


def test_who_has_not_filed_is_named_in_the_report_and_nowhere_else(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT) as space:
        said = remarks(space, "silent")
        space.run_at(FREEZE)

        assert len(said) == 1
        assert "Dika" in said[0]
        assert space.state().held == ""
        assert all(
            "Dika" not in (space.folder() / name).read_text(encoding="utf-8") for name in ("issue.md", "email.txt")
        )


# No stories ----------------------------------------------------------------------------------------


def test_without_a_story_the_week_is_held(tmp_path: Path) -> None:
    with nothing_filed(tmp_path, EMPTY__NO_STORIES="hold") as space:
        space.write(f"issues/{WEEK}/takes/yoga.md", "A take on nothing in particular, and a long one.\n")

        done = frozen(space)

        assert done.result == "failed"
        assert space.state().held == "there is no story"
        assert len(alarms(space)) == 1


def test_without_a_story_takes_may_go_alone(tmp_path: Path) -> None:
    with nothing_filed(tmp_path) as space:
        space.write(f"issues/{WEEK}/takes/yoga.md", "A take on nothing in particular, and a long one.\n")

        done = frozen(space)

        assert done.result == "done"
        assert "A take on nothing in particular" in space.issue_text()
        assert "Also in the news" not in space.issue_text()


# No explainer --------------------------------------------------------------------------------------


def test_without_an_explainer_the_backlog_gives_one(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT) as space:
        space.write("issues/explainers/weights.md", "title: Open Weights\nready: yes\ntldr: Short.\n---\nWhat it is.\n")
        said = remarks(space, "backlog-explainer")
        space.run_at(FREEZE)

        assert len(said) == 1
        assert "# Open Weights" in space.issue_text()


def test_without_any_explainer_there_is_no_topic_no_tldr_and_no_empty_heading(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT) as space:
        said = remarks(space, "no-explainer")
        space.run_at(FREEZE)
        record = read_record(space.root, WEEK)
        text, plain = space.issue_text(), (space.folder() / "email.txt").read_text(encoding="utf-8")

    assert record is not None
    assert (record.title, record.topic) == ("Week #23 2024", "")
    assert len(said) == 1
    assert "TL;DR" not in text + plain
    # "Tech News" is the section that the other headings stand in.
    headings = re.findall(r"^#+ .*$", text, re.M)
    assert headings == [
        "# Week #23 2024",
        "## Tech News",
        "## Current Tech Pulse: Our Team's Take:",
        "### [News about first](https://news.example.com/first)",
    ]


def test_without_an_explainer_the_week_is_held_where_the_house_wants_one(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT, settings={"EMPTY__NO_EXPLAINER": "hold"}) as space:
        assert frozen(space).result == "failed"
        assert space.state().held == "there is no explainer"


# No feed -------------------------------------------------------------------------------------------


def fall_silent(space: Workspace) -> None:
    """Nobody listens where the feeds were."""
    space.room = replace(space.room, hosts={HOST: "http://127.0.0.1:1"})


def test_while_all_feeds_are_down_their_last_good_copies_are_used_and_marked(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT - DAY) as space, wired(space, "alpha", "beta"):
        with_news(space, at=COLLECT - DAY)
        space.run_at(COLLECT - DAY)
        fall_silent(space)

        down = space.ran_at(COLLECT)
        said = remarks(space, "feed")
        done = frozen(space)

        assert [one.what for one in down] == ["2 of 2 feeds gave nothing: Alpha, Beta"]
        assert [line.splitlines()[0] for line in said] == [
            "feeds.toml:1: warning [feed] Alpha: no answer (no connection). Last good copy of 6 Jun used.",
            "feeds.toml:6: warning [feed] Beta: no answer (no connection). Last good copy of 6 Jun used.",
        ]
        assert done.result == "done"
        # The court's and the phones': a third headline of one publisher is one too many.
        assert sum(title in space.issue_text() for title in TITLES) == 2
        letter = next(text for subject, text in alarms(space) if "closed" in subject)
        assert "Alpha: no answer (no connection). Last good copy of 6 Jun used." in letter


def test_a_feed_that_gave_nothing_for_weeks_says_for_how_many(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT - 20 * DAY) as space, wired(space, "alpha", "beta"):
        space.collect()
        space.write("var/wire/beta.xml", "<html><body>moved</body></html>")
        for days in range(17, -1, -1):
            space.clock.instant = COLLECT - days * DAY
            space.collect()

        said = remarks(space, "feed")

    assert len(said) == 1
    assert "Beta: a web page, not a feed (third week in a row). Last good copy of 18 May used." in said[0]


def test_when_every_last_good_copy_is_too_old_the_week_is_held(tmp_path: Path) -> None:
    with workspace(tmp_path, at=FREEZE - 8 * DAY) as space, wired(space, "alpha", "beta"):
        space.run_at(FREEZE - 8 * DAY)
        fall_silent(space)
        space.run_at(COLLECT)

        done = frozen(space)

        since = "no feed has given anything since Thu 30 May 2024 15:00 UTC"
        assert done.result == "failed"
        assert space.state().held == since
        assert [text.splitlines()[0] for subject, text in alarms(space) if "held" in subject] == [
            f"2024-W23 is held: {since}. Nothing is sent."
        ]
        assert any(f"{since[0].upper()}{since[1:]}. A week that is open now" in line for line in remarks(space, "feed"))

        space.room = replace(space.room, hosts={HOST: space.base})
        space.clock.instant = FREEZE + 30 * MINUTE
        space.collect()
        assert frozen(space, FREEZE + 31 * MINUTE).result == "done"


def test_a_feed_that_never_answered_keeps_no_other_from_being_enough(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT) as space, wired(space, "alpha", "beta"):
        space.write("var/wire/beta.xml", "<html><body>moved</body></html>")
        space.run_at(COLLECT)

        assert frozen(space).result == "done"


def test_where_no_feed_ever_answered_the_week_is_held(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT) as space, wired(space, "alpha", "beta"):
        fall_silent(space)
        space.run_at(COLLECT)

        assert frozen(space).result == "failed"
        assert space.state().held == "no feed has given anything yet"


@pytest.mark.parametrize(
    "feeds", ["", '[[feed]]\nid = "a"\nname = "A"\nurl = "https://a.example/feed"\nenabled = false\n']
)
def test_a_newsletter_without_feeds_lives_on_takes_alone(tmp_path: Path, feeds: str) -> None:
    with workspace(tmp_path, at=COLLECT) as space:
        space.write("feeds.toml", feeds)

        assert frozen(space).result == "done"


# No issue ------------------------------------------------------------------------------------------


def test_a_week_that_is_left_out_costs_no_number_and_its_takes_go_on(tmp_path: Path) -> None:
    with workspace(
        tmp_path, at=COLLECT, settings={"PUBLICATION__TITLE": "No. {number}, week {week} - {topic}"}
    ) as space:
        space.add("ada")
        space.run_at(FREEZE)
        approve(space.room, WEEK, by="rani")
        space.run_at(SEND)
        left_out, after = WEEK.after(1), WEEK.after(2)
        space.take("held-over", "What was filed for the week that was left out.", week=left_out)
        skip(space.room, left_out, why="holidays")

        during = [row for step in (0, 5) for row in space.run_at(FREEZE + 7 * DAY + timedelta(hours=step))]
        space.run_at(FREEZE + 14 * DAY)

        record = json.loads((space.folder(after) / "issue.json").read_text(encoding="utf-8"))
        assert [stage for stage, _ in during if stage != "collect"] == []
        assert record["title"] == "No. 2, week 25"
        assert "What was filed for the week that was left out." in space.issue_text(after)


def test_nothing_at_all_twice_in_a_row_is_held_twice_and_told_once_each(tmp_path: Path) -> None:
    with nothing_filed(tmp_path) as space:
        for week in range(2):
            for instant in (COLLECT, FREEZE, FREEZE + MINUTE, SEND, SEND + MINUTE):
                space.run_at(instant + 7 * week * DAY)

        held = [subject for subject, _ in alarms(space) if "held" in subject]
        assert held == ["[Pulse of the Tests] 2024-W23 is held", "[Pulse of the Tests] 2024-W24 is held"]
        assert space.post.readers == []
