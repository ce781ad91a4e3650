"""Addresses: what is printed, what is one page, what must never merge."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.link_rules import canonical, leads_elsewhere
from newsletter.link_table import Rule, Rules, lines, read, table
from newsletter.links import (
    anchor,
    glued,
    host_of,
    identity,
    is_redirector,
    looks_like_address,
    printed,
    registrable,
    same,
    with_scheme,
)

PAGE = "https://news.example/a/story"

TOUCHED = {
    "prefix": (f"{PAGE}?utm_source=rss&utm_medium=feed", PAGE),
    "click ids": (f"{PAGE}?fbclid=x&gclid=y&msclkid=z", PAGE),
    "upper case": (f"{PAGE}?UTM_Source=rss", PAGE),
    "percent-coded name": (f"{PAGE}?utm%5Fsource=rss", PAGE),
    "keeps what chooses": (f"{PAGE}?b=2&utm_source=x&a=1", f"{PAGE}?b=2&a=1"),
    "named host": ("https://www.wsj.com/a?mod=rss", "https://www.wsj.com/a"),
    "tracking fragment": (f"{PAGE}#xtor=RSS-1", PAGE),
    "text fragment": (f"{PAGE}#:~:text=hello", PAGE),
    "to the top": (f"{PAGE}#top", PAGE),
    "white space around": (f"  {PAGE}\n", PAGE),
    "scheme in capitals": ("HTTPS://news.example/A", "https://news.example/A"),
}


@pytest.mark.parametrize(("typed", "expected"), TOUCHED.values(), ids=TOUCHED.keys())
def test_printing_takes_the_tracking_off(typed: str, expected: str) -> None:
    assert printed(typed) == expected


UNTOUCHED = {
    "order of parameters": f"{PAGE}?z=1&a=2",
    "empty pair": f"{PAGE}?a&&b=",
    "percent-coding": "https://news.example/caf%c3%a9?q=a%20b+c",
    "capitals in path": "https://News.Example/A/B",
    "trailing slash": f"{PAGE}/",
    "fragment": f"{PAGE}#part-2",
    "route": "https://app.example/#/story/1",
    "port": "https://news.example:8443/a",
    "other script": "https://новости.example/путь",
    "www and index": "http://www.news.example/index.html",
    "mod elsewhere": f"{PAGE}?mod=2",
    "ref of an api": "https://api.news.example/story?ref=main",
    "letter": "mailto:desk@example.com?subject=Hello%20you",
}


@pytest.mark.parametrize("url", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_printing_touches_nothing_else(url: str) -> None:
    assert printed(url) == url


REFUSED = {
    "javascript": "javascript:alert(1)",
    "javascript with slashes": "javascript://news.example/%0aalert(1)",
    "data": "data:text/html,hello",
    "file": "file:///etc/hosts",
    "ftp": "ftp://news.example/a",
    "user": "https://reader@news.example/",
    "user and password": "https://bank.example:x@news.example/",
    "backslash in the host": "https://news.example\\.other.example/",
    "blank inside": "https://news.example/a b",
    "tab inside": "https://news.example/a\tb",
    "line break inside": "https://news.example/a\nb",
    "no-break space inside": "https://news.example/a\u00a0b",
    "line separator inside": "https://news.example/a\u2028b",
    "control character": "https://news.example/a\x85b",
    "order of reading turned": "https://news.example/a\u202eb",
    "isolate": "https://news.example/a\u2066b",
    "half of a pair": "https://news.example/a\ud800b",
    "quotation mark": 'https://news.example/"onload',
    "angle bracket": "https://news.example/<b>",
    "no host": "https:///a",
    "no scheme": "news.example/a",
    "bad port": "https://news.example:port/",
    "broken address literal": "https://[::1/a",
    "mailto nobody": "mailto:desk",
    "nothing": "",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_what_must_not_be_printed_is_refused(url: str) -> None:
    assert printed(url) is None


ONE_PAGE = {
    "scheme": ("http://news.example/a", "https://news.example/a"),
    "www": ("https://www.news.example/a", "https://news.example/a"),
    "mobile": ("https://m.news.example/a", "https://news.example/a"),
    "mobile of a language": ("https://en.m.wiki.example/a", "https://en.wiki.example/a"),
    "mobile label": ("https://mobile.news.example/a", "https://news.example/a"),
    "amp host": ("https://amp.news.example/a", "https://news.example/a"),
    "port": ("https://news.example:443/a", "https://news.example/a"),
    "case of the host": ("https://NEWS.example/a", "https://news.example/a"),
    "full stop after the host": ("https://news.example./a", "https://news.example/a"),
    "other script": ("https://новости.example/a", "https://xn--b1amnebsh.example/a"),
    "typed bare": ("news.example/a", "https://news.example/a"),
    "trailing slash": (f"{PAGE}/", PAGE),
    "double slash": ("https://news.example//a//story", PAGE),
    "dot segments": ("https://news.example/b/../a/./story", PAGE),
    "needless percent-coding": ("https://news.example/%61/st%6Fry", PAGE),
    "index.html": ("https://news.example/a/index.html", "https://news.example/a/"),
    "index.php": ("https://news.example/index.php", "https://news.example"),
    "default.aspx": ("https://news.example/a/Default.aspx", "https://news.example/a"),
    "amp last": (f"{PAGE}/amp/", PAGE),
    "amp first": ("https://news.example/amp/a/story", PAGE),
    "dot amp": (f"{PAGE}.amp", PAGE),
    "amp.html": ("https://news.example/a-amp.html", "https://news.example/a.html"),
    "amp parameter": (f"{PAGE}?amp=1", PAGE),
    "output type": (f"{PAGE}?outputType=amp", PAGE),
    "print": (f"{PAGE}?print=true", PAGE),
    "first page": (f"{PAGE}?page=1", PAGE),
    "order of parameters": (f"{PAGE}?a=1&b=2", f"{PAGE}?b=2&a=1"),
    "tracking": (f"{PAGE}?utm_source=x&smid=y&ref=z", PAGE),
    "fragment on one": (f"{PAGE}#comments", PAGE),
    "google": (f"https://www.google.com/url?sa=t&url={PAGE}&ct=ga", PAGE),
    "google amp": ("https://www.google.com/amp/s/news.example/a/story", PAGE),
    "facebook": (f"https://l.facebook.com/l.php?u={PAGE}", PAGE),
    "safe links": (f"https://eu.safelinks.protection.outlook.com/?url={PAGE}&d=1", PAGE),
    "web archive": (f"https://web.archive.org/web/20240605120000/{PAGE}", PAGE),
    "web archive with one slash": ("https://web.archive.org/web/2024id_/https:/news.example/a/story", PAGE),
    "amp cache": ("https://news-example.cdn.ampproject.org/c/s/news.example/a/story", PAGE),
    "two wraps": (f"https://l.facebook.com/l.php?u=https%3A%2F%2Fgoogle.com%2Furl%3Furl%3D{PAGE}", PAGE),
    "youtu.be": ("https://youtu.be/AbC-1?si=x", "https://www.youtube.com/watch?v=AbC-1&t=30"),
    "shorts": ("https://www.youtube.com/shorts/AbC-1", "https://m.youtube.com/watch?v=AbC-1"),
    "x": ("https://twitter.com/one/status/77?s=20", "https://x.com/two/status/77/photo/1"),
    "arxiv": ("https://arxiv.org/pdf/2405.01234v2.pdf", "https://arxiv.org/abs/2405.01234"),
    "arxiv doi": ("https://doi.org/10.48550/arXiv.2405.01234", "https://arxiv.org/html/2405.01234v1"),
    "github": ("https://github.com/Owner/Name.git", "https://github.com/owner/name/tree/main"),
    "github pull": ("https://github.com/o/n/pull/7/files", "https://github.com/o/n/issues/7"),
    "github readme": ("https://github.com/o/n/blob/main/README.md#use", "https://github.com/o/n"),
    "hacker news": ("https://news.ycombinator.com/item?id=5&p=2", "http://news.ycombinator.com/item?id=5"),
    "reddit": ("https://old.reddit.com/r/a/comments/xyz/title/", "https://redd.it/xyz"),
    "substack": ("https://open.substack.com/pub/imp/p/one?r=x", "https://imp.substack.com/p/one/comments"),
    "medium": ("https://medium.com/@jane/a-sku-3f1e2d4c5b6a", "https://jane.medium.com/a-sku-3f1e2d4c5b6a"),
    "hugging face": ("https://huggingface.co/Lab/M-8B/tree/main", "https://huggingface.co/lab/m-8b"),
    "bbc": ("https://www.bbc.co.uk/news/1", "https://www.bbc.com/news/1"),
    "google of a country": (f"https://www.google.co.uk/url?sa=t&url={PAGE}", PAGE),
    "an archive that keeps the query": (f"https://web.archive.org/web/2024/{PAGE}?id=1", f"{PAGE}?id=1"),
    "coded twice in a feed": (f"{PAGE}?a=1&amp;utm_source=rss", f"{PAGE}?a=1"),
    "semicolons between": (f"{PAGE}?a=1;utm_source=rss;b=2", f"{PAGE}?b=2&a=1"),
    "session in the path": ("https://news.example/a;jsessionid=0AB?x=1", "https://news.example/a?x=1"),
    "two question marks": (f"{PAGE}??utm_source=rss", PAGE),
    "brackets": ("https://wiki.example/wiki/Rust_(bird)", "https://wiki.example/wiki/Rust_%28bird%29"),
    "no scheme but slashes": ("//news.example/a", "https://news.example/a"),
    "comment and discussion": (
        "https://www.reddit.com/r/a/comments/xyz/title/c1/",
        "https://www.reddit.com/r/a/comments/xyz/title/",
    ),
    "text fragment after a place": (f"{PAGE}#part-2:~:text=hello", f"{PAGE}#part-2"),
    "moment of a video": ("https://youtu.be/AbC-1#t=5", "https://youtu.be/AbC-1#t=90"),
    "cnn": ("https://edition.cnn.com/2024/a/index.html", "https://www.cnn.com/2024/a"),
}


@pytest.mark.parametrize(("one", "other"), ONE_PAGE.values(), ids=ONE_PAGE.keys())
def test_two_addresses_of_one_page_are_the_same(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


DIFFERENT = {
    "hacker news items": ("https://news.ycombinator.com/item?id=5", "https://news.ycombinator.com/item?id=6"),
    "id": ("https://news.example/story?id=1", "https://news.example/story?id=2"),
    "p": ("https://news.example/?p=1", "https://news.example/?p=2"),
    "sid": ("https://news.example/article.pl?sid=24/1", "https://news.example/article.pl?sid=24/2"),
    "t": ("https://forum.example/viewtopic.php?t=1", "https://forum.example/viewtopic.php?t=2"),
    "videos": ("https://www.youtube.com/watch?v=AbC", "https://www.youtube.com/watch?v=aBc"),
    "video and channel": ("https://www.youtube.com/watch?v=AbC", "https://www.youtube.com/watch"),
    "second page": (f"{PAGE}?page=2", PAGE),
    "language": (f"{PAGE}?lang=de", f"{PAGE}?lang=en"),
    "fragments": ("https://log.example/#v1", "https://log.example/#v2"),
    "routes": ("https://app.example/#/a", "https://app.example/#/b"),
    "old routes": ("https://app.example/#!a", "https://app.example/#!b"),
    "case of the path": ("https://news.example/Aa", "https://news.example/aa"),
    "registrable amp": ("https://amp.dev/a", "https://dev/a"),
    "registrable m": ("https://m.example/a", "https://example/a"),
    "m3 is a name": ("https://m3.news.example/a", "https://news.example/a"),
    "amp the word": ("https://wiki.example/wiki/Amp", "https://wiki.example/wiki"),
    "amp the word under another": ("https://shop.example/guitars/amp", "https://shop.example/guitars"),
    "name under a country with a mark": ("https://jane.m.co.uk/a", "https://jane.co.uk/a"),
    "amp the category": ("https://news.example/category/amp", "https://news.example/category"),
    "coded slash": ("https://news.example/a%2Fb", "https://news.example/a/b"),
    "ports": ("https://news.example:8443/a", "https://news.example/a"),
    "papers": ("https://arxiv.org/abs/2405.01234", "https://arxiv.org/abs/2405.01235"),
    "files of one project": ("https://github.com/o/n/blob/main/a.py", "https://github.com/o/n/blob/main/b.py"),
    "lists of a day": (
        "https://huggingface.co/papers?date=2024-06-05",
        "https://huggingface.co/papers?date=2024-06-06",
    ),
    "two comments of a discussion": (
        "https://www.reddit.com/r/a/comments/xyz/title/c1/",
        "https://www.reddit.com/r/a/comments/xyz/title/c2/",
    ),
    "places behind a redirector": (
        "https://www.google.com/url?q=https://log.example/a%23v1",
        "https://www.google.com/url?q=https://log.example/a%23v2",
    ),
    "somebody's name": ("https://mobile.github.io/a", "https://github.io/a"),
    "name under a country": ("https://amp.co.uk/a", "https://co.uk/a"),
    "second page of a story with a number": (
        "https://www.heise.de/news/A-title-10412345.html?seite=2",
        "https://www.heise.de/news/A-title-10412345.html",
    ),
    "lists of projects": ("https://github.com/trending?since=daily", "https://github.com/trending?since=weekly"),
    "coded question mark": ("https://news.example/a%3Fb", "https://news.example/a?b"),
    "bytes of an old coding": ("https://news.example/a?q=%E8", "https://news.example/a?q=%E9"),
    "half characters": ("https://news.example/\ud800", "https://news.example/\ud800"),
    "coded percent": ("https://news.example/a%252Fb", "https://news.example/a%2Fb"),
    "playlists": (
        "https://www.youtube.com/embed/videoseries?list=A",
        "https://www.youtube.com/embed/videoseries?list=B",
    ),
    "documents in a viewer": (
        "https://view.example/?src=https://a.example/1",
        "https://view.example/?src=https://a.example/2",
    ),
    "refs of an api": ("https://api.news.example/s?ref=a", "https://api.news.example/s?ref=b"),
    "nothing at all": ("", ""),
    "letters": ("mailto:a@example.com", "mailto:a@example.com"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_two_pieces_of_news_never_merge(one: str, other: str) -> None:
    assert not same(one, other)


EVERY = lines()
#: So many tables are made without some of the rules each.
BATCHES = 32


def holds(rule: Rule, rules: Rules) -> bool:
    one, sign, other = rule.sides()
    if not sign:
        return leads_elsewhere(one, rules)
    first, second = canonical(one, rules), canonical(other, rules)
    assert first is not None
    assert second is not None
    merged = first.identity == second.identity and (
        first.anchor == second.anchor or not (first.anchor and second.anchor)
    )
    return merged == (sign == "==")


def test_the_example_of_every_rule_holds() -> None:
    wrong = [rule for rule in EVERY if not holds(rule, table())]

    assert len(EVERY) > 900
    assert wrong == []


def test_no_example_holds_without_its_rule() -> None:
    needless = []
    for batch in range(BATCHES):
        without = Rules(rule for at, rule in enumerate(EVERY) if at % BATCHES != batch)
        needless += [rule for rule in EVERY[batch::BATCHES] if holds(rule, without)]

    # Two rules of one batch may have undone each other: these are looked at alone.
    assert [rule for rule in needless if holds(rule, Rules(one for one in EVERY if one != rule))] == []


def test_what_a_rule_drops_readers_do_not_get_either() -> None:
    dropping = [rule for rule in EVERY if rule.kind in ("drop", "trail")]

    left = [rule for rule in dropping if printed(rule.sides()[0]) != rule.sides()[2].partition("#")[0]]

    assert left == []


def test_what_a_rule_only_ignores_readers_get() -> None:
    ignoring = [rule.sides()[0] for rule in EVERY if rule.kind in ("ignore", "fragment")]

    assert [printed(url) for url in ignoring] == ignoring


@pytest.mark.parametrize(
    "line",
    [
        "drop fbclid",
        "hope a.example  ::  https://a.example/b",
        "host a.example  ::  https://a.example/b == https://b.example/b",
    ],
)
def test_a_line_that_is_no_rule_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 3"):
        read(f"# a table\n\n{line}\n")


REDIRECTORS = {
    "short": ("https://t.co/AbC", True),
    "short with www": ("https://www.bit.ly/3abc", True),
    "a feed's click": ("http://feeds.news.example/~r/news/~3/AbC/a-title", True),
    "a letter's click": ("https://letters.us1.list-manage.com/track/click?u=1&id=2", True),
    "news of all papers": ("https://news.google.com/rss/articles/CBMiAbC?oc=5", True),
    "a short one inside": ("https://www.google.com/url?q=https://t.co/AbC", True),
    "read off": (f"https://www.google.com/url?q={PAGE}", False),
    "the service itself": ("https://bit.ly/", False),
    "a video": ("https://youtu.be/AbC", False),
    "a discussion": ("https://redd.it/1abc", False),
    "a paper": ("https://doi.org/10.1145/1.2", False),
    "a page": (PAGE, False),
    "a letter": ("mailto:t.co@example.com", False),
    "a broken address": ("https://[::1/t.co", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("url", "expected"), REDIRECTORS.values(), ids=REDIRECTORS.keys())
def test_only_what_the_network_alone_resolves_is_a_redirector(url: str, expected: bool) -> None:
    assert is_redirector(url) is expected


def test_a_host_too_long_to_be_looked_up_has_no_identity() -> None:
    assert identity(f"https://{'a.' * 120}example/a") is not None
    assert identity(f"https://{'a.' * 130}example/a") is None


def test_a_short_link_is_not_guessed() -> None:
    assert not same("https://t.co/AbC", PAGE)


OTHER = "https://other.example/b"
GLUED = {
    "after a word": (f"{PAGE}{OTHER}", (PAGE, OTHER)),
    "after a host": (f"https://news.example{OTHER}", ("https://news.example", OTHER)),
    "after a value": (f"{PAGE}?id=5{OTHER}", (f"{PAGE}?id=5", OTHER)),
    "after a headline's slash": (
        f"https://news.example/a-long-story/{OTHER}",
        ("https://news.example/a-long-story/", OTHER),
    ),
    "with a coded blank": (f"{PAGE}%20{OTHER}", (PAGE, OTHER)),
    "without a scheme": (f"news.example/a{OTHER}", ("news.example/a", OTHER)),
    "in capitals": (f"{PAGE}HTTPS://OTHER.example/b", (PAGE, "HTTPS://OTHER.example/b")),
    "three": (f"{PAGE}{OTHER}{PAGE}", (PAGE, f"{OTHER}{PAGE}")),
    "one alone": (PAGE, None),
    "a parameter": (f"https://www.google.com/url?q={OTHER}", None),
    "a parameter of an unknown one": (f"{PAGE}?next={OTHER}", None),
    "text to share": (f"https://news.example/share?text=Look%20{OTHER}", None),
    "archive": (f"https://web.archive.org/web/20240605/{OTHER}", None),
    "archive of glued words": (f"https://web.archive.org/web/20240605/{OTHER}-c-d/{PAGE}", None),
    "proxy": (f"https://12ft.io/{OTHER}", None),
    "unknown proxy": (f"https://translate.example/en/{OTHER}", None),
    "comma": (f"{PAGE},{OTHER}", None),
    "two words": (f"{PAGE} {OTHER}", None),
    "words": ("how to writehttps://x", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("text", "expected"), GLUED.values(), ids=GLUED.keys())
def test_two_addresses_in_one_are_told_from_one_inside_another(text: str, expected: tuple[str, str] | None) -> None:
    assert glued(text) == expected


OWNERS = {
    "news.bbc.co.uk": "bbc.co.uk",
    "WWW.News.Example.": "news.example",
    "новости.example": "xn--b1amnebsh.example",
    "jane.github.io": "jane.github.io",
    "alice.substack.com": "alice.substack.com",
    "www.alice.substack.com": "alice.substack.com",
    "substack.com": "substack.com",
    "co.uk": "co.uk",
    "192.0.2.7": "192.0.2.7",
    "2001:db8::1": "2001:db8::1",
    "localhost": "localhost",
    "": "",
}


@pytest.mark.parametrize(("host", "expected"), OWNERS.items(), ids=OWNERS.keys())
def test_a_host_belongs_to_whoever_registered_it(host: str, expected: str) -> None:
    assert registrable(host, frozenset({"substack.com"})) == expected


def test_a_shared_host_is_one_owner_unless_it_is_named() -> None:
    assert registrable("alice.substack.com") == "substack.com"


TYPED = {
    "whole": ("https://news.example/a", True),
    "bare with a path": ("news.example/a", True),
    "www": ("www.news.example", True),
    "port and path": ("news.example:8080/a", True),
    "name of a library": ("Node.js", False),
    "version": ("v2.0", False),
    "host alone": ("news.example", False),
    "words": ("Codestral: Hello, World!", False),
    "address among words": ("see https://news.example/a today", False),
    "id": ("#zoom-ceo", False),
    "script": ("javascript:alert(1)", False),
}


@pytest.mark.parametrize(("typed", "expected"), TYPED.values(), ids=TYPED.keys())
def test_an_address_is_told_from_words(typed: str, expected: bool) -> None:
    assert looks_like_address(typed) is expected


def test_a_scheme_is_assumed_only_where_none_was_typed() -> None:
    typed = ("news.example/a", "HTTP://news.example/a", "news.example:80/?to=http://x.example/")

    assert [with_scheme(one) for one in typed] == [
        "https://news.example/a",
        "HTTP://news.example/a",
        "https://news.example:80/?to=http://x.example/",
    ]


def test_the_host_is_shown_without_www() -> None:
    hosts = [host_of(url) for url in ("https://WWW.News.Example/a", "news.example", "https://[::1", "")]

    assert hosts == ["news.example", "news.example", "", ""]


def test_an_anchor_is_a_place_and_no_tracking_or_route() -> None:
    fragments = [anchor(f"{PAGE}{end}") for end in ("#v2", "", "#top", "#/route", "#!route", "#xtor=1")]

    assert fragments == ["v2", "", "", "", "", ""]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="htps:/.@?#&=%[]a1-é\\ \n", max_size=40).map("https://".__add__))
def test_no_text_makes_the_rules_fall_over(text: str) -> None:
    link = printed(text)

    assert link is None or printed(link) == link
    assert (identity(text) is not None) == same(text, text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([rule.sides()[0] for rule in EVERY]), st.sampled_from(["", "/", "?utm_source=rss", "#top"]))
def test_an_identity_is_its_own_identity(url: str, end: str) -> None:
    page = identity(url + end if "?" not in url and "#" not in url else url)

    assert page is not None
    assert identity(page) == page


def test_every_pair_of_the_corpus_is_told_right() -> None:
    corpus = os.environ.get("NEWSLETTER_CORPUS")
    if not corpus:
        pytest.skip("NEWSLETTER_CORPUS names no folder with urls.tsv")
    with (Path(corpus) / "urls.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    wrong = [row for row in rows if same(row["url_a"], row["url_b"]) != (row["label"] == "same")]

    assert rows
    assert wrong == []
