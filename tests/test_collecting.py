"""Collecting, from the wire to the store: moves, gaps, other ids, our own network, documents read again."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.editorial import report_on
from newsletter.errors import NotReady
from newsletter.feeds import undo_move
from newsletter.model.feeds import FeedOutcome, FeedState
from newsletter.newsroom.collection.documents import forget_old_fetches, replay
from newsletter.newsroom.collection.feed_health import feed_health
from newsletter.pipeline import approve, collect, draft, run
from tests.room import COLLECT, FREEZE, SEND, WEEK, Workspace, workspace
from tests.wire.server import Server, reply, running

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OLD, NEW, ELSEWHERE = "old.example.com", "new.example.net", "else.example.org"


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as one:
        yield one


@pytest.fixture
def space(tmp_path: Path, server: Server) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT - 6 * DAY) as space:
        hosts = dict.fromkeys((OLD, NEW, ELSEWHERE), server.address)
        space.room = replace(space.room, hosts=hosts)
        list_feeds(space, f"http://{OLD}/feed")
        yield space


def list_feeds(space: Workspace, *urls: str) -> None:
    names = ("one", "two", "three", "four")
    tables = (
        f'[[feed]]\nid = "{n}"\nname = "{n.title()}"\nurl = "{url}"\n' for n, url in zip(names, urls, strict=False)
    )
    space.write("feeds.toml", "\n".join(tables))


def rss(*numbers: int, guid: str = "g{}", title: str = "Story number {} is told at length") -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid.format(n)}</guid><title>{title.format(n)}</title>"
        f"<link>https://{OLD}/stories/{n}</link>"
        f"<pubDate>{COLLECT - 7 * DAY + timedelta(minutes=n):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n in numbers
    )
    return reply(f"<rss version='2.0'><channel><title>One</title>{items}</channel></rss>".encode())


def collected(space: Workspace, after: timedelta = timedelta()) -> tuple[FeedOutcome, ...]:
    space.clock.instant += after
    return collect(space.room, space.store, every=True)


def state(space: Workspace, feed: str = "one") -> FeedState:
    return next(one for one in space.store.news.feed_states() if one.feed == feed)


def titles(space: Workspace) -> Sequence[str]:
    return sorted(entry.title for entry in space.store.news.entries())


def count(space: Workspace, table: str) -> int:
    with sqlite3.connect(space.root / "var" / "newsletter.db") as database:
        found: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    database.close()
    return found


def bodies(space: Workspace) -> list[Path]:
    return sorted((space.root / "var" / "bodies").rglob("*.z"))


def test_a_permanent_move_is_kept_after_three_runs_in_two_days_and_not_before(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)
    server.answers["/feed"] = reply(status="301 Moved Permanently", Location=f"http://{NEW}/feed2")

    for day in range(4):
        server.answers["/feed2"] = rss(2, 3, 4 + day)
        server.asked.clear()
        collected(space, DAY)

    assert [asked.path for asked in server.asked] == ["/feed2"]
    move = state(space).move
    assert move is not None
    assert (move.state, move.to) == ("kept", f"http://{NEW}/feed2")


def test_a_temporary_redirect_and_one_to_other_stories_are_never_kept(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)

    for status, document in (("302 Found", rss(2, 3)), ("301 Moved Permanently", rss(77, 78, 79, guid="x{}"))):
        server.answers |= {"/feed": reply(status=status, Location=f"http://{NEW}/feed2"), "/feed2": document}
        for _ in range(5):
            server.asked.clear()
            collected(space, DAY)
            assert [asked.path for asked in server.asked] == ["/feed", "/feed2"]


def test_a_person_takes_a_move_back_and_it_is_not_made_again(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2)
    collected(space)
    server.answers |= {
        "/feed": reply(status="301 Moved Permanently", Location=f"http://{NEW}/feed2"),
        "/feed2": rss(1, 2, 3),
    }
    for _ in range(4):
        collected(space, DAY)

    undo_move(space.room, space.store, "one")
    for _ in range(5):
        server.asked.clear()
        collected(space, DAY)

    assert [asked.path for asked in server.asked] == ["/feed", "/feed2"]
    with pytest.raises(NotReady):
        undo_move(space.room, space.store, "one")


def test_a_document_that_shares_nothing_with_the_last_is_a_gap_and_is_told(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(*range(1, 6))
    collected(space)
    server.answers["/feed"] = rss(*range(20, 26))

    (outcome,) = collected(space, DAY)

    assert outcome.gap
    assert outcome.new_entries == 6
    (health,) = feed_health(space.room, space.store).feeds
    assert health.condition == "gap"
    remarks = draft(space.room, WEEK, space.store).remarks
    assert [r.level for r in remarks if r.code == "feed"] == ["warning"]


def test_other_ids_for_the_same_stories_bring_nothing_twice(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)
    before = space.store.news.entries()
    server.answers["/feed"] = rss(1, 2, 3, guid="https://other.example.org/?p={}")

    for after in (DAY, DAY):
        (outcome,) = collected(space, after)
        assert (outcome.state, outcome.new_entries, outcome.gap) in (("new", 0, False), ("same", 0, False))

    assert [entry.first_seen for entry in space.store.news.entries()] == [entry.first_seen for entry in before]


def test_a_second_collect_with_nothing_new_writes_no_entry_and_no_document(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)
    before = (space.store.news.entries(), [(file, file.read_bytes()) for file in bodies(space)])

    (outcome,) = collected(space, HOUR)

    assert outcome.state == "same"
    assert (space.store.news.entries(), [(file, file.read_bytes()) for file in bodies(space)]) == before
    assert len(before[1]) == 1
    assert count(space, "fetch_log") == 2


def test_when_most_feeds_fail_at_once_our_network_is_blamed_and_no_feed(space: Workspace, server: Server) -> None:
    list_feeds(space, f"http://{OLD}/feed", f"http://{NEW}/feed", f"http://{ELSEWHERE}/feed")
    server.answers["/feed"] = rss(1)
    collected(space)
    # Nobody listens on port 1.
    space.room = replace(space.room, hosts=dict.fromkeys((OLD, NEW, ELSEWHERE), "http://127.0.0.1:1"))

    outcomes = collected(space, DAY)

    assert {outcome.state for outcome in outcomes} == {"failed"}
    assert all("our own network seems to be down" in outcome.problem for outcome in outcomes)
    assert [state(space, name).failures for name in ("one", "two", "three")] == [0, 0, 0]
    assert not [one for one in feed_health(space.room, space.store).feeds if one.needs_a_look]


def test_one_feed_that_fails_is_blamed_and_left_alone_for_a_while(space: Workspace, server: Server) -> None:
    list_feeds(space, f"http://{OLD}/feed", f"http://{NEW}/feed", f"http://{ELSEWHERE}/feed")
    server.answers["/feed"] = rss(1)
    space.room = replace(space.room, hosts=dict(space.room.hosts) | {NEW: "http://127.0.0.1:1"})

    for _ in range(6):
        collected(space, HOUR)
    asked_again = {one.feed: one.state for one in collect(space.room, space.store)}

    assert state(space, "two").failures == 6
    assert asked_again == {"one": "same", "two": "waiting", "three": "same"}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html><head><link rel=alternate type=application/rss+xml href=/rss></head>Hello</html>", "not-feed"),
        (b"<html><form action=/x><input type=password name=p></form></html>", "login"),
    ],
)
def test_a_page_instead_of_the_feed_is_a_state_of_its_own(
    space: Workspace, server: Server, page: bytes, expected: str
) -> None:
    server.answers["/feed"] = reply(page, Content_Type="text/html")

    (outcome,) = collected(space)

    assert outcome.state == expected
    assert outcome.problem
    if expected == "not-feed":
        assert outcome.mend == f'If it moved there, write  url = "http://{OLD}/rss"  into the feed "one".'


@pytest.mark.parametrize(
    ("status", "page", "expected"),
    [
        (
            "403 Forbidden",
            b"<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>",
            "challenge",
        ),
        ("401 Unauthorized", b"<html><form><input type=password></form></html>", "login"),
        ("404 Not Found", b"<html><link rel=alternate type=application/rss+xml href=/rss>Gone</html>", "failed"),
    ],
)
def test_the_page_that_comes_with_a_failure_is_looked_at_and_not_kept(
    space: Workspace, server: Server, status: str, page: bytes, expected: str
) -> None:
    server.answers["/feed"] = reply(page, status=status, Content_Type="text/html; charset=utf-8")

    (outcome,) = collected(space)

    assert outcome.state == expected
    assert outcome.problem.startswith(f"HTTP {status[:3]}")
    assert (f"http://{OLD}/rss" in outcome.mend) == (expected == "failed")
    assert bodies(space) == []


def test_kept_documents_bring_back_what_the_store_lost(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2)
    collected(space)
    server.answers["/feed"] = rss(2, 3)
    collected(space, DAY)
    before = space.store.news.entries()
    with sqlite3.connect(space.root / "var" / "newsletter.db") as database:
        database.execute("DELETE FROM entries")
    database.close()
    server.answers.clear()
    server.asked.clear()

    told = replay(space.room, space.store, dry_run=True)
    lost = space.store.news.entries()
    done = replay(space.room, space.store)

    assert lost == ()
    assert [(one.documents, one.entries, one.new_entries) for one in told] == [(2, 3, 3)]
    assert [one.new_entries for one in done] == [3]
    assert space.store.news.entries() == before
    assert server.asked == []
    assert [one.new_entries for one in replay(space.room, space.store)] == [0]


def test_documents_older_than_the_settings_say_are_forgotten(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1)
    collected(space)
    server.answers["/feed"] = rss(1, 2)
    collected(space, 40 * DAY)
    # The age of a file is told by the disk's own clock.
    began = space.clock.instant + 3650 * DAY

    for days in (0, 1):
        forget_old_fetches(space.room, space.store, began=began + days * DAY)
        before = bodies(space)
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space, 3650 * DAY - HOUR)
    forget_old_fetches(space.room, space.store, began=began)

    assert len(before) == 2
    assert [file.stem for file in bodies(space)] == [state(space).validators.body_hash]


def test_the_last_document_of_a_quiet_feed_is_never_forgotten(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2)
    collected(space)

    for _ in range(5):
        (outcome,) = collected(space, 20 * DAY)
    (read_again,) = replay(space.room, space.store)

    assert outcome.state == "same"
    assert (read_again.documents, read_again.missing, read_again.entries) == (1, 0, 2)


def test_another_address_is_another_feed_with_a_backlog_of_its_own(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2)
    for _ in range(3):
        collected(space, DAY)
    server.answers.clear()
    for _ in range(40):
        collected(space, DAY)
    list_feeds(space, f"http://{NEW}/other")
    undated = "".join(f"<item><guid>old{n}</guid><title>Old story {n} of long ago</title></item>" for n in range(50))
    server.answers["/other"] = reply(f"<rss version='2.0'><channel>{undated}</channel></rss>".encode())

    (outcome,) = collect(space.room, space.store)
    composed = draft(space.room, WEEK, space.store)

    assert (outcome.state, outcome.new_entries, outcome.gap) == ("new", 50, False)
    assert not [
        ranked for ranked in composed.draft.ranked if ranked.story.proposed and "Old story" in ranked.story.headline
    ]
    server.answers.clear()
    (missing,) = collected(space, DAY)
    assert missing.state == "failed"


def test_a_host_that_wishes_rest_has_it_in_the_next_run_too(space: Workspace, server: Server) -> None:
    list_feeds(space, *(f"http://{OLD}/{name}" for name in ("a", "b", "c")))
    tired = reply(status="429 Too Many Requests", Retry_After="86400")
    server.answers |= {"/a": tired, "/b": tired, "/c": rss(1)}
    space.room = replace(
        space.room,
        settings=replace(space.room.settings, collecting=replace(space.room.settings.collecting, per_host=1)),
    )

    first = [outcome.state for outcome in collected(space)]
    server.asked.clear()
    second = [outcome.state for outcome in collected(space, HOUR)]

    assert first == ["failed", "failed", "waiting"]
    assert second == ["waiting"] * 3
    assert server.asked == []


def test_a_fault_in_one_table_of_feeds_toml_is_a_row_and_the_other_feeds_are_read(
    space: Workspace, server: Server
) -> None:
    server.answers["/feed"] = rss(1)
    with (space.root / "feeds.toml").open("a") as file:
        file.write(f'\n[[feed]]\nid = "one"\nname = "Twin"\nurl = "http://{NEW}/feed"\n')
        file.write(f'\n[[feed]]\nid = "odd"\nname = "Odd"\nurl = "http://{NEW}/odd"\ninclude = ["(AI"]\n')

    outcomes = collected(space)
    remarks = draft(space.room, WEEK, space.store).remarks

    assert [(outcome.state, outcome.name) for outcome in outcomes] == [
        ("new", "One"),
        ("refused", "feeds.toml:7"),
        ("refused", "feeds.toml:15"),
    ]
    assert [(r.level, r.code) for r in remarks if r.path == "feeds.toml"] == [
        ("warning", "duplicate"),
        ("warning", "pattern"),
    ]


def test_dead_feeds_are_not_hidden_behind_a_network_that_is_up(space: Workspace, server: Server) -> None:
    list_feeds(space, f"http://{OLD}/feed", f"http://{NEW}/feed", f"http://{ELSEWHERE}/feed")
    server.answers["/feed"] = rss(1)
    collected(space)
    space.room = replace(
        space.room, hosts=dict(space.room.hosts) | dict.fromkeys((NEW, ELSEWHERE), "http://127.0.0.1:1")
    )

    for _ in range(10):
        collected(space, DAY)

    assert state(space, "two").failures >= 5
    assert {one.feed: one.condition for one in feed_health(space.room, space.store).feeds} == {
        "one": "good",
        "two": "failing",
        "three": "failing",
    }


def test_a_headline_that_changed_after_a_take_was_filed_is_told(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2)
    collected(space)
    path = f"issues/{WEEK}/takes/mine.md"
    space.write(path, "author: Yoga\nstory: Story number 1 is told at length\n---\nThat was a long time coming.\n")
    before = draft(space.room, WEEK, space.store)
    server.answers["/feed"] = rss(1, 2, title="What happened to {} was told otherwise at first")
    collected(space, DAY)

    composed = draft(space.room, WEEK, space.store)

    changed = [remark for remark in composed.remarks if remark.code == "headline-changed"]
    assert [(remark.path, remark.level) for remark in changed] == [(path, "warning")]
    assert "Story number 1 is told at length" in changed[0].what
    assert "What happened to 1 was told otherwise at first" in changed[0].what
    assert not [remark for remark in before.remarks if remark.code == "headline-changed"]
    assert [p.outcome for p in composed.draft.placements if p.take.path == path] == ["attached"]
    assert "headline-changed" in "\n".join(report_on(composed.draft, composed.remarks).lines())


def test_a_feed_that_says_later_is_asked_at_the_same_slot_of_the_next_day(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = reply(
        b"<rss version='2.0'><channel><title>One</title><ttl>1440</ttl></channel></rss>", Cache_Control="max-age=86400"
    )
    collect(space.room, space.store)
    space.clock.instant += 2 * HOUR
    (waiting,) = collect(space.room, space.store)
    space.clock.instant += 22 * HOUR - timedelta(seconds=30)

    (asked,) = collect(space.room, space.store)

    assert waiting.state == "waiting"
    assert "until" in waiting.problem
    assert asked.state == "same"


def test_documents_read_again_know_a_story_under_the_id_it_got_later(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2)
    collected(space)
    server.answers["/feed"] = rss(1, 2, 3, guid="https://other.example.org/?p={}")
    collected(space, DAY)
    before = space.store.news.entries()
    with sqlite3.connect(space.root / "var" / "newsletter.db") as database:
        database.execute("DELETE FROM entries")
        database.execute("DELETE FROM entry_aliases")
    database.close()

    replay(space.room, space.store)

    assert len(before) == 3
    assert space.store.news.entries() == before


def test_a_feed_that_loses_entries_is_asked_between_the_slots(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(*range(1, 60))
    space.clock.instant = COLLECT - 6 * DAY
    run(space.room, space.store)
    server.answers["/feed"] = rss(*range(1000, 1060))
    space.clock.instant += DAY
    run(space.room, space.store)
    server.answers["/feed"] = rss(*range(1030, 1090))
    before = len(titles(space))

    space.clock.instant += timedelta(minutes=20)
    soon = run(space.room, space.store)
    space.clock.instant += timedelta(minutes=15)
    later = run(space.room, space.store)
    again = run(space.room, space.store)

    assert [(done.stage, done.result) for done in soon] == []
    assert [(done.stage, done.result) for done in later] == [("collect", "done")]
    assert again == ()
    assert len(titles(space)) == before + 30


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found"])
def test_a_redirect_to_a_stranger_brings_nothing_and_is_told_until_a_person_decides(
    space: Workspace, server: Server, status: str
) -> None:
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)
    server.answers["/feed"] = reply(status=status, Location=f"http://{NEW}/pills")
    server.answers["/pills"] = reply(
        b"<rss version='2.0'><channel><item><title>Buy cheap pills</title><guid>p1</guid>"
        b"<link>http://new.example.net/p1</link></item></channel></rss>"
    )

    for _ in range(6):
        (outcome,) = collected(space, DAY)
        assert (outcome.state, outcome.fault, outcome.new_entries) == ("refused", "redirects", 0)

    assert f'url = "http://{NEW}/pills"' in outcome.mend
    assert [one.new_entries for one in replay(space.room, space.store)] == [0]
    assert "Buy cheap pills" not in titles(space)
    (health,) = feed_health(space.room, space.store).feeds
    assert health.needs_a_look
    assert NEW in health.words
    server.answers["/feed"] = rss(2, 3, 4)
    assert [one.new_entries for one in collected(space, DAY)] == [1]


def test_a_document_of_one_entry_is_no_gap(space: Workspace, server: Server) -> None:
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)
    server.answers["/feed"] = rss(9)

    (outcome,) = collected(space, DAY)

    assert (outcome.new_entries, outcome.gap) == (1, False)


def test_a_feed_that_comes_back_after_months_does_not_flood(space: Workspace, server: Server) -> None:
    space.clock.instant = COLLECT - 200 * DAY
    server.answers["/feed"] = rss(1)
    collected(space)
    space.clock.instant = COLLECT
    undated = "".join(f"<item><guid>old{n}</guid><title>Old story {n} of long ago</title></item>" for n in range(50))
    server.answers["/feed"] = reply(f"<rss version='2.0'><channel>{undated}</channel></rss>".encode())

    (outcome,) = collected(space)
    composed = draft(space.room, WEEK, space.store)

    assert outcome.new_entries == 50
    assert not [
        ranked for ranked in composed.draft.ranked if ranked.story.proposed and "Old story" in ranked.story.headline
    ]


def test_the_address_that_feeds_toml_names_is_never_a_stranger(space: Workspace, server: Server) -> None:
    server.answers |= {"/feed": reply(status="302 Found", Location=f"http://{NEW}/away"), "/away": rss(1, 2, 3)}
    collected(space)
    server.answers["/feed"] = rss(20, 21, 22)

    (outcome,) = collected(space, DAY)

    assert (outcome.state, outcome.new_entries) == ("new", 3)


def test_a_filtered_feed_may_move_without_a_known_entry(space: Workspace, server: Server) -> None:
    with (space.root / "feeds.toml").open("a") as file:
        file.write("max_items = 1\n")
    server.answers["/feed"] = rss(1, 2, 3)
    collected(space)
    server.answers |= {
        "/feed": reply(status="301 Moved Permanently", Location=f"http://{NEW}/feed2"),
        "/feed2": rss(2, 3, 4),
    }

    (outcome,) = collected(space, DAY)

    assert (outcome.state, outcome.new_entries) == ("new", 1)


def test_a_feeds_toml_that_cannot_be_read_holds_up_no_issue(space: Workspace, server: Server) -> None:
    space.add("ada")
    server.answers["/feed"] = rss(*range(1, 9))
    collected(space)
    server.answers["/feed"] = rss(*range(50, 59))
    space.clock.instant = COLLECT - HOUR
    collected(space)
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.write("feeds.toml", "[[feed")

    done = space.run_at(SEND)

    assert ("deliver", "done") in done
    assert space.post.readers == ["ada"]


def test_a_page_that_never_comes_hides_neither_status_nor_retry_after(space: Workspace, server: Server) -> None:
    def tired(connection: socket.socket) -> None:
        head = "HTTP/1.1 429 Slow\r\nRetry-After: 7200\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n"
        connection.sendall(head.encode())
        server.stopping.wait(8)

    server.answers["/feed"] = tired

    (outcome,) = collected(space)

    assert (outcome.status, outcome.fault) == (429, "rate-limited")
    assert state(space).retry_at == space.clock.instant + 2 * HOUR
