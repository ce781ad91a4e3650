"""No story lost between two issues, and none in two."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.demo.feed_server import FeedServer
from newsletter.editorial import skip
from newsletter.errors import NotReady
from newsletter.model.week import Week
from newsletter.newsroom.composing import Composed
from newsletter.pipeline import approve, draft
from tests.room import COLLECT, FREEZE, HOST, WEEK, Workspace, in_a_process, wired, workspace

NEXT = WEEK.after()
#: A week is held whose take is missing, or whose feeds were silent too long.
MANY = {"LIMITS__HEADLINES": "900", "LIMITS__PER_PUBLISHER": "0", "LIMITS__MIN_TAKES": "1", "EMPTY__MAX_STALE": "90d"}
NOWHERE = "http://127.0.0.1:9"
_WORDS = (
    "amber birch cobalt delta ember fjord garnet harbor indigo jasmine kelp lagoon marble nectar onyx pepper "
    "quartz raven saffron timber umber violet walnut xenon yarrow zephyr"
).split()


def titled(number: int) -> str:
    """A headline that no other shares."""
    first, second, third = (_WORDS[number // 26**power % 26] for power in range(3))
    return f"{first.title()} {second} {third} number{number} announced"


@pytest.fixture(params=["since-last-issue", "iso-week"])
def space(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, settings=MANY | {"WEEK__WINDOW": request.param}) as space:
        space.add("ada")
        with wired(space, "alpha", "beta"):
            yield space


def proposed(composed: Composed) -> list[str]:
    return [ranked.story.headline for ranked in composed.draft.ranked if ranked.story.proposed]


def taken_for(space: Workspace, *weeks: Week) -> None:
    for week in weeks:
        space.take(f"take-{week}".lower(), f"What the team says in week {week} and in no other.", week=week)


def collect_at(space: Workspace, instant: datetime) -> None:
    space.clock.instant = instant
    space.collect()


@pytest.mark.parametrize("second", ["held", "skipped when frozen"])
def test_every_news_entry_is_in_exactly_one_issue_that_was_sent(space: Workspace, second: str) -> None:
    dice = random.Random(second)
    start = FREEZE - timedelta(days=2)
    backlog = {titled(number): start - timedelta(days=30 + number) for number in range(20)}
    carried: dict[str, dict[str, datetime | None]] = {"alpha": dict(backlog), "beta": {}}
    expected: set[str] = set()
    printed: Counter[str] = Counter()
    issues: Counter[str] = Counter()
    reached = dict(space.room.hosts)
    number = 100
    for feed, entries in carried.items():
        space.publish_feed(feed, entries)
    collect_at(space, start)

    weeks = [WEEK.after(n) for n in range(4)]
    fates = ["sent", second, "late", "sent"]
    last = start
    for week, fate in zip(weeks, fates, strict=True):
        slot = FREEZE + (week.monday - WEEK.monday)
        instants = sorted(last + (slot - last) * dice.random() for _ in range(1))
        for instant in (*instants, slot):
            for feed in carried:
                number += 1
                when = dice.choice(
                    [instant, instant - timedelta(minutes=dice.randrange(200)), instant - timedelta(days=2), None]
                )
                carried[feed][titled(number)] = when and when.replace(microsecond=0)
                expected.add(titled(number))
                space.publish_feed(feed, carried[feed])
            down = dice.random() < 0.3 and instant != slot
            space.room = replace(space.room, hosts={HOST: NOWHERE} if down else reached)
            collect_at(space, instant)
        last = slot
        space.clock.instant = slot + (timedelta(hours=5) if fate == "late" else timedelta(0))
        if fate != "held":
            taken_for(space, week)
        if fate == "held":
            with pytest.raises(NotReady, match="held"):
                space.freeze(week)
        elif fate == "skipped when frozen":
            space.seal(week)
            skip(space.room, week, why="holidays")
        else:
            composed = space.send(week)
            printed.update(proposed(composed))
            issues.update(story.headline for story in composed.draft.issue.headlines)

    assert {title for title in expected if printed[title] != 1} == set()
    assert {title for title in expected if issues[title] != 1} == set()
    assert {title for title in printed if title in backlog} == set()


def test_an_entry_seen_at_the_very_instant_of_the_freeze_is_in_this_issue_alone(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=1))
    space.publish_feed("alpha", {titled(1): FREEZE})
    collect_at(space, FREEZE)
    this = space.send()
    space.clock.instant = FREEZE + timedelta(days=7)

    following = space.send(NEXT)

    assert proposed(this) == [titled(1)]
    assert proposed(following) == []


def test_an_entry_seen_a_moment_after_the_freeze_is_in_the_next_issue_alone(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=1))
    space.publish_feed("alpha", {titled(1): FREEZE - timedelta(hours=1), titled(2): None})
    # The run is late: the feed is read before the freeze is done, and after its slot.
    collect_at(space, FREEZE + timedelta(seconds=1))
    this = space.send()
    space.clock.instant = FREEZE + timedelta(days=7)

    following = space.send(NEXT)

    assert proposed(this) == []
    assert sorted(proposed(following)) == sorted([titled(1), titled(2)])


def test_the_first_fetch_of_a_feed_does_not_flood(space: Workspace) -> None:
    taken_for(space, WEEK)
    archive: dict[str, datetime | None] = {titled(n): FREEZE - timedelta(days=9 + n) for n in range(60)}
    undated = dict.fromkeys(map(titled, range(60, 70)))
    space.publish_feed("alpha", archive | undated | {titled(99): FREEZE - timedelta(days=1)})
    collect_at(space, FREEZE - timedelta(hours=1))

    composed = space.send()

    assert proposed(composed) == [titled(99)]


def test_a_feed_that_is_added_later_gives_what_is_new_since_the_last_issue(tmp_path: Path) -> None:
    with workspace(tmp_path, settings=MANY) as space, wired(space, "alpha", "beta"):
        space.add("ada")
        taken_for(space, NEXT)
        space.send()
        space.publish_feed(
            "beta", {titled(1): FREEZE - timedelta(hours=1), titled(2): FREEZE + timedelta(hours=1), titled(3): None}
        )
        collect_at(space, FREEZE + timedelta(days=6))
        space.clock.instant = FREEZE + timedelta(days=7)

        composed = space.send(NEXT)

    assert proposed(composed) == [titled(2)]


def test_the_first_entries_of_a_feed_are_not_lost_with_a_week_that_is_left_out(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT, NEXT.after())
    space.send()
    space.publish_feed("alpha", {titled(1): FREEZE + timedelta(days=5)})
    collect_at(space, FREEZE + timedelta(days=6))
    space.clock.instant = FREEZE + timedelta(days=7)
    space.seal(NEXT)
    skip(space.room, NEXT, why="holidays")
    space.clock.instant = FREEZE + timedelta(days=14)

    composed = space.send(NEXT.after())

    assert proposed(composed) == [titled(1)]


def test_a_feed_that_was_down_for_three_weeks_loses_nothing(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT, NEXT.after(), NEXT.after(2))
    reached = space.room.hosts
    collect_at(space, FREEZE - timedelta(days=1))
    space.send()
    told: dict[str, datetime | None] = {}
    space.room = replace(space.room, hosts={HOST: NOWHERE})
    for week in range(2):
        for day in range(7):
            told[titled(7 * week + day)] = FREEZE + timedelta(days=7 * week + day, hours=1)
        collect_at(space, FREEZE + timedelta(days=7 * week + 3))
        space.clock.instant = FREEZE + timedelta(days=7 * (week + 1))
        space.send(NEXT.after(week))
    space.room = replace(space.room, hosts=reached)
    space.publish_feed("alpha", told)
    collect_at(space, FREEZE + timedelta(days=20))
    space.clock.instant = FREEZE + timedelta(days=21)

    composed = space.send(NEXT.after(2))

    assert sorted(proposed(composed)) == sorted(told)


def test_an_entry_dated_ahead_of_our_clock_counts_as_new_when_it_is_seen(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=2))
    space.publish_feed("alpha", {titled(1): FREEZE + timedelta(days=400)})
    collect_at(space, FREEZE - timedelta(days=1))
    this = space.send()
    space.clock.instant = FREEZE + timedelta(days=7)

    following = space.send(NEXT)

    assert (proposed(this), proposed(following)) == ([titled(1)], [])


def test_an_entry_that_its_publisher_rewrites_is_not_news_again(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=2))
    space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1)})
    collect_at(space, FREEZE - timedelta(hours=2))
    this = space.send()
    space.publish_feed("alpha", {titled(1): FREEZE + timedelta(days=3)})
    collect_at(space, FREEZE + timedelta(days=4))
    space.clock.instant = FREEZE + timedelta(days=7)

    following = space.send(NEXT)

    assert (proposed(this), proposed(following)) == ([titled(1)], [])


def test_an_early_freeze_leaves_the_rest_of_the_day_to_the_next_issue(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=2))
    space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1)})
    collect_at(space, FREEZE - timedelta(hours=6))
    this = space.send()
    space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1), titled(2): FREEZE - timedelta(hours=5)})
    collect_at(space, FREEZE - timedelta(hours=1))
    space.clock.instant = FREEZE + timedelta(days=7)

    following = space.send(NEXT)

    assert (proposed(this), proposed(following)) == ([titled(1)], [titled(2)])


def test_an_issue_that_is_sent_after_the_next_was_frozen_does_not_print_its_news_twice(space: Workspace) -> None:
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=2))
    space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1)})
    collect_at(space, FREEZE - timedelta(hours=2))
    this = space.seal()
    space.clock.instant = FREEZE + timedelta(days=7)
    space.freeze(NEXT)
    space.deliver(WEEK)

    # Whoever approves the next one now sees an issue without what has gone out meanwhile.
    following = draft(space.room, NEXT, None)

    assert [story.headline for story in this.draft.issue.headlines] == [titled(1)]
    assert [story.headline for story in following.draft.issue.headlines] == []


def test_a_server_that_answers_not_modified_does_not_hide_what_came_before(tmp_path: Path) -> None:
    with workspace(tmp_path, settings=MANY) as space, wired(space, "alpha") as server:
        assert isinstance(server, FeedServer)
        space.add("ada")
        taken_for(space, WEEK)
        collect_at(space, FREEZE - timedelta(days=2))
        space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1)})
        collect_at(space, FREEZE - timedelta(hours=20))
        collect_at(space, FREEZE - timedelta(hours=10))

        composed = space.send()

    assert proposed(composed) == [titled(1)]


def test_the_sample_week_takes_no_news_from_the_owner(tmp_path: Path) -> None:
    with workspace(tmp_path, settings=MANY, at=datetime(2024, 6, 7, 15, tzinfo=UTC)) as space, wired(space, "alpha"):
        space.add("ada")
        taken_for(space, NEXT)
        collect_at(space, FREEZE - timedelta(days=3))
        space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1)})
        collect_at(space, FREEZE - timedelta(hours=2))
        space.write(f"issues/{WEEK}/issue.toml", f'week = "{WEEK}"\nsample = true\n')
        space.seal()
        space.clock.instant = FREEZE + timedelta(days=4)

        composed = draft(space.room, NEXT, space.store)

    assert proposed(composed) == [titled(1)]


# The process dies ------------------------------------------------------------------------------------

_DYING = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from newsletter.newsroom.room import open_newsroom
from newsletter.pipeline import collect
from newsletter.wire.readers import InlineReaders

root, base, host, where = sys.argv[1:]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(InlineReaders):
    read = 0
    def submit(self, job):
        Dying.read += 1
        if where == "while it reads" and Dying.read == 7:
            die()
        return super().submit(job)

room = replace(open_newsroom(Path(root), environ=os.environ), hosts={host: base}, open_readers=Dying)
with room.open_store() as store:
    collect(room, store, on_feed=die if where == "between two groups" else None)
"""


@pytest.mark.parametrize("where", ["while it reads", "between two groups"])
def test_a_collect_that_is_killed_loses_no_entry_and_doubles_none(tmp_path: Path, where: str) -> None:
    names = [f"feed{number}" for number in range(60)]
    with workspace(tmp_path, at=COLLECT) as space, wired(space, *names) as server:
        for name in names:
            space.publish_feed(
                name, {f"What {name} has to say of day {day}": COLLECT - timedelta(days=1) for day in range(3)}
            )
        with in_a_process("-c", _DYING, str(tmp_path), server.base, HOST, where) as process:
            process.communicate(timeout=30)
        kept = space.store.news.entries()

        space.collect()

        assert process.returncode == -signal.SIGKILL
        # A group is kept whole or not at all; on a busy machine it is closed by its time and not by its number.
        by_feed = Counter(entry.feed for entry in kept)
        assert set(by_feed.values()) <= {3}
        assert len(by_feed) <= 6 if where == "while it reads" else 1 <= len(by_feed) <= 50
        told = [entry.title for entry in space.store.news.entries()]
        assert sorted(told) == sorted(f"What {name} has to say of day {day}" for name in names for day in range(3))


def test_an_issue_approved_before_another_left_does_not_print_its_news_again(space: Workspace) -> None:
    """Both weeks were closed while the first was not sent, so both hold its news."""
    taken_for(space, WEEK, NEXT)
    collect_at(space, FREEZE - timedelta(days=2))
    space.publish_feed("alpha", {titled(1): FREEZE - timedelta(days=1)})
    collect_at(space, FREEZE - timedelta(hours=3))
    space.seal()
    space.clock.instant = FREEZE + timedelta(days=7)
    space.seal(NEXT)
    space.deliver()

    with pytest.raises(NotReady, match=titled(1)):
        space.deliver(NEXT)
    draft(space.room, NEXT, space.store)
    approve(space.room, NEXT, by="yoga")
    space.deliver(NEXT)

    assert space.post.readers == ["ada", "ada"]
    assert [titled(1) in space.issue_text(week) for week in (WEEK, NEXT)] == [True, False]
