"""The preview of each variant, and of pictures that lie in the workspace until the issue is published."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from newsletter.press.desk_pages import Inbox, Shown, preview_page
from newsletter.press.simulations import with_pictures
from newsletter.previewing import opened, preview
from newsletter.web.live import Live
from newsletter.web.looking import Previewer
from newsletter.web.preview import make_preview
from tests.press.build import FileTemplates
from tests.room import WEEK, Workspace, workspace

EXPLAINER = """# Open-Weight Models

## TL;DR

Numbers you may download.

## Introduction

A model is a list of numbers.

![Two boxes](images/flow%20chart.png)

## Conclusion

Start small.
"""
ON_THE_WEB = "https://pulse.example.com/issues/2024-W23/images/"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path / "space") as space:
        yield space


def furnished(space: Workspace) -> Workspace:
    """With an explainer, a picture in it, and a logo."""
    space.write("issues/2024-W23/explainer.md", EXPLAINER)
    settings = (space.root / "newsletter.toml").read_text(encoding="utf-8")
    space.write("newsletter.toml", f'{settings}\n[theme]\nlogo = "images/logo.png"\n')
    for path, size in (("images/logo.png", (300, 60)), ("issues/2024-W23/images/flow chart.png", (1200, 600))):
        kept = io.BytesIO()
        Image.new("RGB", size, "#334455").save(kept, "PNG")
        space.write(path, "").write_bytes(kept.getvalue())
    return space


@contextmanager
def shown(space: Workspace) -> Iterator[TestClient]:
    with closing(Live(Previewer(space.room, WEEK, environ={}))) as live:
        yield TestClient(make_preview(live, hosts=None))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The preview of a furnished workspace that no test changes."""
    with workspace(tmp_path_factory.mktemp("variants") / "space") as space, shown(furnished(space)) as page:
        yield page


# Variants ------------------------------------------------------------------------------------------


def test_every_variant_is_shown_and_can_be_downloaded(page: TestClient) -> None:
    seen = {name: page.get(f"/view/text?variant={name}").text for name in ("full", "news", "explainer")}
    letters = {name: page.get(f"/letter.eml?variant={name}").content for name in seen}

    assert {name: ("Start small" in text, "The first of all takes" in text) for name, text in seen.items()} == {
        "full": (True, True),
        "news": (False, True),
        "explainer": (True, False),
    }
    for name, letter in letters.items():
        assert ("Start small" in opened(letter).text.decode()) == (name != "news")
        assert b"/unsubscribe/preview" in opened(letter).html
    assert letters["full"] == page.get("/letter.eml").content
    assert len(set(letters.values())) == 3


def test_the_choice_is_in_the_page_and_in_its_address(page: TestClient) -> None:
    shell = page.get("/?view=dark&width=phone&variant=news").text

    assert 'src="/view/dark?' in shell
    assert '&amp;variant=news" title=' in shell
    assert 'id="variant-news" href="/?view=dark&amp;width=phone&amp;variant=news" aria-current="true"' in shell
    assert 'href="/?view=dark&amp;width=phone"' in shell
    assert 'href="/?view=text&amp;width=phone&amp;variant=news"' in shell
    assert 'href="/letter.eml?variant=news"' in shell
    assert "News only: a cut that readers may choose" in shell


def test_the_page_of_the_archive_is_the_whole_issue_in_every_variant(page: TestClient) -> None:
    assert page.get("/view/page?variant=news").content == page.get("/view/page").content
    assert "The archive has the whole issue alone." in page.get("/?view=page&variant=news").text


def test_a_variant_that_holds_nothing_is_not_offered_and_says_so(space: Workspace) -> None:
    with shown(space) as page:
        assert 'id="variant-explainer"' not in page.get("/").text
        assert "Nothing is left of this issue in this variant." in page.get("/?variant=explainer").text
        assert page.get("/view/mail?variant=explainer").status_code == 404
        assert page.get("/letter.eml?variant=explainer").status_code == 404
        assert page.get("/?variant=nonsense").text == page.get("/").text
        assert page.get("/view/mail").content == opened(page.get("/letter.eml").content).html
        assert "byte for byte." in page.get("/").text


def test_a_week_that_was_approved_has_its_own_bytes_and_its_variants_too(space: Workspace) -> None:
    furnished(space).seal()
    sealed = (space.folder() / "email.txt").read_text(encoding="utf-8")

    found = preview(space.room, WEEK, space.store)

    assert set(found.cuts) == {"full", "news", "explainer"}
    start = sealed.partition("@@UNSUBSCRIBE@@")[0]
    assert opened(found.letter).text.decode().replace("\r\n", "\n").startswith(start)


# Pictures ------------------------------------------------------------------------------------------


def test_pictures_are_shown_from_the_workspace_and_the_letter_keeps_its_bytes(page: TestClient) -> None:
    html = opened(page.get("/letter.eml").content).html.decode()
    seen = page.get("/view/mail").text

    logo, chart = "https://pulse.example.com/logo.png", f"{ON_THE_WEB}flow-chart.png"
    assert (html.count(f'src="{logo}"'), html.count(f'src="{chart}"')) == (1, 1)
    assert seen == html.replace(logo, "/picture/logo.png").replace(chart, "/picture/images/flow-chart.png")
    assert "byte for byte but for the addresses of pictures" in page.get("/").text
    assert ON_THE_WEB in page.get("/view/source").text


@pytest.mark.parametrize("view", ["mail", "light", "dark", "unstyled", "page"])
def test_every_view_finds_its_pictures(page: TestClient, view: str) -> None:
    html = page.get(f"/view/{view}").text

    sources = {part.partition('"')[0] for part in html.split('src="')[1:]}
    assert sources == {"/picture/images/flow-chart.png", "/picture/logo.png"}
    for source in sources:
        answer = page.get(source)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name", ["images/other.png", "../newsletter.toml", "images/../../newsletter.toml", "newsletter.toml", "images/", ""]
)
def test_nothing_but_the_pictures_of_the_issue_is_given(page: TestClient, name: str) -> None:
    assert page.get(f"/picture/{name}").status_code == 404


def test_only_the_addresses_of_pictures_are_changed() -> None:
    html = '<a href="https://x.example/a.png">a</a><img alt="https://x.example/a.png" src="https://x.example/a.png?b&amp;c">'

    shown = with_pictures(html, {"https://x.example/a.png?b&c": "/picture/a.png", "https://x.example/a.png": "/no"})

    assert shown == html.replace("https://x.example/a.png?b&amp;c", "/picture/a.png")
    assert with_pictures(html, {}) == html


# What is left to the page --------------------------------------------------------------------------


def test_a_letter_that_is_shortened_says_so_where_the_letter_is_shown() -> None:
    inbox = Inbox(
        sender="Pulse",
        subject="Week #23",
        preheader="",
        size=99_000,
        images=False,
        shortened=("the explainer (120 of 2,000 words)", '"More on this" (2 of 9 lines)'),
    )
    shown = Shown(
        week=WEEK,
        title="Week #23",
        language="en",
        state="open",
        about=(),
        inbox=inbox,
        remarks=(),
        files=(),
        variants=("full",),
        revision="0",
    )

    mail, site = (
        preview_page(shown, view=view, width="wide", publication="Pulse", templates=FileTemplates())
        for view in ("mail", "page")
    )

    assert "Shortened, to stay whole in Gmail: the explainer (120 of 2,000 words), &#34;More on this&#34;" in mail
    assert "Shortened" not in site
