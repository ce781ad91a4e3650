"""Images: words that say nothing, files that are missing or large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.desk.pictures import Seen
from tests.desk.builders import make_explainer
from tests.desk.proof.builders import EXPLAINER_PATH, desk_with, on_body, remarks_on

URL = "https://img.example/flow-of-data.png"


@pytest.mark.parametrize(
    "words",
    [
        "image",
        "Photo",
        "an image",
        "IMG_1234",
        "DSC00017.JPG",
        "Screenshot 2024-06-03 at 10.11.12",
        "Screen Shot 2024-06-03",
        "untitled",
        "image001",
        "flow-of-data.png",
        "flow-of-data",
        "alt text",
        "Figure 2",
    ],
)
def test_words_that_a_program_put_there_are_named(words: str) -> None:
    assert [remark.level for remark in on_body(f"![{words}]({URL})", "default-alt")] == ["warning"]


@pytest.mark.parametrize(
    "words", ["Flow of data", "Error bars over a week", "A photo of the rack", "Chart: cost by week", ""]
)
def test_words_that_tell_are_left_alone_and_missing_ones_are_told_elsewhere(words: str) -> None:
    assert on_body(f"![{words}]({URL})", "default-alt") == ()


def test_an_image_as_html_and_one_inside_a_link_are_read_too() -> None:
    body = f'<img src="{URL}" alt="image">\n\n[![image]({URL})](https://a.example/p)'

    assert [remark.line for remark in on_body(body, "default-alt")] == [5, 7]


def seen(size: int = 10_000, *, width: int = 640, fault: str = "") -> Seen:
    return Seen(path="issues/explainers/x.png", size=size, width=width, height=400, ending="png", fault=fault)


def test_large_images_are_named_with_their_size() -> None:
    sizes = {"a.png": 150_000, "b.png": 250_000, "c.png": 3_400_000}
    body = "\n\n".join(f"![What {name} shows]({name})" for name in sizes)

    found = on_body(body, "image-size", images={name: seen(size) for name, size in sizes.items()})

    assert [(remark.line, remark.what) for remark in found] == [
        (7, "Image b.png has 250 kB; on a phone it comes late."),
        (9, "Image c.png has 3.4 MB; most phones give up on it."),
    ]


def test_an_image_wider_than_any_page_is_named_unless_it_is_heavy_too() -> None:
    images = {"a.png": seen(width=2_400), "b.png": seen(width=4_032), "c.png": seen(300_000, width=4_032)}
    body = "\n\n".join(f"![What {name} shows]({name})" for name in images)

    found = on_body(body, "image-size", images=images)

    assert [(remark.line, remark.what) for remark in found] == [
        (7, "Image b.png is 4,032 pixels wide; no page shows so many."),
        (9, "Image c.png has 300 kB; on a phone it comes late."),
    ]


def test_a_picture_that_says_where_it_was_taken_is_named_whatever_its_size() -> None:
    images = {"a.jpg": replace(seen(300_000), has_place=True), "b.jpg": seen()}
    body = "\n\n".join(f"![What {name} shows]({name})" for name in images)

    found = on_body(body, "image-place", images=images)

    assert [(remark.line, remark.level, remark.what) for remark in found] == [
        (5, "warning", "Image a.jpg says where it was taken (GPS), and it is published as it is.")
    ]


def test_an_image_without_a_file_is_named() -> None:
    (found,) = on_body("![What it shows](flow.png)", "no-image", images={"flow.png": None})

    assert str(found) == (
        f"{EXPLAINER_PATH}:5: warning [no-image] No file of the workspace is at flow.png.\n"
        "    Put it beside the text, and name it from there."
    )


def test_an_image_that_no_letter_can_show_is_named() -> None:
    (found,) = on_body("![What it shows](a.webp)", "image-file", images={"a.webp": seen(fault="is WebP")})

    assert found.what == "Image a.webp is WebP; only its words are printed."


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("![What it shows](a\\_b.png)", 5),
        ("![What it shows][1]\n\n[1]: a_b.png", 7),
        ("Words.\n\n![What it shows](a_b.png 'it''s')", 7),
    ],
)
def test_an_image_is_known_however_its_address_is_typed(body: str, line: int) -> None:
    (found,) = on_body(body, "no-image", images={"a_b.png": None})

    assert found.line == line


def test_the_words_of_an_image_by_reference_are_not_asked_for_at_its_definition() -> None:
    assert on_body("![What it shows][1]\n\n[1]: flow.png", "alt", images={"flow.png": seen()}) == ()


def test_a_relative_image_needs_a_base_or_a_file() -> None:
    body = "![What it shows](flow.png)"

    assert len(on_body(body, "relative-link")) == 1
    assert on_body(body, "relative-link", base_url="https://a.example/") == ()
    assert on_body(body, "relative-link", images={"flow.png": seen()}) == ()


def test_only_the_body_of_an_explainer_shows_files() -> None:
    (found,) = on_body("Words.", "relative-link", tldr="![What it shows](flow.png)", images={"flow.png": seen()})

    assert found.what == "Image flow.png is relative to a page, so only its words are printed."


def test_a_letter_that_cannot_fetch_an_image_is_a_notice() -> None:
    desk = desk_with(explainer=make_explainer(body="![What it shows](flow.png)", body_line=5))
    publication = desk.settings.publication
    files = {(EXPLAINER_PATH, "flow.png"): seen()}

    def told(base_url: str) -> list[str]:
        wording = replace(publication.wording, base_url=base_url)
        settings = replace(desk.settings, publication=replace(publication, wording=wording))
        return [one.what for one in remarks_on(replace(desk, settings=settings), "letter-image", images=files)]

    assert told("https://pulse.example.com") == []
    assert told("") == ["Image flow.png stands on the page; the letter cannot fetch it and prints its words."]


def test_an_image_inside_the_text_is_named_without_its_bytes() -> None:
    (found,) = on_body(f"![What it shows](data:image/png;base64,{'A' * 4000})", "data-uri")

    assert "AAAA" not in str(found)
