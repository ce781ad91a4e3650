from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from newsletter.files.takes import author_of, read_take_files, read_takes
from newsletter.model.week import Week
from newsletter.model.week_state import Listed

WEEK = Week(2024, 23)


def file(root: Path, path: str, content: str | bytes) -> str:
    """Write a file below issues/; the SHA-256 of its bytes."""
    target = root / "issues" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode() if isinstance(content, str) else content
    target.write_bytes(raw)
    return sha256(raw).hexdigest()


def test_a_week_without_takes_has_none_and_no_fault(tmp_path: Path) -> None:
    assert read_takes(tmp_path, WEEK, inbox=True) == ((), ())


def test_takes_come_by_path_and_carry_the_digest_of_their_file(tmp_path: Path) -> None:
    second = file(tmp_path, "2024-W23/takes/yoga.md", b"\xef\xbb\xbf#zoom\r\nI would.")
    first = file(tmp_path, "2024-W23/takes/dika/one.txt", "#zoom\nNot me.")
    file(tmp_path, "inbox/jason.md", "#zoom\nWhy?")

    takes, remarks = read_takes(tmp_path, WEEK, inbox=False)

    assert remarks == ()
    assert [(take.path, take.author, take.text, take.sha256) for take in takes] == [
        ("issues/2024-W23/takes/dika/one.txt", "dika", "Not me.", first),
        ("issues/2024-W23/takes/yoga.md", "yoga", "I would.", second),
    ]


def test_the_inbox_is_read_for_the_open_issue_but_for_takes_of_other_weeks(tmp_path: Path) -> None:
    file(tmp_path, "inbox/jason.md", "#zoom\nWhy?")
    file(tmp_path, "inbox/later.md", "week: 2024-W25\nstory: #zoom\n\nLater.")

    takes, remarks = read_takes(tmp_path, WEEK, inbox=True)

    assert [take.path for take in takes] == ["issues/inbox/jason.md"]
    assert [(remark.path, remark.code) for remark in remarks] == [("issues/inbox/later.md", "other-week")]


def test_takes_used_by_an_earlier_freeze_are_passed_over_while_unchanged(tmp_path: Path) -> None:
    used = file(tmp_path, "inbox/jason.md", "#zoom\nWhy?")
    file(tmp_path, "inbox/yoga.md", "#zoom\nMended.")
    listed = (Listed(path="issues/inbox/jason.md", sha256=used), Listed(path="issues/inbox/yoga.md", sha256="0"))

    takes, _ = read_takes(tmp_path, WEEK, inbox=True, used=listed)

    assert [take.path for take in takes] == ["issues/inbox/yoga.md"]


def test_the_list_of_a_freeze_is_read_file_by_file(tmp_path: Path) -> None:
    file(tmp_path, "inbox/jason.md", "#zoom\nWhy?")
    file(tmp_path, "2024-W23/takes/late.md", "#zoom\nToo late.")

    takes, remarks = read_take_files(tmp_path, ("issues/inbox/jason.md", "issues/inbox/gone.md"))

    assert [take.text for take in takes] == ["Why?"]
    assert [(remark.path, remark.level, remark.code) for remark in remarks] == [
        ("issues/inbox/gone.md", "error", "gone")
    ]


def test_a_file_that_is_no_text_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    file(tmp_path, "2024-W23/takes/a.md", b"\0\0")
    file(tmp_path, "2024-W23/takes/b.md", "#zoom\nI would.")

    takes, remarks = read_takes(tmp_path, WEEK, inbox=False)

    assert len(takes) == 1
    assert [(remark.path, remark.code) for remark in remarks] == [("issues/2024-W23/takes/a.md", "encoding")]


@pytest.mark.parametrize(
    ("path", "author"),
    [
        ("issues/2024-W23/takes/yoga.md", "yoga"),
        ("issues/2024-W23/takes/yoga/zoom.md", "yoga"),
        ("issues/2024-W23/takes/yoga-2.md", "yoga"),
        ("issues/2024-W23/takes/yoga (3).md", "yoga"),
        ("issues/inbox/2024-06-05-yoga.md", "yoga"),
        ("issues/inbox/yoga/2.md", "yoga"),
        ("issues/inbox/José Peña.txt", "José Peña"),
        ("issues/inbox/take.one.md", "take.one"),
    ],
)
def test_a_file_s_place_names_its_author(path: str, author: str) -> None:
    assert author_of(path) == author
