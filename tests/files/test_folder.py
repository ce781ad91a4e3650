from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from newsletter.errors import CannotWrite, NewsletterError
from newsletter.files import folder
from newsletter.model.week import Week


def test_only_folders_named_like_weeks_are_weeks_oldest_first(tmp_path: Path) -> None:
    for name in ("2024-W23", "2023-W52", "inbox", "explainers", "2024-W60", "2024W22", ".git"):
        (tmp_path / "issues" / name).mkdir(parents=True)
    (tmp_path / "issues" / "2024-W24").write_text("a file")

    assert folder.weeks_on_disk(tmp_path) == (Week(2023, 52), Week(2024, 23))


def test_a_workspace_without_issues_has_no_weeks(tmp_path: Path) -> None:
    assert folder.weeks_on_disk(tmp_path) == ()


def test_hidden_files_backups_and_pictures_are_no_takes(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.markdown", ".hidden.md", "a.md~", "#a.md#", "p.png", ".git/d.md", "E.MD"):
        path = tmp_path / "issues" / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")

    found = folder.take_files(tmp_path, folder.inbox_folder(tmp_path))

    assert [path.name for path in found] == ["E.MD", "a.txt", "b.md", "c.markdown"]


# Reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("café\n".encode(), "café\n"),
        ("cafe\u0301".encode(), "café"),
        (b"\xef\xbb\xbfword", "word"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"", ""),
    ],
    ids=["utf-8", "combining accent", "byte order mark", "line ends", "empty"],
)
def test_typed_text_is_read_as_nfc_with_plain_line_ends(raw: bytes, text: str) -> None:
    assert folder.decode(raw, "a.md") == (text, ())


def test_windows_1252_is_read_with_a_warning_at_its_first_line() -> None:
    text, remarks = folder.decode("line one\n“caf\xe9”\n".encode("cp1252"), "a.md")

    assert text == "line one\n“café”\n"
    assert [str(remark) for remark in remarks] == [
        "a.md:2: warning [encoding] The file is saved as Windows-1252 and was read as such.\n    Save it as UTF-8."
    ]


@pytest.mark.parametrize(
    "raw", [b"a\nb\0c", "hello".encode("utf-16-le"), b"\x81\x8d\xff\xfe", b"{\\rtf1 hello}"], ids=repr
)
def test_what_is_no_text_is_an_error(raw: bytes) -> None:
    text, remarks = folder.decode(raw, "a.md")

    assert text is None
    assert [(remark.level, remark.code) for remark in remarks] == [("error", "encoding")]


def test_a_file_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert folder.read_text(tmp_path, tmp_path / "a.md") == folder.TypedFile(path="a.md", text=None)


def test_a_folder_in_the_place_of_a_file_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()

    read = folder.read_text(tmp_path, tmp_path / "a.md")

    assert [remark.code for remark in read.remarks] == ["unreadable"]


def test_kept_files_are_read_exactly_as_they_were_written(tmp_path: Path) -> None:
    folder.write_whole(tmp_path / "a", "cafe\u0301\r\n\ufeff")

    assert folder.read_kept(tmp_path / "a") == "cafe\u0301\r\n\ufeff"
    assert folder.read_kept(tmp_path / "b") is None


def test_a_kept_file_that_is_not_utf_8_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")

    with pytest.raises(NewsletterError, match="git checkout"):
        folder.read_kept(tmp_path / "a")


# Writing -------------------------------------------------------------------------------------------


def test_writing_makes_the_folders_on_the_way(tmp_path: Path) -> None:
    assert folder.write_whole(tmp_path / "a" / "b" / "c.txt", "é\n")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "é\n".encode()


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    folder.write_whole(path, "same")
    os.utime(path, (1, 1))

    assert not folder.write_whole(path, b"same")
    assert path.stat().st_mtime == 1


def test_a_file_keeps_its_access_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)

    folder.write_whole(path, "new")

    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EROFS, "may not write"),
        (errno.EIO, "as it"),
    ],
    ids=["full", "quota", "read-only", "other"],
)
def test_a_write_that_fails_leaves_the_old_file_and_no_half_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(CannotWrite, match=words):
        folder.write_whole(path, "new")

    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_in_the_place_of_a_folder_cannot_be_written_below(tmp_path: Path) -> None:
    (tmp_path / "issues").write_text("")

    with pytest.raises(CannotWrite):
        folder.write_whole(tmp_path / "issues" / "a.txt", "new")


def test_removing_what_is_not_there_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    assert folder.remove(tmp_path / "a")
    assert not folder.remove(tmp_path / "a")
