"""Short links, from the feed or the take they stand in to the store, and back onto the entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.files.state import write_state
from newsletter.links import Link
from newsletter.model.week_state import Frozen, Listed, Sent, WeekState
from newsletter.newsroom.collection.resolving import resolve_short_links, with_resolved
from newsletter.wire.resolve import Resolved
from tests.room import COLLECT, WEEK, Workspace, workspace
from tests.store.builders import keep, make_entry
from tests.wire.server import Server, reply, running

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STORY = "https://news.example.org/zoom-waits"


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as one:
        yield one


@pytest.fixture
def space(tmp_path: Path, server: Server) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT) as space:
        space.room = replace(space.room, hosts={"t.co": server.address})
        yield space


def sends_on(to: str = STORY) -> bytes:
    return reply(status="301 Moved Permanently", Location=to)


def resolved(space: Workspace) -> tuple[Resolved, ...]:
    return resolve_short_links(space.room, space.store)


def publish(space: Workspace, link: str, *, age: timedelta = HOUR) -> None:
    keep(space.store, make_entry(link, link=Link(link), first_seen=space.clock.now() - age), now=space.clock.now())


def paths(server: Server) -> list[str]:
    return [asked.path for asked in server.asked]


def test_a_short_link_of_a_feed_is_asked_once_and_known_from_then_on(space: Workspace, server: Server) -> None:
    server.answers["/a"] = sends_on(f"{STORY}?utm_source=x")
    publish(space, "https://t.co/a")
    publish(space, "https://news.example.org/another")

    first, second = resolved(space), resolved(space)

    assert first == (Resolved(link="https://t.co/a", target=STORY),)
    assert second == ()
    assert paths(server) == ["/a"]
    assert space.store.resolved.all() == {"https://t.co/a": STORY}


def test_short_links_in_takes_are_asked_where_they_name_a_story(space: Workspace, server: Server) -> None:
    server.answers |= {f"/{name}": sends_on(f"{STORY}/{name}") for name in ("first", "bare", "own", "words")}
    space.write(f"issues/{WEEK}/takes/a.md", "https://t.co/first\n\nWe waited for this.\n")
    space.write("issues/inbox/b.md", "story: t.co/bare\n\nSo did we.\n")
    space.write("issues/inbox/c.md", "headline: Zoom waits\nlink: https://t.co/own\n\nNobody carries it.\n")
    space.write("issues/inbox/d.md", "story: Zoom waits, see https://t.co/words.\n\nRead https://t.co/text too.\n")

    found = {one.link: one.target for one in resolved(space)}

    assert found == {
        "https://t.co/first": f"{STORY}/first",
        "t.co/bare": f"{STORY}/bare",
        "https://t.co/own": f"{STORY}/own",
        "https://t.co/words": f"{STORY}/words",
    }


def test_takes_that_were_printed_are_left_alone_and_those_filed_late_are_not(space: Workspace, server: Server) -> None:
    server.answers["/late"] = sends_on()
    week = WEEK.after(-1)
    space.write(f"issues/{week}/takes/used.md", "https://t.co/used\n\nPrinted words.\n")
    space.write(f"issues/{week}/takes/late.md", "https://t.co/late\n\nLate words.\n")
    then = COLLECT - 7 * DAY
    frozen = Frozen(
        at=then,
        run_at=then,
        window_start=then - 7 * DAY,
        window_end=then,
        takes=(Listed(path=f"issues/{week}/takes/used.md", sha256="0" * 64),),
    )
    write_state(space.root, week, WeekState(frozen=frozen, sent=Sent(started=then)))

    assert [one.link for one in resolved(space)] == ["https://t.co/late"]


def test_a_week_whose_state_cannot_be_read_does_not_end_the_collection(space: Workspace, server: Server) -> None:
    server.answers["/a"] = sends_on()
    space.write(f"issues/{WEEK}/takes/a.md", "https://t.co/a\n\nWe waited for this.\n")
    space.write(f"issues/{WEEK}/state.json", "{")

    assert [one.target for one in resolved(space)] == [STORY]


def test_a_link_that_fails_is_tried_again_after_an_hour_and_at_last_no_more(space: Workspace, server: Server) -> None:
    publish(space, "https://t.co/gone")

    tries = []
    for _ in range(7):
        tries.append(len(resolved(space)))
        assert resolved(space) == ()
        space.clock.instant += HOUR

    assert tries == [1, 1, 1, 1, 1, 0, 0]
    assert space.store.resolved.all() == {}


def test_each_outcome_is_heard_with_its_reason(space: Workspace, server: Server) -> None:
    server.answers["/inside"] = sends_on("http://10.0.0.1/")
    publish(space, "https://t.co/inside")
    heard: list[Resolved] = []

    found = resolve_short_links(space.room, space.store, on_link=heard.append)

    assert tuple(heard) == found == (Resolved(link="https://t.co/inside", problem=heard[0].problem),)
    assert heard[0].problem == "leads to 10.0.0.1, in a private network"


def test_one_run_asks_a_hundred_links_those_of_takes_first(space: Workspace, server: Server) -> None:
    space.write("issues/inbox/a.md", "https://t.co/typed\n\nWe waited for this.\n")
    now = space.clock.now()
    keep(space.store, *(make_entry(str(n), link=Link(f"https://t.co/{n}"), first_seen=now) for n in range(120)))

    first = resolved(space)
    second = resolved(space)

    assert first[0].link == "https://t.co/typed"
    assert (len(first), len(second)) == (100, 22), "what is typed is asked again, the others are new"


def test_what_was_answered_before_an_interruption_is_kept(space: Workspace, server: Server) -> None:
    server.answers["/a"] = sends_on()
    publish(space, "https://t.co/a")

    def interrupt(_: Resolved) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        resolve_short_links(space.room, space.store, on_link=interrupt)

    assert space.store.resolved.all() == {"https://t.co/a": STORY}


def test_entries_lead_where_their_short_links_do_and_the_others_stay() -> None:
    short = make_entry("1", link=Link("https://t.co/a"))
    unknown, plain = make_entry("2", link=Link("https://t.co/b")), make_entry("3")

    found = with_resolved((short, unknown, plain), {"https://t.co/a": STORY, "https://t.co/z": STORY})

    assert found == (replace(short, link=Link(STORY)), unknown, plain)


def test_an_entry_that_turns_out_to_be_its_own_discussion_has_none() -> None:
    entry = make_entry(link=Link("https://t.co/a"), discussion=Link(f"{STORY}/?utm_source=talk"))

    (found,) = with_resolved([entry], {"https://t.co/a": STORY})

    assert (found.link, found.discussion) == (STORY, "")


def test_a_house_that_asks_nobody_asks_nobody(tmp_path: Path) -> None:
    with workspace(tmp_path, settings={"COLLECT__SHORT_LINKS": "false"}) as space:
        space.write("issues/inbox/a.md", "https://t.co/typed\n\nWe waited for this.\n")

        assert resolve_short_links(space.room, space.store) == ()
        assert space.store.resolved.waiting(space.clock.now(), most=9) == ()
