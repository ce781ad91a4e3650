"""What the wire brought is kept once, as it was first seen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.links import Link, identity
from newsletter.model.feeds import FetchState
from newsletter.model.news import Known
from newsletter.store import schema
from newsletter.store.engine import Store
from tests.store.builders import NOW, keep, later, make_entry, make_kept, make_row


def test_an_entry_comes_back_as_it_was_kept(store: Store) -> None:
    entry = make_entry(
        title='“Quotes”: emoji 🙂 and "colons"',
        previous_fetch=NOW - timedelta(days=1),
        summary="Two sentences. Really.",
        author="José Peña",
        language="es",
    )
    undated = make_entry("2", published=None, link=Link(""))

    keep(store, entry, undated)

    assert store.news.entries() == (entry, undated)


def test_keeping_counts_what_is_new(store: Store) -> None:
    first = keep(store, make_entry("1"), make_entry("2"))

    second = keep(store, make_entry("2"), make_entry("3"), now=later(hours=1))

    assert (first, second) == (2, 1)


def test_a_known_entry_keeps_its_first_sight_and_takes_over_the_new_words(store: Store) -> None:
    keep(store, make_entry(previous_fetch=NOW - timedelta(days=1)))

    keep(
        store,
        make_entry(title="Corrected", published=later(hours=2), first_seen=later(hours=3), previous_fetch=NOW),
        now=later(hours=3),
    )

    (kept,) = store.news.entries()
    assert (kept.title, kept.published, kept.first_seen) == ("Corrected", make_entry().published, NOW)
    assert kept.previous_fetch == NOW - timedelta(days=1)


def test_a_second_fetch_with_nothing_new_writes_no_entry(sqlite_store: Store) -> None:
    entries = [make_entry(str(n), discussion=Link("https://talk.example/1"), points=n) for n in range(5)]
    keep(sqlite_store, *entries)
    with sqlite_store.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER none BEFORE UPDATE ON entries BEGIN SELECT RAISE(FAIL, 'written'); END"
        )

    assert keep(sqlite_store, *entries, now=later(hours=1)) == 0
    assert keep(sqlite_store, *(make_entry(str(n)) for n in range(5)), now=later(hours=2)) == 0


def test_an_entry_comes_back_with_its_discussion_and_its_points(store: Store) -> None:
    told = make_entry("1", discussion=Link("https://talk.example/1"), points=0)

    keep(store, told, make_entry("2"))

    assert store.news.entries() == (told, make_entry("2"))


def test_other_points_are_taken_over_and_are_no_other_text(store: Store) -> None:
    keep(store, make_entry(points=3))

    keep(store, make_entry(points=41), now=later(hours=1))

    assert store.news.entries() == (make_entry(points=41),)
    with store.database.read() as connection:
        assert connection.execute(schema.entry_revisions.select()).all() == []


def test_a_fetch_that_tells_no_points_and_no_discussion_leaves_those_that_are_known(store: Store) -> None:
    talk = Link("https://talk.example/1")
    keep(store, make_entry(discussion=talk, points=3))

    keep(store, make_entry(), now=later(hours=1))
    keep(store, make_entry(title="Corrected"), now=later(hours=2))

    (kept,) = store.news.entries()
    assert (kept.title, kept.discussion, kept.points) == ("Corrected", talk, 3)


def test_an_entry_that_is_discussed_later_receives_the_page(store: Store) -> None:
    keep(store, make_entry())

    keep(store, make_entry(discussion=Link("https://talk.example/1")), now=later(hours=1))

    assert [entry.discussion for entry in store.news.entries()] == ["https://talk.example/1"]


def test_short_links_of_new_entries_wait_to_be_asked_and_pages_do_not(store: Store) -> None:
    keep(store, make_entry("page"), make_entry("short", link=Link("https://t.co/Ab12Cd")))
    keep(store, make_entry("again", link=Link("https://t.co/Ab12Cd")), make_entry("none", link=Link("")))

    waiting = store.resolved.waiting(NOW, most=10)
    store.resolved.keep({"https://t.co/Ab12Cd": None}, NOW)

    assert waiting == ("https://t.co/Ab12Cd",)
    assert store.resolved.waiting(NOW, most=10) == ()
    assert store.resolved.waiting(later(hours=2), most=10) == waiting
    assert store.resolved.waiting(later(hours=2), most=0) == ()


def test_a_glimpse_tells_what_the_entry_tells_and_names_read_it_whole(store: Store) -> None:
    keep(store, make_entry("a"), make_entry("b", discussion=Link("https://talk.example/b")))
    keep(store, make_entry("a", title="Another headline"), make_entry("b", discussion=Link("https://talk.example/b")))

    with store.news.view(since=NOW - timedelta(days=1)) as view:
        glimpses = {one.id: one for one in view.glimpses()}
        one_of_two = view.named({("gazette", "b"), ("gazette", "none"), ("nobody", "b")})
        one_by_name = view.named({("gazette", "a")})
        both = view.named({("gazette", "a"), ("gazette", "b")})
    with store.news.view(since=NOW + timedelta(days=1)) as later_view:
        none = later_view.glimpses(), later_view.named({("gazette", "a")})
    whole = {entry.id: entry for entry in store.news.entries()}

    for name, entry in whole.items():
        one = glimpses[name]
        assert (one.title, one.former_titles, one.discussion) == (entry.title, entry.former_titles, entry.discussion)
        assert (one.published, one.first_seen, one.previous_fetch) == (
            entry.published,
            entry.first_seen,
            entry.previous_fetch,
        )
    assert glimpses["a"].former_titles
    assert (one_of_two, one_by_name, both) == ((whole["b"],), (whole["a"],), store.news.entries())
    assert none == ((), ())


def test_a_view_has_another_digest_as_soon_as_anything_of_an_entry_changed(store: Store) -> None:
    def digest() -> str:
        with store.news.view(since=NOW - timedelta(days=1)) as view:
            return view.digest

    seen = [digest()]
    for entry in (
        make_entry("a"),
        make_entry("a", title="Another headline"),
        make_entry("a", title="Another headline", summary="More is known."),
        make_entry("a", title="Another headline", summary="More is known.", points=12),
        make_entry("a", summary="More is known.", points=12),
    ):
        keep(store, entry)
        seen.append(digest())
        keep(store, entry)
        assert digest() == seen[-1]

    assert len(set(seen)) == len(seen)


def test_of_two_entries_with_one_id_the_first_counts(store: Store) -> None:
    assert keep(store, make_entry(title="One"), make_entry(title="Other")) == 1
    assert [entry.title for entry in store.news.entries()] == ["One"]


def test_a_large_feed_is_kept_whole(store: Store) -> None:
    entries = [make_entry(f"{n:04}") for n in range(1200)]

    counts = keep(store, *entries), keep(store, *entries)

    assert counts == (1200, 0)
    assert len(store.news.entries()) == 1200


def test_entries_are_bounded_by_first_sight_and_ordered(store: Store) -> None:
    for hour, ids in ((0, "ba"), (1, "d"), (2, "c")):
        keep(store, *(make_entry(id_, first_seen=later(hours=hour)) for id_ in ids), now=later(hours=hour))

    def ids_of(since: datetime | None, until: datetime | None) -> str:
        return "".join(entry.id for entry in store.news.entries(since=since, until=until))

    assert ids_of(None, None) == "abdc"
    assert ids_of(NOW, None) == "dc"
    assert ids_of(None, later(hours=1)) == "abd"
    assert ids_of(NOW, later(hours=1)) == "d"


def test_several_feeds_are_kept_at_once_and_counted_apart(store: Store) -> None:
    keep(store, make_entry("1"))
    herald = [make_entry(id_, feed="herald") for id_ in ("1", "2")]

    counts = store.news.keep([make_kept(make_entry("1")), make_kept(*herald, feed="herald")], later(hours=1))

    assert counts == (0, 2)
    assert [(entry.feed, entry.id) for entry in store.news.entries()] == [
        ("gazette", "1"),
        ("herald", "1"),
        ("herald", "2"),
    ]
    assert [state.feed for state in store.news.feed_states()] == ["gazette", "herald"]


@pytest.mark.parametrize("state", ["waiting", "off"])
def test_a_feed_that_was_not_asked_leaves_its_state_alone_and_nothing_in_the_log(
    store: Store, state: FetchState
) -> None:
    counts = store.news.keep([make_kept(make_entry(), row=make_row(state=state)), make_kept(feed="herald")], NOW)

    assert counts == (0, 0)
    assert store.news.entries() == ()
    assert [feed.feed for feed in store.news.feed_states()] == ["gazette", "herald"]
    assert list(store.news.fetch_rows(NOW)) == ["herald"]


def test_text_that_no_database_takes_does_not_stop_the_feed(store: Store) -> None:
    assert keep(store, make_entry("1\x00", title="half \ud83d pair")) == 1
    assert [(entry.id, entry.title) for entry in store.news.entries()] == [("1", "half ? pair")]


def test_the_same_untakeable_id_is_known_the_second_time(store: Store) -> None:
    keep(store, make_entry("1\x00"))

    assert keep(store, make_entry("1\x00"), make_entry("1")) == 0


# Known under another id ----------------------------------------------------------------------------


def test_an_entry_that_was_recognised_is_stored_under_its_first_id(store: Store) -> None:
    keep(store, make_entry("old"))

    new = keep(store, make_entry("new", title="Story told again"), aliases={"new": "old"}, now=later(hours=1))

    assert new == 0
    assert [(entry.id, entry.title) for entry in store.news.entries()] == [("old", "Story told again")]


def test_an_entry_once_recognised_needs_no_telling(store: Store) -> None:
    keep(store, make_entry("old"))
    keep(store, make_entry("new"), aliases={"new": "old"}, now=later(hours=1))

    new = keep(store, make_entry("new", title="Corrected"), now=later(hours=2))

    assert new == 0
    assert [(entry.id, entry.title) for entry in store.news.entries()] == [("old", "Corrected")]


def test_an_id_that_is_used_for_another_story_later_is_no_alias_any_more(store: Store) -> None:
    keep(store, make_entry("old"))
    keep(store, make_entry("new"), aliases={"new": "old"})

    other = make_entry("new", title="Another story", link=Link("https://gazette.example/other"))
    counts = [keep(store, other, now=later(hours=hour)) for hour in (1, 2)]

    assert counts == [1, 0]
    assert {entry.id: entry.title for entry in store.news.entries()} == {"old": "Story new", "new": "Another story"}
    assert store.news.aliases(["gazette"]) == {}


def test_aliases_are_told_by_feed(store: Store) -> None:
    keep(store, make_entry("1"), make_entry("2"))
    keep(store, make_entry("1b"), make_entry("2b"), aliases={"1b": "1", "2b": "2"})
    keep(store, make_entry("1c"), aliases={"1c": "1"})

    assert store.news.aliases(["gazette", "herald"]) == {"gazette": {"1c": "1", "2b": "2"}}


def test_an_alias_counts_in_its_own_feed_alone(store: Store) -> None:
    keep(store, make_entry("old"))
    keep(store, make_entry("new"), aliases={"new": "old"})

    assert keep(store, make_entry("new", feed="herald"), feed="herald") == 1


def test_an_id_that_changes_at_every_fetch_stays_one_entry(store: Store) -> None:
    keep(store, make_entry("1"))

    for hour in range(1, 4):
        keep(store, make_entry(f"1?{hour}"), aliases={f"1?{hour}": "1"}, now=later(hours=hour))

    assert keep(store, make_entry("1?3"), now=later(hours=4)) == 0
    assert [entry.id for entry in store.news.entries()] == ["1"]


@pytest.mark.parametrize("told", [{}, {"new": "old"}], ids=["remembered", "told"])
def test_two_entries_that_stand_in_one_document_are_never_one(store: Store, told: dict[str, str]) -> None:
    keep(store, make_entry("old"))
    if not told:
        keep(store, make_entry("new"), aliases={"new": "old"})

    both = [make_entry("old"), make_entry("new", title="Another story")]
    counts = [keep(store, *both, aliases=told, now=later(hours=hour)) for hour in (1, 2)]

    assert counts == [1, 0]
    assert [(entry.id, entry.title) for entry in store.news.entries()] == [
        ("new", "Another story"),
        ("old", "Story old"),
    ]


def test_of_two_that_claim_one_stored_entry_the_told_one_has_it(store: Store) -> None:
    keep(store, make_entry("old"))
    keep(store, make_entry("new"), aliases={"new": "old"})

    count = keep(store, make_entry("new"), make_entry("newer"), aliases={"newer": "old"}, now=later(hours=1))

    assert count == 1
    assert {entry.id for entry in store.news.entries()} == {"old", "new"}
    assert keep(store, make_entry("new"), make_entry("newer"), now=later(hours=2)) == 0


@pytest.mark.parametrize("told", ["nowhere", "2"], ids=["not stored", "told of one that is stored itself"])
def test_an_alias_that_cannot_be_right_is_not_believed(store: Store, told: str) -> None:
    keep(store, make_entry("1"), make_entry("2"))

    aliases = {"3": told} if told == "nowhere" else {"1": told}
    keep(store, make_entry("1"), make_entry("3"), aliases=aliases, now=later(hours=1))

    assert {entry.id for entry in store.news.entries()} == {"1", "2", "3"}


def test_what_may_be_recognised_is_given_by_feed_newest_first(store: Store) -> None:
    keep(store, make_entry("1"), make_entry("2", published=None, link=Link("")))
    keep(store, make_entry("3", first_seen=later(hours=1)), now=later(hours=1))

    known = store.news.known(["gazette", "herald"])

    assert known == {"gazette": tuple(_known(id_) for id_ in "312"), "herald": ()}


def _known(id_: str) -> Known:
    entry = make_entry(id_)
    if id_ == "2":
        return Known(id=id_, title=entry.title, identity="", published=None, first_seen=NOW)
    link = identity(entry.link)
    assert link
    seen = later(hours=1) if id_ == "3" else NOW
    return Known(id=id_, title=entry.title, identity=link, published=entry.published, first_seen=seen)


# Revised -------------------------------------------------------------------------------------------


def test_former_headlines_are_told_oldest_first_and_once(store: Store) -> None:
    for hour, title in enumerate(["One", "Two", "One", "Three", "Three", "Two"]):
        keep(store, make_entry(title=title), now=later(hours=hour))

    (entry,) = store.news.entries()
    assert (entry.title, entry.former_titles) == ("Two", ("One", "Three"))


def test_a_headline_that_changed_under_a_new_id_is_told_too(store: Store) -> None:
    keep(store, make_entry("old", title="One"))
    keep(store, make_entry("new", title="Two"), aliases={"new": "old"})

    assert store.news.entries()[0].former_titles == ("One",)


def test_a_new_summary_or_link_is_no_new_headline(store: Store) -> None:
    keep(store, make_entry())
    keep(store, make_entry(summary="More words."))
    keep(store, make_entry(summary="More words.", link=Link("https://gazette.example/moved")))

    (entry,) = store.news.entries()
    assert (entry.summary, entry.link, entry.former_titles) == ("More words.", "https://gazette.example/moved", ())


def test_a_former_link_is_put_aside_with_the_instant_it_was_replaced(store: Store) -> None:
    keep(store, make_entry())
    keep(store, make_entry(link=Link("https://gazette.example/moved")), now=later(hours=3))

    with store.database.read() as connection:
        (row,) = connection.execute(schema.entry_revisions.select())
    assert (row.feed, row.id, row.title, row.link) == ("gazette", "1", "Story 1", "https://gazette.example/1")
    assert row.at == later(hours=3)


def test_reading_an_old_document_again_by_new_rules_is_no_revision(store: Store) -> None:
    keep(store, make_entry(title="Tom &amp; Ann"))

    keep(store, make_entry(title="Tom & Ann"), state=None, revise=False, logged=False)

    (entry,) = store.news.entries()
    assert (entry.title, entry.former_titles) == ("Tom & Ann", ())
    assert len(store.news.fetch_rows(NOW)["gazette"]) == 1


# Arrivals ------------------------------------------------------------------------------------------


def test_arrivals_are_told_by_feed_oldest_first(store: Store) -> None:
    for hour in (2, 0, 1):
        keep(store, make_entry(str(hour), first_seen=later(hours=hour)))
    keep(store, make_entry("x", feed="herald", first_seen=NOW - timedelta(days=2)), feed="herald")

    assert store.news.arrivals(NOW) == {"gazette": (NOW, later(hours=1), later(hours=2))}


def test_a_date_that_was_lacking_is_received_and_never_changed_again(store: Store) -> None:
    keep(store, make_entry("1", published=None))

    keep(store, make_entry("1", published=NOW))
    keep(store, make_entry("1", published=later(days=3), title="Another title, so that it is written"))

    assert [entry.published for entry in store.news.entries()] == [NOW]
