from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from newsletter.desk.choice.publishers import Publishers
from newsletter.desk.choice.rank import rank, score, sources_of
from newsletter.links import Link
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, Ranked, Story, Telling
from newsletter.model.sources import Sources
from tests.desk.builders import NOON, days, make_entry, make_feed, make_story

SOURCES = Sources(
    weights={"gazette.example": 1.0, "herald.example": 0.8, "blogs.example": 0.3},
    default=0.5,
    aggregators=frozenset({"votes.example", "links.harbour.example"}),
    syndicators=frozenset({"portal.example"}),
    shared=frozenset({"blogs.example"}),
    names={"thegazette": "gazette.example", "herald": "herald.example", "votes": "votes.example"},
    topics=("chip", "open source", "AI", "AI safety", "robotics", "robot"),
)
FEEDS = {
    feed.id: feed
    for feed in (
        make_feed("gazette", name="The Gazette"),
        make_feed("herald", name="Herald"),
        make_feed("harbour", name="Harbour Post"),
        make_feed("portal", name="Portal"),
        make_feed("votes", name="Votes", url="https://votes.example/rss", aggregator=True),
    )
}
UNTIL = NOON + days(3.5)


def told(*entries: Entry, headline: str = "Ferry sails", **changes: Any) -> Story:
    return make_story(headline, entries=entries, **changes)


def at(feed: str, link: str, title: str = "Ferry sails", **changes: Any) -> Entry:
    return make_entry(title, feed=feed, id=link, link=Link(link), **changes)


def telling_of(entry: Entry, feeds: dict[str, Feed] = FEEDS, sources: Sources = SOURCES) -> tuple[str, float]:
    (one,) = Publishers(feeds, sources).tellings(told(entry))
    return one.publisher, one.weight


def ranked(story: Story, sources: Sources = SOURCES) -> Ranked:
    (one,) = rank([story], FEEDS, sources, until=UNTIL)
    return one


def term(one: Ranked, name: str) -> tuple[float, str]:
    return next((t.value, t.basis) for t in one.terms if t.name == name)


# The sum -------------------------------------------------------------------------------------------


def test_a_score_is_the_sum_of_its_five_terms() -> None:
    story = told(
        at("gazette", "https://gazette.example/1", "AI ferry sails"),
        at("herald", "https://herald.example/1"),
        at("votes", "https://votes.example/item/1", points=1096),
    )

    one = ranked(story)

    assert [t.name for t in one.terms] == ["carried by", "topic", "best source", "points", "fresh"]
    assert term(one, "carried by")[0] == pytest.approx(60 * math.log2(1 + 1.8) / 3, abs=0.005)
    assert term(one, "topic")[0] == 7.5
    assert term(one, "best source")[0] == 10.0
    assert term(one, "points")[0] == pytest.approx(10 * math.log(1097) / 7, abs=0.005)
    assert term(one, "fresh")[0] == 2.5
    assert one.score == round(sum(t.value for t in one.terms), 2)


def test_no_score_is_above_a_hundred() -> None:
    sources = replace(SOURCES, default=1.0)
    entries = [
        at(f"paper{n}", f"https://paper{n}.example/1", "AI chip", points=10**7, published=UNTIL + days(1))
        for n in range(40)
    ]

    one = ranked(told(*entries, published=UNTIL + days(1)), sources)

    assert one.score == 100.0


def test_each_term_says_what_it_was_reckoned_from() -> None:
    story = told(
        at("harbour", "https://harbour.example/1", "AI to steer chip-laden ferry"),
        at("gazette", "https://www.gazette.example/2"),
        at("votes", "https://votes.example/item/1", points=1200),
        headline="AI to steer chip-laden ferry",
    )

    one = ranked(story)

    assert term(one, "carried by")[1] == "2 publishers: gazette.example 1, harbour.example 0.5"
    assert term(one, "topic") == (15.0, "chip, AI")
    assert term(one, "best source")[1] == "gazette.example 1"
    assert term(one, "points")[1] == "1,200 points at Votes"
    assert term(one, "fresh")[1] == "3 days old"


def test_what_is_not_known_is_said_and_counts_nothing() -> None:
    story = told(at("votes", "https://votes.example/item/1", published=None))

    one = ranked(story)

    assert one.score == 0.0
    assert [t.basis for t in one.terms] == [
        "no publisher that counts: only pointed at, or copied without a word of whose it is",
        "no listed topic in its headlines",
        "none",
        "points unknown",
        "no date",
    ]


def test_a_long_list_of_publishers_is_counted_to_its_end() -> None:
    story = told(*(at(f"paper{n}", f"https://paper{n}.example/1") for n in range(10)))

    basis = term(ranked(story), "carried by")[1]

    assert basis.startswith("10 publishers: paper0.example 0.5, ")
    assert basis.endswith(" and 2 more")


def test_freshness_falls_over_a_week_and_never_below_nothing() -> None:
    ages = [timedelta(0), days(1), days(7), days(30)]

    values = [
        term(ranked(told(at("herald", "https://herald.example/1"), published=UNTIL - age)), "fresh") for age in ages
    ]

    assert values == [
        (5.0, "less than a day old"),
        (pytest.approx(4.29), "1 day old"),
        (0.0, "7 days old"),
        (0.0, "30 days old"),
    ]


def test_the_highest_points_count_and_negative_ones_are_none() -> None:
    twice = told(
        at("votes", "https://votes.example/item/1", points=3), at("votes", "https://votes.example/item/2", points=90)
    )
    disliked = told(at("votes", "https://votes.example/item/3", points=-4))

    assert term(ranked(twice), "points")[1] == "90 points at Votes"
    assert term(ranked(disliked), "points") == (0.0, "-4 points at Votes")


def test_the_same_stories_stand_in_the_same_order_however_they_come() -> None:
    stories = [told(at("herald", f"https://herald.example/{n}"), id=f"ferry-{n}") for n in range(3)]
    stories.append(told(at("gazette", "https://gazette.example/9"), id="gazette-9"))

    orders = {tuple(r.story.id for r in rank(some, FEEDS, SOURCES, until=UNTIL)) for some in permutations(stories)}

    assert orders == {("gazette-9", "ferry-0", "ferry-1", "ferry-2")}


def test_a_story_made_of_two_is_scored_by_their_tellings_alone() -> None:
    one = ranked(told(at("gazette", "https://gazette.example/1"), id="one"))
    other = ranked(told(at("herald", "https://herald.example/1"), id="other"))
    both = told(*one.story.entries, *other.story.entries)

    joined = score(both, (*one.tellings, *other.tellings), topics=SOURCES.topics, until=UNTIL)

    assert joined == ranked(both)


def test_sources_are_named_once_the_lead_first() -> None:
    told_by = [
        Telling(feed="herald", name="Herald", publisher="herald.example", weight=0.8),
        Telling(feed="gazette", name="The Gazette", publisher="gazette.example", weight=1.0),
        Telling(feed="herald", name="Herald", publisher="herald.example", weight=0.8),
    ]

    assert sources_of(told_by) == (("herald", "Herald"), ("gazette", "The Gazette"))


# Publishers ----------------------------------------------------------------------------------------


def test_two_feeds_of_one_house_are_one_publisher() -> None:
    story = told(
        at("gazette", "https://www.gazette.example/tech/1"), at("gazette-world", "https://world.gazette.example/1")
    )

    assert term(ranked(story), "carried by")[1] == "1 publisher: gazette.example 1"


def test_publishers_of_one_weight_stand_in_the_order_of_their_names() -> None:
    entries = [at("harbour", "https://harbour.example/1"), at("coast", "https://coast.example/1")]

    bases = {term(ranked(told(*some)), "carried by")[1] for some in permutations(entries)}

    assert bases == {"2 publishers: coast.example 0.5, harbour.example 0.5"}


def test_authors_on_a_shared_host_are_publishers_of_their_own_with_its_weight() -> None:
    assert telling_of(at("ann", "https://ann.blogs.example/p/1")) == ("ann.blogs.example", 0.3)
    assert telling_of(at("bo", "https://bo.blogs.example/p/1")) == ("bo.blogs.example", 0.3)


def test_authors_of_a_platform_that_numbers_its_pages_are_publishers_of_their_own() -> None:
    sources = replace(SOURCES, shared=frozenset({"medium.com"}))

    assert telling_of(at("ann", "https://ann.medium.com/ferries-0123456789ab"), FEEDS, sources)[0] == "ann.medium.com"
    assert telling_of(at("ann", "https://medium.com/@bo/ferries-0123456789ab"), FEEDS, sources)[0] == "medium.com"


def test_a_page_behind_a_redirector_is_its_publishers() -> None:
    sources = replace(SOURCES, shared=frozenset({"medium.com"}))
    wrapped = at("herald", "https://www.google.com/url?q=https%3A%2F%2Fgazette.example%2F1")
    of_a_platform = at("herald", "https://www.google.com/url?q=https%3A%2F%2Fmedium.com%2F%40bo%2Fon-0123456789ab")

    assert telling_of(wrapped) == ("gazette.example", 1.0)
    assert telling_of(of_a_platform, FEEDS, sources)[0] == "medium.com"


def test_a_page_on_an_aggregators_own_host_is_no_publishers() -> None:
    assert telling_of(at("gazette", "https://old.votes.example/item/1")) == ("", 0.0)
    assert telling_of(at("gazette", "https://links.harbour.example/1")) == ("", 0.0)
    assert telling_of(at("gazette", "https://harbour.example/1")) == ("harbour.example", 0.5)


def test_a_feed_marked_as_an_aggregator_does_not_publish_on_its_own_site() -> None:
    feeds = {"digest": make_feed("digest", url="https://feeds.gazette.example/links", aggregator=True)}

    assert telling_of(at("digest", "https://gazette.example/today"), feeds) == ("", 0.0)


def test_what_a_listed_paper_printed_is_its_word_also_where_only_an_aggregator_led_to_it() -> None:
    assert telling_of(at("votes", "https://gazette.example/1")) == ("gazette.example", 1.0)


def test_what_a_subscribed_site_printed_counts_also_where_only_an_aggregator_led_to_it() -> None:
    assert telling_of(at("votes", "https://harbour.example/1")) == ("harbour.example", 0.5)


def test_a_strangers_page_that_only_an_aggregator_led_to_counts_by_its_points_alone() -> None:
    assert telling_of(at("votes", "https://stranger.example/1")) == ("", 0.0)
    assert telling_of(at("harbour", "https://stranger.example/1")) == ("stranger.example", 0.5)


def test_an_aggregator_adds_no_second_voice_to_a_paper() -> None:
    alone = ranked(told(at("gazette", "https://gazette.example/1")))
    pointed_at = ranked(told(at("gazette", "https://gazette.example/1"), at("votes", "https://gazette.example/1")))

    assert alone.score == pointed_at.score


@pytest.mark.parametrize(
    ("author", "title"),
    [
        ("The Gazette", "Ferry sails"),
        ("By Ann Lee, The Gazette", "Ferry sails"),
        ("Ann Lee (the gazette)", "Ferry sails"),
        ("Ann Lee for The Gazette", "Ferry sails"),
        ("gazette.example", "Ferry sails"),
        ("", "Ferry sails - The Gazette"),
        ("Ann Lee", "Ferry sails | The Gazette"),
        ("", "Ferry sails (Ann Lee/The Gazette)"),
        ("", "Ferry sails (Herald/The Gazette)"),
    ],
)
def test_a_copy_counts_as_the_original_that_it_names(author: str, title: str) -> None:
    copy = at("portal", "https://news.portal.example/1", title, author=author)

    assert telling_of(copy) == ("gazette.example", 1.0)


@pytest.mark.parametrize(
    ("author", "title"),
    [
        ("", "Ferry sails"),
        ("Ann Lee", "Ferry sails - at last"),
        ("", "The Gazette sails"),
        ("Votes", "Ferry sails"),
        ("stranger.example", "Ferry sails"),
    ],
)
def test_a_copy_that_names_no_original_counts_as_nobodys(author: str, title: str) -> None:
    copy = at("portal", "https://news.portal.example/1", title, author=author)

    assert telling_of(copy) == ("", 0.0)


def test_a_copy_beside_its_original_is_no_second_voice() -> None:
    story = told(
        at("gazette", "https://gazette.example/1"), at("portal", "https://portal.example/1", author="The Gazette")
    )

    assert term(ranked(story), "carried by")[1] == "1 publisher: gazette.example 1"


def test_a_weight_given_to_a_feed_goes_before_the_table_on_its_own_pages_only() -> None:
    feeds = {"gazette": make_feed("gazette", site="https://www.gazette.example", weight=0.2)}

    assert telling_of(at("gazette", "https://gazette.example/1"), feeds) == ("gazette.example", 0.2)
    assert telling_of(at("gazette", "https://herald.example/1"), feeds) == ("herald.example", 0.8)
    assert telling_of(at("gazette", "https://stranger.example/1"), feeds) == ("stranger.example", 0.5)
    assert telling_of(at("other", "https://gazette.example/1"), feeds) == ("gazette.example", 1.0)


def test_a_feed_that_lives_elsewhere_gives_its_weight_to_pages_that_nobody_lists() -> None:
    feeds = {"coast": make_feed("coast", url="https://feedhost.example/coast", weight=0.9)}

    assert telling_of(at("coast", "https://coast.example/1"), feeds) == ("coast.example", 0.9)
    assert telling_of(at("coast", "https://herald.example/1"), feeds) == ("herald.example", 0.8)


def test_a_weight_of_an_aggregator_counts_nothing() -> None:
    feeds = {"votes": make_feed("votes", aggregator=True, weight=1.0), "harbour": FEEDS["harbour"]}

    assert telling_of(at("votes", "https://harbour.example/1"), feeds) == ("harbour.example", 0.5)


def test_an_entry_without_an_address_is_its_feeds_word() -> None:
    feeds = {**FEEDS, "memo": make_feed("memo", name="House Memo", url="")}

    assert telling_of(at("gazette", ""), feeds) == ("gazette.example", 1.0)
    assert telling_of(at("memo", ""), feeds) == ("memo", 0.5)
    assert telling_of(at("gone", ""), feeds) == ("gone", 0.5)
    assert telling_of(at("votes", ""), feeds) == ("", 0.0)
    assert term(
        score(told(at("memo", "")), Publishers(feeds, SOURCES).tellings(told(at("memo", ""))), topics=(), until=UNTIL),
        "carried by",
    )[1] == ("1 publisher: House Memo 0.5")


# Topics --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("A.I. rules for ferries", "AI"),
        ("Chips, chips and more chips", "chip"),
        ("Open-source ferry timetable", "open source"),
        ("Open ferry source", "no listed topic in its headlines"),
        ("Robots and robotics", "robotics"),
        ("AI safety aboard", "AI, AI safety"),
        ("The chipmunk said nothing", "no listed topic in its headlines"),
    ],
)
def test_topics_are_found_by_their_stems_each_once(title: str, found: str) -> None:
    assert term(ranked(told(at("herald", "https://herald.example/1", title), headline=title)), "topic")[1] == found


def test_topics_are_looked_for_in_every_headline_of_a_story() -> None:
    story = told(
        at("herald", "https://herald.example/1", "New chip"), at("gazette", "https://gazette.example/1", "AI at sea")
    )

    assert term(ranked(story), "topic") == (15.0, "chip, AI")


def test_a_story_that_no_entry_tells_is_scored_by_its_headline() -> None:
    one = score(make_story("AI chip", entries=(make_entry(),)), (), topics=SOURCES.topics, until=UNTIL)

    assert (one.score, one.sources) == (17.5, ())


def test_without_topics_the_term_says_so() -> None:
    assert term(ranked(told(at("herald", "https://herald.example/1")), replace(SOURCES, topics=())), "topic") == (
        0.0,
        "no topics are listed",
    )
