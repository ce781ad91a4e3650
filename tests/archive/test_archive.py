"""The archive: a site of plain files, whole or not at all."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

from newsletter.archive.feed import atom
from newsletter.archive.plan import plan
from newsletter.archive.swap import swap_in
from newsletter.errors import CannotWrite
from newsletter.model.issue import Issue, Reference, Renditions, Wording
from newsletter.model.week import Week
from newsletter.press.pages import index_page, missing_page
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_issue, make_story, make_wording

ATOM = "{http://www.w3.org/2005/Atom}"
FILES = (("404.html", b"none"), ("index.html", b"home"), ("issues/2024-W23/index.html", b"23"))


def issue_of(week: Week, **changes: object) -> tuple[Issue, Renditions]:
    previous = Reference(
        week=week.after(-1), title="The one before", link=f"https://pulse.example.com/x/{week.after(-1)}"
    )
    stories = (make_story(id="one"), make_story("Second & last", id="two"))
    issue = make_issue(**{"week": week, "previous": previous, "stories": stories, **changes})
    return issue, render(issue, templates=FileTemplates())


def site(*issues: tuple[Issue, Renditions], wording: Wording | None = None) -> dict[str, bytes]:
    words = wording or make_wording()
    index = index_page([issue for issue, _ in issues], wording=words, templates=FileTemplates())
    return dict(plan(issues, wording=words, index=index, missing=missing_page(words, templates=FileTemplates())))


def test_the_site_holds_every_issue_its_text_the_index_the_feed_and_the_missing_page() -> None:
    files = site(issue_of(Week(2024, 22)), issue_of(Week(2024, 23)))

    assert list(files) == [
        "404.html",
        "feed.xml",
        "index.html",
        "issues/2024-W22/index.html",
        "issues/2024-W22/issue.md",
        "issues/2024-W23/index.html",
        "issues/2024-W23/issue.md",
    ]


def test_every_relative_link_leads_to_a_file_or_an_anchor_of_the_site() -> None:
    files = site(issue_of(Week(2024, 22)), issue_of(Week(2024, 23)), issue_of(Week(2024, 25)))

    lost = [
        (name, link)
        for name, content in files.items()
        if name.endswith(".html")
        for link in re.findall(r'(?:href|src)="([^"]*)"', content.decode())
        if not re.match(r"https?:|mailto:", link) and not _resolves(files, name, link)
    ]

    assert lost == []


def test_a_previous_issue_that_the_site_lacks_is_linked_where_it_is() -> None:
    files = site(issue_of(Week(2024, 23)))

    assert b'rel="prev" href="https://pulse.example.com/x/2024-W22"' in files["issues/2024-W23/index.html"]


def test_a_previous_issue_in_the_site_is_linked_inside_it() -> None:
    files = site(issue_of(Week(2024, 22)), issue_of(Week(2024, 23)))

    assert b'rel="prev" href="../2024-W22/index.html"' in files["issues/2024-W23/index.html"]


def test_the_feed_holds_the_newest_twenty_with_their_text() -> None:
    files = site(*(issue_of(Week(2024, number)) for number in range(1, 23)))

    feed = ET.fromstring(files["feed.xml"])

    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries[:2]] == [
        "https://pulse.example.com/issues/2024-W22/",
        "https://pulse.example.com/issues/2024-W21/",
    ]
    assert len(entries) == 20
    assert "I would send mine" in (entries[0].findtext(f"{ATOM}content") or "")
    assert feed.findtext(f"{ATOM}updated") == "2024-06-07T00:00:00Z"


def test_an_issue_put_right_is_as_new_as_its_correction_and_never_older_than_itself() -> None:
    weeks = (Week(2024, 22), Week(2024, 23))
    put_right = {
        weeks[0]: datetime(2024, 7, 1, 9, 30, 15, 999, tzinfo=UTC),
        weeks[1]: datetime(2024, 6, 6, 23, tzinfo=UTC),
    }

    text = atom([issue_of(week) for week in reversed(weeks)], make_wording(), corrected=put_right)

    feed = ET.fromstring(text)
    updated = [entry.findtext(f"{ATOM}updated") for entry in feed.findall(f"{ATOM}entry")]
    assert updated == ["2024-06-07T00:00:00Z", "2024-07-01T09:30:15Z"]
    assert feed.findtext(f"{ATOM}updated") == "2024-07-01T09:30:15Z"


def test_a_publication_without_an_address_has_no_feed_and_links_none() -> None:
    wording = make_wording(base_url="")

    files = site(issue_of(Week(2024, 23), wording=wording), wording=wording)

    assert "feed.xml" not in files
    assert all(b"feed.xml" not in content for content in files.values())


def test_a_site_of_no_issue_is_a_site() -> None:
    assert list(site()) == ["404.html", "feed.xml", "index.html"]


def test_a_site_is_put_in_place_once(tmp_path: Path) -> None:
    place = tmp_path / "site"

    first, second = swap_in(place, FILES), swap_in(place, FILES)

    assert (first, second) == (True, False)
    assert (place / "issues/2024-W23/index.html").read_bytes() == b"23"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_new_site_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    place = tmp_path / "site"
    swap_in(place, (*FILES, ("issues/2024-W22/index.html", b"22")))

    changed = swap_in(place, FILES)

    assert changed
    assert not (place / "issues/2024-W22").exists()


def test_a_crash_between_the_renamings_is_mended(tmp_path: Path) -> None:
    place = tmp_path / "site"
    swap_in(place, FILES)
    place.rename(tmp_path / ".site.old")

    changed = swap_in(place, FILES)

    assert not changed
    assert (place / "index.html").read_bytes() == b"home"


def test_somebody_elses_folder_is_not_touched(tmp_path: Path) -> None:
    place = tmp_path / "site"
    place.mkdir()
    (place / "thesis.txt").write_text("years of work")

    with pytest.raises(CannotWrite, match="nothing was touched"):
        swap_in(place, FILES)

    assert (place / "thesis.txt").read_text() == "years of work"


def test_a_disk_that_refuses_leaves_the_old_site(tmp_path: Path) -> None:
    place = tmp_path / "site"
    swap_in(place, FILES)

    with pytest.raises(CannotWrite, match="still stands"):
        swap_in(place, (*FILES, ("index.html/below-a-file", b"x")))

    assert (place / "index.html").read_bytes() == b"home"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def _resolves(files: dict[str, bytes], page: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    return target in files and (not anchor or f'id="{unquote(anchor)}"'.encode() in files[target])
