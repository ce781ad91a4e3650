"""Pictures of the workspace in each form of the issue: where they are fetched from, how large, and their words."""

from __future__ import annotations

import re
from html import unescape

import pytest

from newsletter.model.issue import Image, Issue
from newsletter.press.pictures.shown import ShownImage, in_letter, on_page
from newsletter.press.prose.markdown import image_addresses, to_html
from newsletter.press.prose.safe_markdown import harmless
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_explainer, make_issue, make_wording

FLOW = ShownImage("images/flow.png", "images/flow.png", 640, 400)
TAG = '<img alt="{}" src="images/flow.png" width="640" height="400">'
#: Addresses and quotation marks around ours are those of no reader.
HOSTILE = 'a "q" <b onmouseover=x()> & \' src="https://evil.example/"'


def make_image(**changes: object) -> Image:
    given: dict[str, object] = {
        "typed": "images/flow.png",
        "path": "issues/explainers/images/flow.png",
        "name": "images/flow.png",
        "width": 1152,
        "height": 801,
        "sha256": "0" * 64,
    }
    return Image(**given | changes)  # type: ignore[arg-type]


def with_image(body: str, *, base_url: str = "https://pulse.example.com", **changes: object) -> Issue:
    return make_issue(
        explainer=make_explainer(body=body), images=(make_image(**changes),), wording=make_wording(base_url=base_url)
    )


# Where and how large ------------------------------------------------------------------------------


def test_the_letter_fetches_a_picture_from_the_archive_and_shows_it_no_wider_than_its_column() -> None:
    (shown,) = in_letter(with_image("", name="images/a b.png"))

    assert shown.src == "https://pulse.example.com/issues/2024-W23/images/a%20b.png"
    assert (shown.width, shown.height) == (576, 400)


def test_a_picture_that_fits_is_shown_in_its_own_size_and_a_flat_one_keeps_a_pixel() -> None:
    (small,) = in_letter(with_image("", width=300, height=20))
    (flat,) = in_letter(with_image("", width=40_000, height=1))

    assert ((small.width, small.height), (flat.width, flat.height)) == ((300, 20), (576, 1))


def test_the_page_has_it_beside_itself_and_a_letter_without_a_site_has_none() -> None:
    issue = with_image("", base_url="")

    assert [(one.src, one.width) for one in on_page(issue)] == [("images/flow.png", 1152)]
    assert in_letter(issue) == ()


# In the text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "alt"),
    [
        ("![The flow](images/flow.png)", "The flow"),
        ('![The flow](images/flow.png "A title")', "The flow"),
        ("![The flow](<images/flow.png>)", "The flow"),
        ("![The flow][1]\n\n[1]: images/flow.png", "The flow"),
        ("![The flow][]\n\n[The flow]: images/flow.png 'A title'", "The flow"),
        ("[![The flow](images/flow.png)](https://a.example/)", "The flow"),
        ("- one\n- ![The flow](images/flow.png)", "The flow"),
        ("| a | b |\n|---|---|\n| ![The flow](images/flow.png) | c |", "The flow"),
        ("> ![The flow](images/flow.png)", "The flow"),
        ('<img width="9999" style="x" onerror="x()" alt="The flow" src="images/flow.png">', "The flow"),
        ("<IMG SRC=images/flow.png ALT='The flow'>", "The flow"),
        ("![](images/flow.png)", ""),
    ],
)
def test_a_picture_is_shown_however_it_is_typed(typed: str, alt: str) -> None:
    found = to_html(typed, images=(FLOW,))

    assert re.findall("<img[^>]*>", found) == [TAG.format(alt)]
    assert image_addresses(typed) == ("images/flow.png",)


@pytest.mark.parametrize("typed", ["![The flow](images/flow.png)", "![The flow][1]\n\n[1]: images/flow.png"])
def test_without_a_picture_its_words_stay(typed: str) -> None:
    assert to_html(typed) == "<p>The flow</p>"


def test_code_that_shows_how_a_picture_is_typed_shows_none() -> None:
    typed = '`![The flow](images/flow.png)` and `src="https://image.invalid/0"`'

    assert to_html(typed, images=(FLOW,)) == (
        '<p><code>![The flow](images/flow.png)</code> and <code>src="https://image.invalid/0"</code></p>'
    )
    assert image_addresses(typed) == ()


def test_words_that_look_like_attributes_are_words() -> None:
    typed = f"![{HOSTILE}](images/flow.png)"

    (tag,) = re.findall(r'<img(?: [a-z]+="[^"]*")*>', to_html(typed, images=(FLOW,)))
    without = to_html(typed)

    assert re.findall(r' ([a-z]+)="[^"]*"', tag) == ["alt", "src", "width", "height"]
    assert HOSTILE in unescape(tag)
    assert "<b" not in without
    assert HOSTILE in unescape(without)


def test_an_address_of_another_place_is_nobodys_to_take() -> None:
    more = ShownImage("b.png", 'b.png?x="><script>', 1, 1)

    found = to_html("![a](images/flow.png) ![b](b.png) ![c](https://image.invalid/7)", images=(FLOW, more))

    assert [unescape(src) for src in re.findall(r'src="([^"]*)"', found)] == [
        "images/flow.png",
        'b.png?x="><script>',
        "https://image.invalid/7",
    ]
    assert "<script" not in found


def test_a_picture_that_is_here_is_not_fetched_from_where_the_text_was_published() -> None:
    found = to_html(
        "![a](images/flow.png) ![b](images/other.png)", base_url="https://blog.example.com/p/", images=(FLOW,)
    )

    assert re.findall(r'src="([^"]*)"', found) == ["images/flow.png", "https://blog.example.com/p/images/other.png"]


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "/etc/passwd", "../../../secret.png", "javascript:x()", "//evil.example/a.png"]
)
def test_an_address_that_may_not_be_printed_leaves_the_words(address: str) -> None:
    assert to_html(f"![The flow]({address})", images=(FLOW,)) == "<p>The flow</p>"


def test_an_address_with_a_blank_or_an_ampersand_is_found_as_it_lies_on_the_disk() -> None:
    assert image_addresses("![a](<images/my flow.png>) ![b](a&b.png) ![c](a&amp;b.png) ![d](a\\_b.png)") == (
        "images/my flow.png",
        "a&b.png",
        "a_b.png",
    )


# In Markdown --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("![The flow](images/flow.png)", "![The flow](https://a.example/f.png)"),
        ("![The flow](images/flow.png 'Title')", "![The flow](https://a.example/f.png 'Title')"),
        ("![The flow][1]\n\n[1]: images/flow.png", "![The flow][1]\n\n[1]: https://a.example/f.png"),
        (
            "[![The flow](images/flow.png)](https://b.example/)",
            "[![The flow](https://a.example/f.png)](https://b.example/)",
        ),
        ("[The flow](images/flow.png)", "The flow"),
    ],
)
def test_the_markdown_shows_a_picture_from_the_web(typed: str, printed: str) -> None:
    flow = ShownImage("images/flow.png", "https://a.example/f.png", 1, 1)

    assert harmless(typed, images=(flow,)) == printed
    assert "images/flow.png" not in harmless(typed)


# In an issue --------------------------------------------------------------------------------------


def test_each_rendition_shows_the_picture_from_where_it_can() -> None:
    made = render(with_image("Look:\n\n![The flow of data](images/flow.png)"), templates=FileTemplates())

    far = "https://pulse.example.com/issues/2024-W23/images/flow.png"
    assert f'src="{far}"' in made.email_html
    assert 'src="images/flow.png"' in made.page
    assert f"![The flow of data]({far})" in made.markdown
    assert "The flow of data" in made.email_text


def test_without_a_site_letter_and_markdown_have_the_words_and_the_page_the_picture() -> None:
    body = "Look:\n\n![The flow of data](images/flow.png)"

    made = render(with_image(body, base_url=""), templates=FileTemplates())

    assert 'src="images/flow.png"' in made.page
    for form in (made.email_html, made.markdown, made.email_text):
        assert "The flow of data" in form
        assert "flow.png" not in form
