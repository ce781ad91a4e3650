"""Documents are kept once by digest, given back only if they are what they were, and swept when nothing names them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.errors import CannotWrite
from newsletter.model.feeds import Document
from newsletter.store.bodies import BodyFolder

#: Later than anything that the disk says of files made by a test.
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
NEWS = Document.of(b"<rss>news</rss>" * 100)
OTHER = Document.of(b"<rss>other</rss>")


@pytest.fixture
def bodies(tmp_path: Path) -> BodyFolder:
    return BodyFolder(tmp_path / "var" / "bodies")


def files_of(bodies: BodyFolder) -> list[str]:
    return sorted(path.relative_to(bodies.path).as_posix() for path in bodies.path.rglob("*") if path.is_file())


def file_of(bodies: BodyFolder, document: Document) -> Path:
    return bodies.path / document.sha256[:2] / f"{document.sha256}.z"


def test_a_document_comes_back_as_it_was_sent(bodies: BodyFolder) -> None:
    written = bodies.put(NEWS)

    found = bodies.get(NEWS.sha256)

    assert written
    assert found == NEWS
    assert found.plain() == b"<rss>news</rss>" * 100


def test_a_document_is_written_once_and_alone(bodies: BodyFolder) -> None:
    bodies.put(NEWS)
    before = file_of(bodies, NEWS).stat().st_ino

    again = bodies.put(NEWS)

    assert not again
    assert file_of(bodies, NEWS).stat().st_ino == before
    assert files_of(bodies) == [f"{NEWS.sha256[:2]}/{NEWS.sha256}.z"]


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="emptied"),
        pytest.param(NEWS.packed[:-4], id="cut off"),
        pytest.param(OTHER.packed, id="another document"),
        pytest.param(b"not compressed at all", id="overwritten"),
    ],
)
def test_a_damaged_document_is_as_good_as_none(bodies: BodyFolder, damaged: bytes) -> None:
    bodies.put(NEWS)
    file_of(bodies, NEWS).write_bytes(damaged)

    assert bodies.get(NEWS.sha256) is None


@pytest.mark.parametrize("digest", ["", "ab", "../../../etc/passwd", NEWS.sha256.upper(), OTHER.sha256])
def test_a_digest_that_names_nothing_gives_nothing(bodies: BodyFolder, digest: str) -> None:
    bodies.put(NEWS)

    assert bodies.get(digest) is None


def test_a_document_that_a_power_cut_emptied_is_written_again(bodies: BodyFolder) -> None:
    bodies.put(NEWS)
    file_of(bodies, NEWS).write_bytes(b"")

    assert bodies.put(NEWS)
    assert bodies.get(NEWS.sha256) == NEWS


def test_what_nothing_names_is_swept(bodies: BodyFolder) -> None:
    for document in (NEWS, OTHER):
        bodies.put(document)

    swept = [bodies.sweep({NEWS.sha256}, FUTURE) for _ in range(2)]

    assert swept == [1, 0]
    assert bodies.get(NEWS.sha256) == NEWS
    assert bodies.get(OTHER.sha256) is None


def test_a_document_just_put_is_not_swept_though_it_was_there_before(bodies: BodyFolder) -> None:
    bodies.put(NEWS)
    os.utime(file_of(bodies, NEWS), (0, 0))
    bodies.put(NEWS)
    yesterday = datetime.fromtimestamp(bodies.path.stat().st_mtime, UTC) - timedelta(days=1)

    swept = bodies.sweep(set(), yesterday)

    assert swept == 0
    assert bodies.get(NEWS.sha256) == NEWS


def test_what_a_writer_that_died_left_behind_is_swept_and_nobody_elses_files_are(bodies: BodyFolder) -> None:
    bodies.put(NEWS)
    folder = file_of(bodies, NEWS).parent
    (folder / f"{NEWS.sha256}.x1y2.part").write_bytes(b"half")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")

    swept = bodies.sweep({NEWS.sha256}, FUTURE)

    assert swept == 1
    assert files_of(bodies) == [f"{folder.name}/{NEWS.sha256}.z", f"{folder.name}/notes.txt"]


def test_there_is_nothing_to_sweep_before_the_first_document(bodies: BodyFolder) -> None:
    assert bodies.sweep(set(), FUTURE) == 0


def test_a_folder_that_cannot_be_is_told_with_its_mend(bodies: BodyFolder) -> None:
    bodies.path.parent.mkdir()
    bodies.path.write_text("a file in the way", encoding="utf-8")

    with pytest.raises(CannotWrite, match="could not be written") as refused:
        bodies.put(NEWS)

    assert refused.value.mend
