"""Importing the past: folders and files in, records out, again and again, and the memory they fill."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.desk.past.memory import Memory
from newsletter.errors import FaultyFiles, UsageFault
from newsletter.files.record import past_slugs, read_memory, read_past
from newsletter.importing import import_jekyll, import_text
from newsletter.model.week import Week
from newsletter.pipeline import draft
from tests.room import COLLECT, WEEK, Workspace, workspace

POST = """---
title: "Week #22 2024 - Caches"
date: 2024-05-31 20:00:00 +0700
---

**TL;DR:** Keep it.

## Introduction

A cache keeps what was asked before.

## Tech News

*[Kea cuts its prices for small teams](https://example.com/kea)*

Yoga: "Kea is cheap at last, and I wonder what it will cost us in the end."
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "room").mkdir()
    with workspace(tmp_path / "room", at=COLLECT) as space:
        yield space


@pytest.fixture
def site(tmp_path: Path) -> Path:
    posts = tmp_path / "old" / "_posts"
    posts.mkdir(parents=True)
    (posts / "2024-05-31-week22-2024.md").write_text(POST)
    return posts.parent


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_post_becomes_a_record_and_a_second_import_changes_nothing(space: Workspace, site: Path) -> None:
    first = import_jekyll(space.room, site)
    before = files(space.root / "issues/past")
    second = import_jekyll(space.room, site / "_posts")

    issue = read_past(space.root, "2024-05-31-week22-2024")
    assert issue is not None
    assert (issue.title, issue.date, issue.place) == (
        "Week #22 2024 - Caches",
        date(2024, 5, 31),
        "2024-05-31-week22-2024",
    )
    assert (first.counts["new"], second.counts["same"]) == (1, 1)
    assert files(space.root / "issues/past") == before


def test_a_dry_run_writes_nothing(space: Workspace, site: Path) -> None:
    before = files(space.root)

    report = import_jekyll(space.room, site, dry_run=True)

    assert report.counts["new"] == 1
    assert files(space.root) == before


def test_a_changed_source_replaces_its_record_and_no_other(space: Workspace, site: Path) -> None:
    import_jekyll(space.room, site)
    (site / "_posts/2024-05-31-week22-2024.md").write_text(POST.replace("at last", "now"))

    report = import_jekyll(space.room, site)

    assert report.counts["changed"] == 1
    assert len(past_slugs(space.root)) == 1


def test_two_issues_of_one_day_and_one_name_stay_two(space: Workspace, site: Path) -> None:
    (site / "_posts/more").mkdir()
    (site / "_posts/more/2024-05-31-WEEK22-2024.md").write_text(POST.replace("Caches", "Tries"))
    (site / "_posts/2024-05-31-2024-W22.markdown").write_text(POST.replace("Caches", "Heaps"))

    report = import_jekyll(space.room, site)

    slugs = past_slugs(space.root)
    assert report.counts["new"] == len({slug.casefold() for slug in slugs}) == 3
    assert import_jekyll(space.room, site).counts["same"] == 3


def test_a_file_called_like_a_week_takes_no_week_s_folder(space: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "2024-W22.md"
    file.write_text(POST)

    import_text(space.room, [file])

    assert past_slugs(space.root) == ("past-2024-w22",)


def test_the_same_issue_from_another_folder_is_not_imported_twice(space: Workspace, site: Path, tmp_path: Path) -> None:
    import_jekyll(space.room, site)
    copy = tmp_path / "2024-05-31-copy.md"
    copy.write_text(POST)

    report = import_text(space.room, [copy])

    assert report.counts["skipped"] == 1
    assert [remark.code for remark in report.remarks] == ["already-imported"]


def test_files_that_are_no_text_are_named_and_the_others_read(space: Workspace, site: Path) -> None:
    (site / "_posts/2024-06-01-picture.md").write_bytes(b"\x89PNG\0\0\1\2")
    (site / "_posts/2024-06-02-huge.md").write_bytes(b"word " * 300_000)
    (site / "_posts/2024-06-03-latin.md").write_bytes(POST.replace("Kea", "Kéa").encode("latin-1"))
    (site / "_posts/notes.md").write_text("no date")

    report = import_jekyll(space.room, site)

    assert (report.counts["new"], report.counts["unread"]) == (2, 2)
    assert {"encoding", "too-long", "no-post"} <= {remark.code for remark in report.remarks}
    assert not report.fully


def test_the_far_past_is_read_and_what_is_still_to_come_is_told(space: Workspace, site: Path) -> None:
    for year in (1970, 2099):
        text = POST.replace("2024-05-31", f"{year}-05-29").replace("Caches", str(year))
        (site / f"_posts/{year}-05-29-issue.md").write_text(text)

    report = import_jekyll(space.room, site)

    assert report.counts["new"] == 3
    assert "to-come" in {remark.code for remark in report.remarks}


@pytest.mark.parametrize("what", ["missing", "empty", "file"])
def test_where_there_is_no_post_the_command_says_so(space: Workspace, tmp_path: Path, what: str) -> None:
    target = tmp_path / "site"
    if what == "empty":
        target.mkdir()
    elif what == "file":
        target.write_text("words")

    with pytest.raises(UsageFault):
        import_jekyll(space.room, target)


def test_where_nothing_could_be_read_the_files_are_at_fault(space: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "undated.txt"
    file.write_text("A title\n\nSome words.\n")

    with pytest.raises(FaultyFiles, match="no-date"):
        import_text(space.room, [file])
    assert import_text(space.room, [file], day=date(2022, 3, 4)).counts["new"] == 1


def test_the_command_reports_and_exits_4_where_something_has_no_place(
    space: Workspace, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "_posts/2024-05-24-week21-2024.md").write_text(f"{POST.replace('05-31', '05-24')}\nSee you next week!\n")

    code = main(["import", "jekyll", str(site), "--root", str(space.root), "--json"])

    report = json.loads(capsys.readouterr().out)
    assert code == 4
    assert report["counts"]["issues"] == 2
    assert [remark["code"] for remark in report["remarks"] if remark["code"] == "unplaced"] == ["unplaced"]


# Memory --------------------------------------------------------------------------------------------


def test_imported_issues_are_remembered_by_date_and_not_counted(space: Workspace, site: Path) -> None:
    # Three days later, in the week of the issue to come.
    later = POST.replace("2024-05-31", "2024-06-03").replace("#22", "#23").replace("Caches", "Heaps")
    (site / "_posts/2024-06-03-week23-2024.md").write_text(later)
    import_jekyll(space.room, site)

    memory, remarks = read_memory(space.root, WEEK)
    issue = draft(space.room, WEEK, space.store).draft.issue

    assert not remarks
    assert [one.reference.place for one in memory] == ["2024-05-31-week22-2024", "2024-06-03-week23-2024"]
    assert memory[0].reference.link == "https://pulse.example.com/issues/2024-05-31-week22-2024/"
    assert all(one.imported for one in memory)
    assert issue.number == 1
    assert issue.previous == memory[1].reference


def test_of_two_issues_in_one_week_the_later_is_the_latest(space: Workspace, site: Path) -> None:
    (site / "_posts/2024-05-27-extra.md").write_text(
        POST.replace("2024-05-31", "2024-05-27").replace("Caches", "Heaps")
    )
    import_jekyll(space.room, site)

    memory = Memory(read_memory(space.root, WEEK)[0])

    found = memory.address_before("https://www.example.com/kea?utm_source=x")
    assert found is not None
    assert found.reference.place == "2024-05-31-week22-2024"


def test_what_an_issue_knew_when_it_was_approved_stays_what_it_knew(space: Workspace, site: Path) -> None:
    import_jekyll(space.room, site)

    before, _ = read_memory(space.root, WEEK, until=COLLECT - timedelta(days=1))
    after, _ = read_memory(space.root, WEEK, until=COLLECT + timedelta(days=1))

    assert (len(before), len(after)) == (0, 1)


def test_a_damaged_record_is_an_error_in_memory_with_its_mend(space: Workspace, site: Path) -> None:
    import_jekyll(space.room, site)
    (space.root / "issues/past/2024-05-31-week22-2024/issue.json").write_text("{")

    _, remarks = read_memory(space.root, Week(2024, 30))

    assert [(remark.level, remark.code) for remark in remarks] == [("error", "record")]
    with pytest.raises(FaultyFiles, match="taken"):
        import_jekyll(space.room, site)


def test_a_link_that_leads_out_of_the_site_is_not_read(space: Workspace, site: Path, tmp_path: Path) -> None:
    (tmp_path / "private.md").write_text(POST)
    (site / "_posts/2024-05-30-private.md").symlink_to(tmp_path / "private.md")
    (site / "_posts/2024-05-29-gone.md").symlink_to(site / "nowhere.md")
    (site / "_posts/older").symlink_to(tmp_path)

    report = import_jekyll(space.room, site)

    assert {(remark.path, remark.code) for remark in report.remarks} >= {
        ("old/_posts/2024-05-30-private.md", "outside"),
        ("old/_posts/2024-05-29-gone.md", "unreadable"),
        ("old/_posts/older", "no-post"),
    }
    assert past_slugs(space.root) == ("2024-05-31-week22-2024",)
    assert report.counts["unread"] == 2
    assert not report.fully


def test_a_file_s_name_in_another_encoding_stops_nothing(space: Workspace, site: Path) -> None:
    name = os.fsdecode(b"2024-05-24-caf\xe9\n.md")
    try:
        (site / "_posts" / name).write_text(POST.replace("2024-05-31", "2024-05-24"))
    except OSError:
        pytest.skip("This file system keeps no such names.")

    report = import_jekyll(space.room, site)

    assert report.files[0].path == r"old/_posts/2024-05-24-caf\xe9\x0a.md"
    assert [one.outcome for one in report.files] == ["new", "new"]


def test_a_file_of_more_lines_than_any_issue_is_left_out(space: Workspace, site: Path) -> None:
    (site / "_posts/2024-05-24-lines.md").write_text("# H\n" * 20_001)

    report = import_jekyll(space.room, site)

    assert [remark.code for remark in report.remarks if remark.level == "error"] == ["too-long"]


def test_every_file_that_was_not_read_is_named_and_like_notices_once(space: Workspace, site: Path) -> None:
    for day in range(10, 15):
        (site / f"_posts/2024-05-{day}-empty.md").write_text("")
        (site / f"_posts/2024-04-{day}-x.md").write_text(POST.replace("2024-05-31", f"2024-04-{day}\nlayout: post"))

    report = import_jekyll(space.room, site)

    assert [remark.code for remark in report.remarks].count("empty-issue") == 5
    layout = [remark.what for remark in report.remarks if remark.code == "front-matter-key"]
    assert layout == ["Not kept of the front matter:  layout: post 20:00:00 +0700. The same in 4 more files."]


def test_a_damaged_record_is_called_damaged(space: Workspace, site: Path) -> None:
    import_jekyll(space.room, site)
    (space.root / "issues/past/2024-05-31-week22-2024/issue.json").write_text("{")
    (site / "_posts/2024-05-24-other.md").write_text(POST.replace("2024-05-31", "2024-05-24"))

    report = import_jekyll(space.room, site)

    assert "a record that is damaged" in next(remark.what for remark in report.remarks if remark.code == "taken")
