"""Platforms' habits, known by signs and undone."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from newsletter.model.news import RawEntry
from newsletter.wire.markup import plain
from newsletter.wire.platforms import Told, as_story, unwrapped

THREAD = "https://www.reddit.com/r/compilers/comments/1abc/a_compiler_learns_to_wait/"
STORY = "https://news.example.org/1"


def story(
    *, own: str = "n-1", title: str = "A compiler learns to wait", link: str, words: str = "", **raw: str
) -> Told:
    told = as_story(Told(id=own, title=title, link=link, words=words), RawEntry(**raw))
    assert told is not None
    return told


def reddit_text(link: str) -> str:
    return (
        f'<!-- SC_OFF --><div class="md"><p>Read <a href="https://other.example.org/">[link]</a>.</p></div>'
        f' submitted by <a href="https://www.reddit.com/user/ada"> /u/ada </a> <br/>'
        f' <span><a href="{link}">[link]</a></span> <span><a href="{THREAD}">[12 comments]</a></span>'
    )


def news_article(url: str, *, length: bytes | None = None) -> str:
    data = b"\x08\x13\x22" + (length or bytes((len(url),))) + url.encode() + b"\xd2\x01\x00"
    return f"https://news.google.com/rss/articles/{urlsafe_b64encode(data).decode().rstrip('=')}?oc=5"


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        (f"https://www.google.com/url?rct=j&sa=t&url={STORY}&ct=ga&cd=x", STORY),
        (f"https://www.google.de/url?q={STORY}", STORY),
        ("https://www.google.com/amp/s/news.example.org/amp/1", "https://news.example.org/amp/1"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example.org%2F1&h=x", STORY),
        ("http://www.bing.com/news/apiclick.aspx?ref=rss&url=https%3a%2f%2fnews.example.org%2f1&c=1", STORY),
        ("https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fnews.example.org%2F1&data=x", STORY),
        (f"https://www.google.com/url?url=https://www.google.com/url?url={STORY}", STORY),
    ],
)
def test_a_redirector_gives_up_the_address_that_it_carries(link: str, leads_to: str) -> None:
    assert unwrapped(link) == leads_to


@pytest.mark.parametrize(
    "link",
    [
        "",
        STORY,
        "https://www.google.com/url?sa=t",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?q=how+to+wait",
        "https://www.google.com/search?q=https://news.example.org/1",
        "https://web.archive.org/web/2025/https://news.example.org/1",
        "https://t.co/abc",
    ],
)
def test_what_carries_no_address_is_left_as_it_is(link: str) -> None:
    assert unwrapped(link) == link


def test_a_reddit_thread_stands_for_what_it_links_to() -> None:
    told = story(link=THREAD, words="submitted by /u/ada [link] [12 comments]", content=reddit_text(STORY))

    assert told == Told(id="n-1", title="A compiler learns to wait", link=STORY, words="", discussion=THREAD)


@pytest.mark.parametrize("link", [THREAD, "https://i.redd.it/x.png", "https://v.redd.it/x", "/r/x", "mailto:a@b.c"])
def test_a_thread_that_links_to_reddit_itself_is_the_story(link: str) -> None:
    words = "I wrote a compiler. submitted by /u/ada to r/compilers [link] [12 comments]"

    told = story(link=THREAD, words=words, content=reddit_text(link))

    assert (told.link, told.words) == (THREAD, "I wrote a compiler.")


def test_a_click_counted_by_reddit_leads_outside_all_the_same() -> None:
    content = reddit_text("https://out.reddit.com/t3_1?url=https%3A%2F%2Fnews.example.org%2F1&amp;token=x")

    assert story(link=THREAD, content=content).link == STORY


def test_an_address_inside_a_thread_is_decoded_once() -> None:
    told = story(link=THREAD, words="[link] [comments]", summary=reddit_text("https://news.example.org/?a=1&amp;b=2"))

    assert (told.link, told.words) == ("https://news.example.org/?a=1&b=2", "")


def test_a_site_that_links_to_a_thread_keeps_its_own_words_and_link() -> None:
    told = story(link=THREAD, words="A thread worth reading.", content="<p>A thread worth reading.</p>")

    assert (told.link, told.words) == (THREAD, "A thread worth reading.")


@pytest.mark.parametrize(
    ("kind", "words", "title"),
    [
        ("replace", "", "A title"),
        ("Replace-Cross", "", "A title"),
        ("", "arXiv:2503.00001v2 Announce Type: replace Abstract: We wait.", "A title"),
        ("", "", "A title (arXiv:2103.00001v3 [cs.PL] UPDATED)"),
    ],
)
def test_a_new_version_of_a_paper_is_no_news(kind: str, words: str, title: str) -> None:
    told = Told(id="oai:arXiv.org:2503.00001v2", title=title, link="https://arxiv.org/abs/2503.00001", words=words)

    assert as_story(told, RawEntry(kind=kind)) is None


@pytest.mark.parametrize("kind", ["new", "cross", ""])
def test_a_paper_is_named_without_its_version_and_told_without_its_catalogue_entry(kind: str) -> None:
    told = story(
        own="oai:arXiv.org:2503.00001v1",
        title="On waiting (arXiv:2503.00001v1 [cs.PL])",
        link="https://arxiv.org/abs/2503.00001",
        words=f"arXiv:2503.00001v1 Announce Type: {kind or 'new'} Abstract: We wait.",
        kind=kind,
    )

    assert (told.id, told.title, told.words) == ("oai:arXiv.org:2503.00001", "On waiting", "We wait.")


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("http://arxiv.org/abs/2503.00001v12", "http://arxiv.org/abs/2503.00001"),
        ("oai:arXiv.org:cs/0112017v1", "oai:arXiv.org:cs/0112017"),
        ("http://arxiv.org/abs/2503.00001", "http://arxiv.org/abs/2503.00001"),
        ("https://planet.example.org/v2", "https://planet.example.org/v2"),
    ],
)
def test_only_a_papers_own_id_loses_its_version(own: str, kept: str) -> None:
    assert story(own=own, link="https://arxiv.org/abs/2503.00001v12").id == kept


@pytest.mark.parametrize(
    ("own", "link", "page"),
    [
        ("yt:video:dQw4w9WgXcQ", "", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("x", "https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("x", "https://www.youtube.com/v/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("x", "https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube.com/shorts/dQw4w9WgXcQ"),
        ("yt:video:dQw4w9WgXcQ", STORY, STORY),
    ],
)
def test_a_video_is_linked_by_its_page(own: str, link: str, page: str) -> None:
    assert story(own=own, link=link).link == page


@pytest.mark.parametrize(
    ("title", "words", "headline"),
    [
        ("Zoom waits - The Wire", "Zoom waits The Wire", "Zoom waits"),
        ("Zoom waits - now - Wire - Europe", "Zoom waits - now Wire - Europe More Other", "Zoom waits - now"),
        ("Zoom waits - The Wire", "", "Zoom waits - The Wire"),
        ("Zoom waits - again", "Zoom waits - again", "Zoom waits - again"),
        ("Zoom waits", "Zoom waits", "Zoom waits"),
    ],
)
def test_a_headline_loses_its_source_where_the_words_name_that_source(title: str, words: str, headline: str) -> None:
    told = story(title=title, link="https://news.google.com/rss/articles/CBMi?oc=5", words=words)

    assert (told.title, told.words) == (headline, "")


@pytest.mark.parametrize("size", [1, 150])
def test_an_article_of_google_news_leads_to_the_address_in_its_name(size: int) -> None:
    url = f"https://news.example.org/{'a' * size}"
    length = bytes((len(url),)) if len(url) < 128 else bytes((len(url) & 0x7F | 0x80, len(url) >> 7))

    assert story(link=news_article(url, length=length)).link == url


@pytest.mark.parametrize(
    "link",
    [
        news_article("AU_yqLNobodyCanReadThis"),
        news_article("javascript:alert(1)//news.example.org"),
        "https://news.google.com/rss/articles/CBMiggFBVV95cUxQWnpqUTBiaGxCUU81VTE5",
        "https://news.google.com/articles/ééééééééééééééééééééé",
        "https://news.google.com/topics/x",
    ],
)
def test_an_article_whose_name_holds_no_address_keeps_its_link(link: str) -> None:
    assert story(link=link).link == link


RELEASE = "https://github.com/example/waiter/releases/tag/v1.2.3"


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("v1.2.3", "waiter v1.2.3"),
        ("Release 2025.03", "waiter Release 2025.03"),
        ("1.0.0-rc.1 beta", "waiter 1.0.0-rc.1 beta"),
        ("waiter 1.2.3", "waiter 1.2.3"),
        ("The patient release", "The patient release"),
    ],
)
def test_a_release_that_is_only_a_number_gets_the_name_of_what_it_releases(title: str, headline: str) -> None:
    assert story(title=title, link=RELEASE).title == headline


def test_a_commit_is_told_by_what_stands_below_its_headline_without_mailboxes() -> None:
    words = "Wait longer (#7) It was too short. Signed-off-by: Ada <ada@example.org>"

    told = story(title="Wait longer (#7)", link="https://github.com/example/waiter/commit/abc", words=words)

    assert told.words == "It was too short."


def test_the_colophons_of_medium_and_of_hacker_news_feeds_are_no_words() -> None:
    medium = story(
        own="https://medium.com/p/0123456789ab",
        title="On waiting",
        link="https://waiting.example.org/on-waiting-0123456789ab",
        words="We wait. On waiting was originally published in The Wire on Medium, where people are continuing",
    )
    hacker_news = story(own=TALK, link=STORY, words=f"Hello. Article URL: {STORY} Comments URL: {TALK} Points: 3")

    assert (medium.words, hacker_news.words) == ("We wait.", "Hello.")


TALK = "https://news.ycombinator.com/item?id=1"


def listing(story: str = STORY, *, points: str = "82") -> str:
    """What feeds made from Hacker News put below an entry's text."""
    return (
        f'<hr>\n<p>Article URL: <a href="{story}">{story}</a></p>\n<p>Comments URL: <a href="{TALK}">{TALK}</a></p>\n'
        f"<p>Points: {points}</p>\n<p># Comments: 47</p>"
    )


def test_what_an_aggregator_lists_below_the_text_is_taken_over_and_is_no_text() -> None:
    markup = f"<p>We wait.</p>{listing()}"

    told = story(own=TALK, link="https://github.com/example/waiter", words=plain(markup), summary=markup)

    assert (told.words, told.discussion, told.points) == ("We wait.", TALK, 82)
    assert told.link == "https://github.com/example/waiter"


def test_a_list_below_a_text_of_which_only_the_beginning_was_read_is_found() -> None:
    markup = f"<p>{'We wait. ' * 5000}</p>{listing()}"

    told = story(own=TALK, link=STORY, words="We wait. We wait.", summary=markup)

    assert (told.words, told.discussion, told.points) == ("We wait. We wait.", TALK, 82)


def test_an_entry_that_stands_for_its_discussion_leads_to_the_article_in_the_list() -> None:
    told = story(own=TALK, link=TALK, words=plain(listing()), summary=listing())

    assert (told.link, told.discussion) == (STORY, TALK)


@pytest.mark.parametrize("article", ["javascript:alert(1)", "nowhere", TALK])
def test_an_entry_whose_list_names_no_other_page_keeps_its_link(article: str) -> None:
    assert story(own=TALK, link=TALK, words=plain(listing(article)), summary=listing(article)).link == TALK


@pytest.mark.parametrize(("written", "points"), [("0", 0), ("-4", 0), ("many", None), ("1.2k", None)])
def test_points_are_whole_numbers_and_never_less_than_none(written: str, points: int | None) -> None:
    told = story(own=TALK, link=STORY, words=plain(listing(points=written)), summary=listing(points=written))

    assert told.points == points


def test_words_that_only_mention_a_list_stay() -> None:
    words = "The feed says Comments URL: https://a.example/ and goes on."

    assert story(link=STORY, words=words, summary=words).words == words


@pytest.mark.parametrize("bait", ["submitted by ", "[link] ", "<a ", " - ", "Article URL: ", "Comments URL: a ", "v1 "])
def test_a_long_text_of_signs_takes_no_time(bait: str) -> None:
    text = bait * (200_000 // len(bait))

    for link in (THREAD, RELEASE, "https://arxiv.org/abs/1", "https://news.google.com/articles/x"):
        # A quadratic reading would need minutes for it.
        assert story(link=link, title=text[:500], words=text[:20_000], content=text).id == "n-1"
