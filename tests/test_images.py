"""Pictures of explainers and the logo: found in the workspace alone, approved with the issue, and never half there."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from newsletter.checking import check
from newsletter.desk.pictures import Seen, named_images
from newsletter.errors import NotReady
from newsletter.model.issue import Image, Issue
from newsletter.model.remarks import Remark
from newsletter.model.theme import HOUSE, Logo
from newsletter.newsroom.composing import composed
from newsletter.newsroom.images import MOST_BYTES, image_files, logo_file, look_at, with_images
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.records import require_seal, sealed_files
from newsletter.pipeline import publish
from newsletter.press.pictures.image_size import image_size, read_picture
from tests.pictures import drawn
from tests.press.build import make_issue
from tests.room import WEEK, Workspace, workspace

TEXT = "issues/explainers/flow.md"
FLOW = "issues/explainers/images/flow.png"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path / "here") as space:
        yield space


def put(root: Path, path: str, data: bytes) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def explain(space: Workspace, *addresses: str, header: str = "") -> None:
    """An explainer that is printed this week and shows these, the first on line 5, each on a line of its own."""
    shown = "\n\n".join(f"![The curve rises]({address})" for address in addresses)
    head = f"title: Flow\nready: yes\n{header}---\n"
    space.write(TEXT, head + "\n" * (4 - head.count("\n")) + shown + "\n\nWords below it.\n")


def issue_of(space: Workspace) -> Issue:
    return composed(space.room, week_inputs(space.room, WEEK, space.store)).draft.issue


def said(space: Workspace, *codes: str) -> list[Remark]:
    return [remark for remark in check(space.room, WEEK, space.store).remarks if remark.code in codes]


def a_png_of(width: int, height: int) -> bytes:
    """A PNG that says it has that size and holds no dot of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


# What is a picture --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_picture_is_known_by_its_bytes_and_only_whole(kind: str) -> None:
    raw = drawn(kind, (300, 200))

    assert image_size(raw) == (300, 200)
    assert image_size(raw[: len(raw) // 2]) is None
    assert image_size(raw[:20]) is None


def test_a_photograph_that_is_turned_when_it_is_shown_has_the_size_as_shown() -> None:
    # EXIF 2.32, 4.6.4: one entry, the tag "Orientation", "the 0th row is the right-hand side".
    turned = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)

    assert image_size(drawn("JPEG", (300, 200), exif=turned)) == (200, 300)


def place(*entries: tuple[int, int, int, int]) -> bytes:
    """An EXIF block whose one entry leads to that block of the place (EXIF 2.32, 4.6.6), both big-endian."""
    rows = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return b"Exif\0\0MM\0*" + struct.pack(">IHHHIIIH", 8, 1, 0x8825, 4, 1, 26, 0, len(entries)) + rows + b"\0" * 60


LATITUDE, LONGITUDE, VERSION = (2, 5, 3, 56), (4, 5, 3, 56), (0, 1, 4, 0x02030000)


@pytest.mark.parametrize(
    ("entries", "says"),
    [((VERSION, LATITUDE, LONGITUDE), True), ((VERSION,), False), ((LATITUDE,), False), ((), False)],
)
def test_a_picture_says_where_it_was_taken_if_it_has_both_degrees(
    entries: tuple[tuple[int, int, int, int], ...], *, says: bool
) -> None:
    assert read_picture(drawn("JPEG", exif=place(*entries))).has_place is says


def test_a_picture_says_where_it_was_taken_in_xmp_as_well() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="52,31.0N"/></x:xmpmeta>'

    assert read_picture(drawn("JPEG", xmp=xmp)).has_place


def test_a_block_of_the_place_that_leads_nowhere_is_no_fault_of_the_picture() -> None:
    astray = b"Exif\0\0MM\0*" + struct.pack(">IHHHIiI", 8, 1, 0x8825, 9, 1, -1, 0)

    assert not read_picture(drawn("JPEG", exif=astray)).has_place


@pytest.mark.parametrize("raw", [b"", b"<svg/>", b"x" * 1000, a_png_of(60_000, 60_000), a_png_of(9_000, 9_000)])
def test_what_is_no_picture_or_would_fill_the_memory_has_no_size(raw: bytes) -> None:
    assert image_size(raw) is None


# Which file ---------------------------------------------------------------------------------------


def test_a_picture_lies_beside_the_text_or_below_the_workspace(tmp_path: Path) -> None:
    put(tmp_path, FLOW, drawn(size=(30, 20)))
    put(tmp_path, "images/my flow.png", drawn(size=(50, 40)))

    beside = look_at(tmp_path, TEXT, "images/flow.png")
    below = look_at(tmp_path, TEXT, "images/my%20flow.png?v=2#top")

    assert beside is not None
    assert below is not None
    assert (beside.path, beside.width, beside.height, beside.fault) == (FLOW, 30, 20, "")
    assert (below.path, below.width) == ("images/my flow.png", 50)


@pytest.mark.parametrize(
    "typed",
    [
        "../../../secret.png",
        "../../../../../../etc/hostname",
        "images/../../../../secret.png",
        "%2e%2e/%2e%2e/%2e%2e/secret.png",
        "/secret.png",
        "file:///secret.png",
        "C:\\secret.png",
        "out.png",
        "round.png",
        "out/secret.png",
        "images",
        ".",
        "a\0b.png",
        "a" * 5000,
        "none.png",
    ],
)
def test_no_file_outside_of_the_workspace_is_found_whatever_the_path(tmp_path: Path, typed: str) -> None:
    root = tmp_path / "here"
    put(tmp_path, "secret.png", drawn())
    put(root, FLOW, drawn())
    (root / "issues/explainers/out.png").symlink_to(tmp_path / "secret.png")
    (root / "issues/explainers/out").symlink_to(tmp_path)
    (root / "issues/explainers/round.png").symlink_to("round.png")

    assert look_at(root, TEXT, typed) is None


def test_a_link_inside_the_workspace_leads_to_its_file(tmp_path: Path) -> None:
    put(tmp_path, FLOW, drawn())
    (tmp_path / "issues/explainers/a.png").symlink_to("images/flow.png")

    found = look_at(tmp_path, TEXT, "a.png")

    assert found is not None
    assert found.path == FLOW


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (drawn("WEBP"), "is WebP, which many mail programs do not show"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is SVG, which many mail programs do not show"),
        (b"author: Yoga", "is no PNG, JPEG or GIF"),
        (drawn()[:60], "is damaged or cut off"),
        (a_png_of(60_000, 60_000), "has more than 40 million pixels"),
        (drawn() + bytes(MOST_BYTES), "has 5.0 MB"),
    ],
)
def test_a_file_that_no_letter_can_show_is_found_with_its_fault(tmp_path: Path, raw: bytes, fault: str) -> None:
    put(tmp_path, FLOW, raw)

    found = look_at(tmp_path, TEXT, "images/flow.png")

    assert found is not None
    assert (found.fault, found.width) == (fault, 0)
    assert named_images([("images/flow.png", found)]) == ()


# Names --------------------------------------------------------------------------------------------


def seen(path: str, ending: str = "png") -> Seen:
    return Seen(path=path, size=1, width=1, height=1, ending=ending, sha256=path)


def test_each_file_has_one_name_and_no_two_share_one() -> None:
    images = named_images(
        [
            ("a/flow.png", seen("x/a/flow.png")),
            ("./a/flow.png", seen("x/a/flow.png")),
            ("b/Flow.PNG", seen("x/b/Flow.PNG")),
            ("photo.png", seen("x/photo.png", "jpg")),
        ]
    )

    assert [image.name for image in images] == [
        "images/flow.png",
        "images/flow.png",
        "images/Flow-2.png",
        "images/photo.jpg",
    ]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Größe & Maß 1.png", "Groe-Ma-1.png"),
        ("東京.png", "image.png"),
        ("a%2fb?c#d.png", "a-2fb-c-d.png"),
        ("--.png", "image.png"),
        (f"{'long' * 50}.png", f"{'long' * 15}.png"),
        ("archive.tar.png", "archive-tar.png"),
    ],
)
def test_a_name_is_written_in_signs_that_every_address_knows(file: str, name: str) -> None:
    (image,) = named_images([("typed", seen(f"x/{file}"))])

    assert image.name == f"images/{name}"


# In the issue -------------------------------------------------------------------------------------


def test_the_issue_names_the_pictures_of_its_explainer_and_of_no_other(space: Workspace) -> None:
    put(space.root, FLOW, drawn(size=(30, 20)))
    put(space.root, "issues/explainers/other.png", drawn())
    space.write("issues/explainers/other.md", "title: Other\n---\n![Another curve](other.png)\n")
    explain(space, "images/flow.png", "https://images.example.com/far.png")

    (image,) = issue_of(space).images

    assert image == Image(
        typed="images/flow.png",
        path=FLOW,
        name="images/flow.png",
        width=30,
        height=20,
        sha256=sha256(drawn(size=(30, 20))).hexdigest(),
    )


def test_what_cannot_be_printed_is_told_with_its_line_and_its_mend(space: Workspace) -> None:
    put(space.root, "issues/explainers/new.webp", drawn("WEBP"))
    explain(space, "new.webp", "../../../secret.png", "file:///etc/passwd", "none.png")

    found = said(space, "image-file", "no-image")

    assert [(remark.line, remark.code) for remark in found] == [
        (5, "image-file"),
        (7, "no-image"),
        (9, "no-image"),
        (11, "no-image"),
    ]
    assert str(found[0]) == (
        f"{TEXT}:5: warning [image-file] Image new.webp is WebP, which many mail programs do not show; only its words "
        "are printed.\n    Save it anew as PNG or JPEG, 1,280 pixels wide."
    )
    assert issue_of(space).images == ()


def test_a_picture_of_a_reference_is_told_where_its_address_stands(space: Workspace) -> None:
    space.write(TEXT, "title: Flow\nready: yes\n---\nWords.\n\n![The curve][1]\n\n[1]: images/none.png\n")

    (found,) = said(space, "no-image")

    assert (found.line, found.what) == (8, "No file of the workspace is at images/none.png.")


def test_relative_pictures_of_a_page_on_the_web_are_no_fault_and_a_disk_is(space: Workspace) -> None:
    explain(space, "images/far.png", "file:///etc/passwd", header="base_url: https://blog.example.com/flow/\n")

    assert [remark.line for remark in said(space, "no-image", "image-file", "relative-link")] == [7]


# Approved and sent --------------------------------------------------------------------------------


def test_a_picture_is_part_of_what_was_approved(space: Workspace) -> None:
    put(space.root, FLOW, drawn())
    explain(space, "images/flow.png")
    space.seal()
    assert FLOW in sealed_files(space.root, WEEK)

    put(space.root, FLOW, drawn(colour="#aa0000"))

    with pytest.raises(NotReady, match=FLOW):
        require_seal(space.room, WEEK)
    (space.folder() / "issue.json").write_text("{", encoding="utf-8")
    with pytest.raises(NotReady, match=FLOW):
        require_seal(space.room, WEEK)


@pytest.mark.parametrize(("data", "code"), [(None, "image-gone"), (drawn(colour="#aa0000"), "image-changed")])
def test_a_picture_that_is_not_as_it_was_printed_leaves_its_words_on_the_page(
    space: Workspace, data: bytes | None, code: str
) -> None:
    put(space.root, FLOW, drawn())
    put(space.root, "issues/explainers/b.png", drawn(size=(9, 9)))
    explain(space, "images/flow.png", "b.png")
    space.add("ada")
    space.send()
    (space.root / FLOW).unlink()
    if data is not None:
        put(space.root, FLOW, data)

    built = publish(space.room)

    (remark,) = built.remarks
    page = (space.room.site / f"issues/{WEEK}/index.html").read_text(encoding="utf-8")
    assert (remark.path, remark.level, remark.code) == (FLOW, "error", code)
    assert remark.mend == (f"Bring back the copy that was committed:  git checkout -- {FLOW}",)
    assert 'src="images/b.png"' in page
    assert "flow.png" not in page
    assert "The curve rises" in page
    assert (space.room.site / f"issues/{WEEK}/images/b.png").read_bytes() == drawn(size=(9, 9))
    assert not (space.room.site / f"issues/{WEEK}/images/flow.png").exists()


def test_a_record_cannot_name_a_file_outside_of_the_workspace(tmp_path: Path) -> None:
    put(tmp_path, "secret.png", drawn())
    (tmp_path / "here").mkdir()
    image = Image(
        typed="a.png",
        path="../secret.png",
        name="images/a.png",
        width=64,
        height=40,
        sha256=sha256(drawn()).hexdigest(),
    )
    issue = make_issue(images=(image,))

    files, remarks = image_files(tmp_path / "here", issue)

    assert files == ()
    assert [remark.code for remark in remarks] == ["image-gone"]
    assert with_images(issue, []).images == ()


# The logo -----------------------------------------------------------------------------------------


def test_the_logo_is_the_file_that_was_measured_or_none(tmp_path: Path) -> None:
    put(tmp_path, "images/logo.png", drawn())
    logo = Logo(path="images/logo.png", name="logo.png", width=64, height=40, sha256=sha256(drawn()).hexdigest())
    theme = replace(HOUSE, logo=logo)

    assert logo_file(tmp_path, theme) == drawn()
    assert logo_file(tmp_path, HOUSE) is None
    put(tmp_path, "images/logo.png", drawn(colour="#aa0000"))
    assert logo_file(tmp_path, theme) is None
