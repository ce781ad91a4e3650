"""Entries made plain and trustworthy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.links import Link, printed
from newsletter.model.feeds import Feed
from newsletter.model.news import Entry, RawEntry
from newsletter.wire.normalise import as_published, normalise

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)
FEED = Feed(id="wire", name="The Wire", url="https://news.example.org/feed.xml")
RAW = RawEntry(id="n-1", title="A compiler learns to wait", link="/1", published=BEFORE, summary="It waits.")


def made(*raw: RawEntry, feed: Feed = FEED) -> tuple[Entry, ...]:
    return normalise(feed, raw, base_url="https://news.example.org/feed.xml", now=NOW, previous_fetch=BEFORE)


def test_an_entry_carries_all_that_the_desk_needs() -> None:
    (entry,) = made(replace(RAW, author="<b>Ada</b> Example", language="en_GB"))

    assert entry == Entry(
        feed="wire",
        id="n-1",
        title="A compiler learns to wait",
        link=entry.link,
        published=BEFORE,
        first_seen=NOW,
        previous_fetch=BEFORE,
        summary="It waits.",
        author="Ada Example",
        language="en-GB",
    )
    assert entry.link == "https://news.example.org/1"


@pytest.mark.parametrize(
    ("title", "is_html", "plain"),
    [
        ("Open maps adds <b>x</b>", True, "Open maps adds x"),
        ("a < b, vector<int> &amp; co", True, "a < b, vector<int> & co"),
        ("1 < 2 &amp; <b>", False, "1 < 2 &amp; <b>"),
        ("two\n lines", False, "two lines"),
        ("<script>alert(1)</script>Hello", True, "Hello"),
    ],
)
def test_a_title_is_plain_text_on_one_line(title: str, is_html: bool, plain: str) -> None:
    (entry,) = made(replace(RAW, title=title, title_is_html=is_html))

    assert entry.title == plain


def test_a_title_beyond_measure_is_cut() -> None:
    (entry,) = made(replace(RAW, title="word " * 1000))

    assert len(entry.title) <= 500
    assert entry.title.endswith("…")


def test_an_untitled_entry_is_named_by_its_first_words_and_a_wordless_one_left_out() -> None:
    words = " ".join(f"w{n}" for n in range(40))

    entries = made(replace(RAW, title="<img src=x>", summary=words), replace(RAW, id="n-2", title="", summary="<img>"))

    assert [entry.title for entry in entries] == [" ".join(f"w{n}" for n in range(12))]


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("posts/a", "https://news.example.org/posts/a"),
        ("//cdn.example.com/b", "https://cdn.example.com/b"),
        ("https://news.example.org/c?utm_source=rss&id=7", "https://news.example.org/c?id=7"),
        (" https://news.example.org/a\n b ", "https://news.example.org/a%20b"),
        ("https://www.google.com/url?q=https://news.example.org/d%3Futm_source%3Drss", "https://news.example.org/d"),
        (
            "https://www.google.com/url?q=https://me:x@news.example.org/",
            "https://www.google.com/url?q=https://me:x@news.example.org/",
        ),
        ("https://news.example.org/e?source=rss----1#utm_campaign=x", "https://news.example.org/e"),
        ("javascript:alert(1)", ""),
        ("mailto:ada@example.org", ""),
        ("tag:news.example.org,2025:1", ""),
        ("https://me:secret@news.example.org/", ""),
        ("http://[bad", ""),
        ("https://news.example.org/" + "a" * 3000, ""),
        ("", ""),
    ],
)
def test_a_link_is_absolute_and_may_be_printed(written: str, link: str) -> None:
    (entry,) = made(replace(RAW, link=written))

    assert entry.link == link


@pytest.mark.parametrize(
    ("published", "believed"),
    [
        (BEFORE, BEFORE),
        (NOW, NOW),
        (NOW + timedelta(seconds=1), None),
        (NOW + timedelta(days=400), None),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        (None, None),
    ],
    ids=["past", "now", "a-second-ahead", "next-year", "epoch", "year-1", "none"],
)
def test_a_date_ahead_of_our_clock_or_before_feeds_is_not_believed(
    published: datetime | None, believed: datetime | None
) -> None:
    (entry,) = made(replace(RAW, published=published))

    assert entry.published == believed
    assert entry.dated == (believed or NOW)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("<p>One.</p><p>Two is here. Three is not.</p>", "One. Two is here."),
        ("The U.S. Senate met Dr. Who. It left.", "The U.S. Senate met Dr. Who. It left."),
        ("最初の文。次の文。三つ目。", "最初の文。 次の文。"),
        ("Text &#8230; <a href=x>Continue reading <span>A title</span></a>", "Text …"),
        ("Some text [&#8230;]", "Some text…"),
        ("Words. The post A title appeared first on The Wire.", "Words."),
        ("A compiler learns to wait", ""),
        ('<a href="https://x.example/c">Comments</a>', ""),
        ("version 2.0 is out", "version 2.0 is out"),
        ("a &lt; b", "a < b"),
    ],
)
def test_a_summary_is_one_or_two_plain_sentences(summary: str, expected: str) -> None:
    (entry,) = made(replace(RAW, summary=summary))

    assert entry.summary == expected


def test_a_long_summary_is_cut_at_a_word() -> None:
    (entry,) = made(replace(RAW, summary="lorem " * 200))

    assert 200 < len(entry.summary) <= 300
    assert entry.summary.endswith("lorem…")


def test_without_an_id_the_link_is_the_name_and_without_both_the_title() -> None:
    entries = made(replace(RAW, id=""), replace(RAW, id="", link=""), replace(RAW, id="", link="", title="Another"))

    assert entries[0].id == "https://news.example.org/1"
    assert entries[1].id.startswith("title:")
    assert entries[1].id != entries[2].id


def test_an_id_beyond_measure_is_cut_and_stays_its_own() -> None:
    entries = made(replace(RAW, id="x" * 9000), replace(RAW, id="x" * 9001, link="/2"))

    assert len({entry.id for entry in entries}) == 2
    assert all(len(entry.id) <= 500 for entry in entries)


def test_two_stories_under_one_id_both_stay() -> None:
    old, new = replace(RAW, published=BEFORE - timedelta(days=2)), replace(RAW, link="/2", title="Another")

    first = made(old)
    entries = made(new, old)

    assert [entry.link for entry in entries] == ["https://news.example.org/2", "https://news.example.org/1"]
    assert entries[1].id == first[0].id
    assert entries[0].id.startswith("n-1#")


def test_one_story_listed_twice_stays_once() -> None:
    assert len(made(RAW, replace(RAW, title="A compiler learns to wait (updated)"))) == 1


def test_two_titles_on_one_page_without_ids_are_two_stories() -> None:
    entries = made(replace(RAW, id=""), replace(RAW, id="", title="Another"))

    assert len({entry.id for entry in entries}) == 2


@pytest.mark.parametrize(
    ("include", "exclude", "kept"),
    [
        ((), (), ["A model", "Deals", "Maps"]),
        (("model", "far away"), (), ["A model", "Maps"]),
        ((), ("^deals",), ["A model", "Maps"]),
        (("model|deals",), ("deals",), ["A model"]),
    ],
    ids=["neither", "include", "exclude", "both"],
)
def test_a_feeds_patterns_look_at_title_and_text(
    include: tuple[str, ...], exclude: tuple[str, ...], kept: list[str]
) -> None:
    raw = (
        RawEntry(title="A model", link="/1"),
        RawEntry(title="Deals", link="/2"),
        RawEntry(title="Maps", link="/3", summary="From here. To there. And <b>far</b> away."),
    )

    entries = made(*raw, feed=replace(FEED, include=include, exclude=exclude))

    assert [entry.title for entry in entries] == kept


def test_of_too_many_entries_the_newest_stay_in_their_order() -> None:
    raw = [
        replace(RAW, id=str(n), link=f"/{n}", published=NOW - timedelta(days=age)) for n, age in enumerate([3, 1, 2])
    ]

    entries = made(*raw, feed=replace(FEED, max_items=2))

    assert [entry.id for entry in entries] == ["1", "2"]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [("", "en-US", "en-US"), ("de", "en", "de"), ("", "not a language", ""), ("", "", "")],
)
def test_the_editors_word_on_language_outweighs_the_feeds(ours: str, theirs: str, expected: str) -> None:
    (entry,) = made(replace(RAW, language=theirs), feed=replace(FEED, language=ours))

    assert entry.language == expected


def test_without_a_summary_the_full_text_tells() -> None:
    entries = made(
        replace(RAW, summary="<img src=x>", content="<p>It waits long. Then it goes.</p>"),
        replace(RAW, id="n-2", link="/2", title="", summary="", content="Six words of the full text"),
    )

    assert (entries[0].summary, entries[1].title) == ("It waits long. Then it goes.", "Six words of the full text")


def test_a_text_of_any_length_gives_the_summary_of_its_beginning() -> None:
    short = made(replace(RAW, summary="<p>It waits long.</p><p>Then it goes. And so on.</p>"))
    long = made(
        replace(RAW, summary="<p>It waits long.</p><p>Then it goes. And so on.</p>" + "<p>More words.</p>" * 9000)
    )

    assert short[0].summary == long[0].summary == "It waits long. Then it goes."


def test_a_pattern_sees_a_word_far_down_and_a_headline_as_published() -> None:
    far = replace(RAW, summary="<p>Some words.</p>" * 500 + "far away")
    news = replace(
        RAW,
        id="n-2",
        link="https://news.google.com/rss/articles/x",
        title="Zoom waits - The Wire",
        summary='<a href="x">Zoom waits</a>&nbsp;<font>The Wire</font>',
    )

    (first,) = made(far, feed=replace(FEED, include=("far away",)))
    (second,) = made(far, news, feed=replace(FEED, include=("waits - the wire",)))

    assert (first.id, second.title) == ("n-1", "Zoom waits")


THREAD = replace(
    RAW,
    id="t3_1",
    link="https://www.reddit.com/r/x/comments/1/t/",
    content='<a href="https://news.example.org/9?utm_source=x">[link]</a> <a href="/r/x/comments/1/t/">[comments]</a>',
    summary="",
)


def test_an_entry_leads_to_its_story_and_as_published_to_where_its_publisher_says() -> None:
    (entry,) = made(THREAD)
    published = as_published(FEED, THREAD, base_url=FEED.url, now=NOW)

    assert (entry.link, entry.summary) == ("https://news.example.org/9", "")
    assert published == replace(
        entry, link=published.link, previous_fetch=None, summary="[link] [comments]", discussion=Link("")
    )
    assert published.link == "https://www.reddit.com/r/x/comments/1/t/"


def test_the_thread_that_brought_a_story_is_its_discussion() -> None:
    (entry,) = made(THREAD)

    assert entry.discussion == "https://www.reddit.com/r/x/comments/1/t/"


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("https://talk.example.org/t/7?utm_source=feed&x=1", "https://talk.example.org/t/7?x=1"),
        ("/talk/7", "https://news.example.org/talk/7"),
        ("https://news.example.org/1#comments", ""),
        ("http://www.news.example.org/1/?utm_source=talk", ""),
        ("12", ""),
        ("Comments are closed", ""),
        ("javascript:alert(1)", ""),
        ("https://me:secret@talk.example.org/7", ""),
        ("", ""),
    ],
)
def test_a_discussion_is_another_page_than_the_story_and_can_be_printed(written: str, page: str) -> None:
    (entry,) = made(replace(RAW, discussion=written))

    assert entry.discussion == page


def test_an_entry_knows_its_points_and_one_without_them_knows_none() -> None:
    told, silent = made(replace(RAW, points=12), replace(RAW, id="n-2", title="Another one", link="/2"))

    assert (told.points, silent.points) == (12, None)


def test_a_list_of_addresses_and_points_is_no_summary() -> None:
    talk = "https://news.ycombinator.com/item?id=1"
    listed = f"<p>Article URL: https://news.example.org/1</p><p>Comments URL: {talk}</p><p>Points: 5</p>"

    (entry,) = made(replace(RAW, summary=f"{listed}<p># Comments: 2</p>"))

    assert (entry.summary, entry.discussion, entry.points) == ("", talk, 5)


def test_a_story_whose_address_cannot_be_printed_keeps_the_publishers() -> None:
    (entry,) = made(replace(THREAD, content=THREAD.content.replace("https://news", "https://me:secret@news")))

    assert entry.link == "https://www.reddit.com/r/x/comments/1/t/"


def test_a_new_version_of_a_paper_is_left_out_and_can_still_be_shown_as_published() -> None:
    paper = RawEntry(
        id="oai:arXiv.org:2503.1v2", title="On waiting", link="https://arxiv.org/abs/2503.1", kind="replace"
    )

    assert made(paper) == ()
    assert as_published(FEED, paper, base_url=FEED.url, now=NOW).title == "On waiting"


def test_an_absolute_address_keeps_its_empty_end() -> None:
    (entry,) = made(replace(RAW, link="https://news.example.org/a;"))

    assert entry.link == "https://news.example.org/a;"


def test_what_says_nothing_is_no_news_and_keeps_its_link_as_published() -> None:
    picture = RawEntry(link="/1", summary="<img>")

    shown = as_published(FEED, picture, base_url=FEED.url, now=NOW)

    assert made(picture) == ()
    assert (shown.title, shown.link) == ("", "https://news.example.org/1")


@given(st.from_regex(r"https?://[a-z.:@]{1,9}[a-zA-Z0-9/?#&=._~%;@:-]{0,20}", fullmatch=True))
def test_an_ordinary_address_is_printed_as_every_other(written: str) -> None:
    (entry,) = made(replace(RAW, link=written))

    assert entry.link == (printed(written) or "")
