"""The archive: a site of plain files, whole or not at all; its feeds and lists for machines."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest

from newsletter.archive.feeds.entries import content_of, page_address
from newsletter.archive.feeds.sitemap import MOST, robots, sitemap
from newsletter.archive.plan import FEED_LENGTH, OURS, Bound, plan
from newsletter.archive.swap import swap_in
from newsletter.errors import CannotWrite
from newsletter.model.week import Week
from tests.press.build import make_explainer, make_issue, make_story, make_wording

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FILES = (("404.html", b"none"), ("index.html", b"home"), ("issues/2024-W23/index.html", b"23"))
WEEK = Week(2024, 23)
BASE = "https://pulse.example.com"
#: What titles may hold, and XML must not.
HOSTILE = 'A\x01\x0b & <b>"]]>\ud83d\U0001f680 \u202eمرحبا\ufffe'


def bound(week: Week = WEEK, **changes: Any) -> Bound:
    known = {"corrected", "contents", "picture"}
    issue = make_issue(**{"week": week, "date": week.monday, **{k: v for k, v in changes.items() if k not in known}})
    given = {"contents": {"full": f"<p>All of {week}</p>"}} | {k: v for k, v in changes.items() if k in known}
    return Bound(issue=issue, page=b"<main>", markdown=b"# Issue", id=page_address(BASE, issue.place), **given)


def site(*issues: Bound, **wording: str) -> dict[str, bytes]:
    pages = {"index.html": (b"home", date(2024, 6, 7)), "404.html": (b"none", None)}
    return dict(plan(issues, wording=make_wording(**wording), pages=pages))


def entries(feed: bytes) -> list[ET.Element]:
    return ET.fromstring(feed).findall(f"{ATOM}entry")


# Which files there are -----------------------------------------------------------------------------


def test_the_site_holds_each_issue_in_its_place_with_its_text_and_its_pictures() -> None:
    one = Bound(
        issue=make_issue(slug="2019-03-old"),
        page=b"page",
        markdown=b"text",
        picture=b"png",
        images=(("images/flow.png", b"flow"),),
    )

    files = site(one, base_url="")

    assert [name for name in files if name.startswith("issues/")] == [
        "issues/2019-03-old/images/flow.png",
        "issues/2019-03-old/index.html",
        "issues/2019-03-old/issue.md",
        "issues/2019-03-old/picture.png",
    ]


def test_without_an_address_nothing_is_written_that_needs_one() -> None:
    files = site(bound(), base_url="")

    assert sorted(name for name in files if "/" not in name) == ["404.html", "index.html", "issues.json", "robots.txt"]
    assert b"Sitemap" not in files["robots.txt"]


def test_every_name_at_the_top_is_known_as_ours() -> None:
    files = site(bound())

    assert {name.partition("/")[0] for name in files} <= OURS


# Feeds ---------------------------------------------------------------------------------------------


def test_a_feed_holds_the_newest_twenty_with_their_text() -> None:
    files = site(*(bound(Week(2024, number)) for number in range(22, 0, -1)))

    found = entries(files["feed.xml"])

    assert len(found) == FEED_LENGTH
    assert [entry.findtext(f"{ATOM}id") for entry in found[:2]] == [f"{BASE}/issues/2024-W{n}/" for n in (22, 21)]
    assert found[0].findtext(f"{ATOM}content") == "<p>All of 2024-W22</p>"
    assert ET.fromstring(files["feed.xml"]).findtext(f"{ATOM}updated") == "2024-05-27T00:00:00Z"


def test_an_issue_put_right_is_as_new_as_its_correction_and_never_older_than_itself() -> None:
    later, earlier = datetime(2024, 7, 1, 9, 30, 15, 999, tzinfo=UTC), datetime(2024, 6, 2, 23, tzinfo=UTC)

    files = site(bound(Week(2024, 23), corrected=earlier), bound(Week(2024, 22), corrected=later))

    updated = [entry.findtext(f"{ATOM}updated") for entry in entries(files["feed.xml"])]
    assert updated == ["2024-06-03T00:00:00Z", "2024-07-01T09:30:15Z"]
    assert [one.get("date_modified") for one in json.loads(files["feed.json"])["items"]] == updated


def test_the_feeds_of_the_parts_hold_the_issues_that_have_them_under_ids_of_their_own() -> None:
    whole = bound(Week(2024, 23), contents={"full": "all", "news": "news"})
    both = bound(Week(2024, 22), contents={"full": "all", "news": "news", "explainer": "topic"}, topic="Tokens")

    files = site(whole, both)

    assert [entry.findtext(f"{ATOM}id") for entry in entries(files["explainers.xml"])] == [
        f"{BASE}/issues/2024-W22/#explainer"
    ]
    assert [entry.findtext(f"{ATOM}title") for entry in entries(files["explainers.xml"])] == ["Tokens"]
    assert [entry.findtext(f"{ATOM}content") for entry in entries(files["news.xml"])] == ["news", "news"]


def test_feeds_can_be_read_whatever_stands_in_titles_and_texts() -> None:
    topic = make_explainer(tags=(HOSTILE, " "))
    files = site(bound(title=HOSTILE, preheader=HOSTILE, explainer=topic, contents={"full": f"<p>{HOSTILE}</p>"}))

    read = feedparser.parse(files["feed.xml"])
    item = json.loads(files["feed.json"])["items"][0]

    assert not read.bozo
    assert read.entries[0].title == 'A & <b>"]]>\U0001f680 \u202eمرحبا'
    assert item["title"].endswith("مرحبا")
    assert len(item["tags"]) == len(read.entries[0].tags) == 1
    assert json.loads(files["issues.json"])["issues"][0]["title"].endswith("مرحبا")


def test_the_json_feed_says_of_an_entry_what_the_other_says() -> None:
    feed = json.loads(site(bound(picture=b"png", explainer=make_explainer(tags=("models",))))["feed.json"])

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["home_page_url"], feed["feed_url"]) == (f"{BASE}/", f"{BASE}/feed.json")
    assert feed["items"][0] == {
        "id": f"{BASE}/issues/2024-W23/",
        "url": f"{BASE}/issues/2024-W23/",
        "title": "Week #23 2024 - Open-Weight Models",
        "summary": "Numbers you may download.",
        "content_html": "<p>All of 2024-W23</p>",
        "image": f"{BASE}/issues/2024-W23/picture.png",
        "date_published": "2024-06-03T00:00:00Z",
        "date_modified": "2024-06-03T00:00:00Z",
        "tags": ["models"],
    }


def test_what_a_feed_shows_of_a_page_leads_from_anywhere_to_where_it_led() -> None:
    page = (
        '<body><a href="x"></a><main id="_main"><nav class="contents"><a href="#a">A</a></nav>\n'
        '<a title="a > b" href="../2024-W22/index.html#one">B</a> <img src="images/a%20b.png" alt="">'
        ' <a href="https://news.example.com/?a=1&amp;b=2">C</a> <code>&lt;a href="d"&gt;</code>'
        ' <a class="here" href="#one" aria-label="Link to this story: a &gt; b"></a></main>'
    )

    shown = content_of(page, f"{BASE}/issues/2024-W23/")

    assert shown == (
        f'<a title="a > b" href="{BASE}/issues/2024-W22/index.html#one">B</a>'
        f' <img src="{BASE}/issues/2024-W23/images/a%20b.png" alt="">'
        ' <a href="https://news.example.com/?a=1&amp;b=2">C</a> <code>&lt;a href="d"&gt;</code>'
    )


# Lists for machines --------------------------------------------------------------------------------


def test_the_catalogue_names_every_issue_with_its_stories_and_who_said_something() -> None:
    stories = (make_story(id="one"), make_story("Second & last", id="two", takes=(), source=""))

    files = site(bound(stories=stories, picture=b"png"))

    found = json.loads(files["issues.json"])
    assert found["format"] == "tech-pulse-archive/1"
    assert found["issues"][0] | {"stories": []} == {
        "place": "2024-W23",
        "week": "2024-W23",
        "number": 12,
        "date": "2024-06-03",
        "title": "Week #23 2024 - Open-Weight Models",
        "topic": "Open-Weight Models",
        "page": "issues/2024-W23/index.html",
        "url": f"{BASE}/issues/2024-W23/",
        "markdown": "issues/2024-W23/issue.md",
        "picture": "issues/2024-W23/picture.png",
        "corrected": "",
        "counts": {"stories": 2, "takes": 1, "headlines": 0, "words": 17},
        "stories": [],
    }
    assert [(one["headline"], one["members"]) for one in found["issues"][0]["stories"]] == [
        ("Deepfakes attend meetings", ["Yoga"]),
        ("Second & last", []),
    ]


def test_the_sitemap_names_pages_by_their_folders_with_the_day_of_their_last_change() -> None:
    put_right = datetime(2024, 7, 1, 9, tzinfo=UTC)

    files = site(bound(corrected=put_right), bound(slug="été & co"))

    urls = ET.fromstring(files["sitemap.xml"]).findall(f"{MAP}url")
    assert [(one.findtext(f"{MAP}loc"), one.findtext(f"{MAP}lastmod")) for one in urls] == [
        (f"{BASE}/", "2024-06-07"),
        (f"{BASE}/issues/2024-W23/", "2024-07-01"),
        (f"{BASE}/issues/%C3%A9t%C3%A9%20%26%20co/", "2024-06-03"),
    ]


def test_a_sitemap_holds_no_more_than_it_may() -> None:
    text = sitemap(BASE, ((f"{n}/index.html", None) for n in range(MOST + 5)))

    assert text.count("<loc>") == MOST


def test_robots_may_read_everything_and_are_told_of_the_sitemap() -> None:
    assert robots(BASE) == f"User-agent: *\nAllow: /\nSitemap: {BASE}/sitemap.xml\n"


# Putting it in its place ---------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "site"


def put(place: Path, *more: tuple[str, bytes]) -> bool:
    return swap_in(place, (*FILES, *more), ours=OURS)


def test_a_site_is_put_in_place_once(place: Path) -> None:
    first, second = put(place), put(place)

    assert (first, second) == (True, False)
    assert (place / "issues/2024-W23/index.html").read_bytes() == b"23"
    assert [path.name for path in place.parent.iterdir()] == ["site"]


def test_a_new_site_leaves_nothing_of_the_old(place: Path) -> None:
    put(place, ("issues/2024-W22/index.html", b"22"), ("terms/index.html", b"terms"))

    changed = put(place)

    assert changed
    assert not (place / "issues/2024-W22").exists()
    assert not (place / "terms").exists()


def test_files_that_did_not_change_are_the_same_files_on_the_disk(place: Path) -> None:
    put(place)
    before = (place / "index.html").stat().st_ino

    put(place, ("issues/2024-W24/index.html", b"24"))

    assert (place / "index.html").stat().st_ino == before
    assert (place / "index.html").stat().st_nlink == 1


def test_where_the_disk_knows_no_second_names_files_are_written_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place)
    (place / "CNAME").write_text("pulse.example.com")
    monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(OSError(1, "Operation not permitted")))

    put(place, ("issues/2024-W24/index.html", b"24"))

    assert (place / "index.html").read_bytes() == b"home"
    assert (place / "CNAME").read_text() == "pulse.example.com"


def test_a_file_changed_by_hand_is_put_right(place: Path) -> None:
    put(place)
    (place / "index.html").write_bytes(b"HOME")

    assert put(place)
    assert (place / "index.html").read_bytes() == b"home"


def test_what_a_person_put_at_the_top_goes_along(place: Path) -> None:
    put(place)
    (place / "CNAME").write_text("pulse.example.com")
    (place / ".well-known").mkdir()
    (place / ".well-known/security.txt").write_text("Contact: us")
    (place / "latest").symlink_to("issues/2024-W23")

    unchanged, changed = put(place), put(place, ("issues/2024-W24/index.html", b"24"))

    assert (unchanged, changed) == (False, True)
    assert (place / "CNAME").read_text() == "pulse.example.com"
    assert (place / ".well-known/security.txt").read_text() == "Contact: us"
    assert (place / "latest").is_symlink()


def test_a_folder_that_a_host_has_made_ready_is_taken(place: Path) -> None:
    place.mkdir()
    (place / "CNAME").write_text("pulse.example.com")
    (place / ".nojekyll").touch()

    assert put(place)
    assert sorted(path.name for path in place.iterdir()) == [".nojekyll", "404.html", "CNAME", "index.html", "issues"]


def test_behind_a_link_the_folder_that_it_leads_to_is_exchanged(place: Path) -> None:
    behind = place.parent / "www" / "pulse"
    behind.parent.mkdir()
    place.symlink_to(behind)

    put(place)
    put(place, ("issues/2024-W24/index.html", b"24"))

    assert place.is_symlink()
    assert (behind / "issues/2024-W24/index.html").read_bytes() == b"24"
    assert [path.name for path in behind.parent.iterdir()] == ["pulse"]


def test_a_crash_between_the_renamings_is_mended(place: Path) -> None:
    put(place)
    place.rename(place.with_name(".site.old"))

    changed = put(place)

    assert not changed
    assert (place / "index.html").read_bytes() == b"home"


def test_an_interruption_between_the_renamings_leaves_the_old_site(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place)
    rename = Path.rename

    def interrupted(source: Path, target: Path) -> Path:
        if source.name == ".site.new":
            raise KeyboardInterrupt
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", interrupted)

    with pytest.raises(KeyboardInterrupt):
        put(place, ("issues/2024-W24/index.html", b"24"))

    assert (place / "index.html").read_bytes() == b"home"


def test_what_a_crash_left_after_the_renamings_is_cleared_away(place: Path) -> None:
    put(place)
    place.with_name(".site.old").mkdir()
    place.with_name(".site.new").mkdir()

    put(place, ("issues/2024-W24/index.html", b"24"))

    assert [path.name for path in place.parent.iterdir()] == ["site"]


def test_somebody_elses_folder_is_not_touched(place: Path) -> None:
    place.mkdir()
    (place / "thesis.txt").write_text("years of work")

    with pytest.raises(CannotWrite, match="nothing was touched"):
        put(place)

    assert (place / "thesis.txt").read_text() == "years of work"


def test_a_disk_that_refuses_leaves_the_old_site(place: Path) -> None:
    put(place)

    with pytest.raises(CannotWrite, match="still stands"):
        put(place, ("index.html/below-a-file", b"x"))

    assert (place / "index.html").read_bytes() == b"home"
    assert [path.name for path in place.parent.iterdir()] == ["site"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_named(place: Path) -> None:
    put(place)
    place.parent.chmod(0o500)
    try:
        with pytest.raises(CannotWrite, match="give it the right"):
            put(place, ("issues/2024-W24/index.html", b"24"))
    finally:
        place.parent.chmod(0o700)


def test_a_full_disk_is_told_as_such(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(place)
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(full))

    with pytest.raises(CannotWrite, match="disk is full"):
        put(place, ("issues/2024-W24/index.html", b"24"))

    assert (place / "index.html").read_bytes() == b"home"
