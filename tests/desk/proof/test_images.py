"""Images: words that say nothing, files that are missing or large."""

from __future__ import annotations

import pytest

from tests.desk.proof.builders import EXPLAINER_PATH, on_body

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


def test_large_images_are_named_with_their_size() -> None:
    sizes = {"a.png": 150_000, "b.png": 250_000, "c.png": 3_400_000}
    body = "\n\n".join(f"![What {name} shows]({name})" for name in sizes)

    found = on_body(body, "image-size", images=sizes, base_url="https://a.example/")

    assert [(remark.line, remark.what) for remark in found] == [
        (7, "Image b.png has 250 kB; on a phone it comes late."),
        (9, "Image c.png has 3.4 MB; most phones give up on it."),
    ]


def test_an_image_without_a_file_is_named() -> None:
    (found,) = on_body("![What it shows](flow.png)", "no-image", images={"flow.png": None})

    assert str(found) == (
        f"{EXPLAINER_PATH}:5: warning [no-image] No file is at flow.png.\n    Put it there, or mend the name."
    )


def test_a_relative_image_needs_a_base() -> None:
    assert len(on_body("![What it shows](flow.png)", "relative-link", images={"flow.png": 10})) == 1
    assert on_body("![What it shows](flow.png)", "relative-link", base_url="https://a.example/") == ()


def test_an_image_inside_the_text_is_named_without_its_bytes() -> None:
    (found,) = on_body(f"![What it shows](data:image/png;base64,{'A' * 4000})", "data-uri")

    assert "AAAA" not in str(found)
