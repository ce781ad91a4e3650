"""Stories of one thread stand together below the headline that leads them."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from newsletter.model.issue import Renditions, Sibling
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_issue, make_story

RECALL = Sibling(
    id="recall", headline="Harbour Labs takes its model *back*", link="https://coastwire.example/3", source="Coastwire"
)
BARE = Sibling(id="bare", headline="Nobody linked this one", link="")


def press(*thread: Sibling) -> Renditions:
    headlines = (
        make_story("Harbour Labs launches Beacon 2", id="beacon", takes=(), thread=thread),
        make_story("Rules for chatbots", id="rules", takes=()),
    )
    return render(make_issue(headlines=headlines), templates=FileTemplates())


@pytest.mark.parametrize("form", ["email_html", "page"])
def test_siblings_are_a_list_within_the_leading_headline(form: str) -> None:
    html = getattr(press(RECALL, BARE), form)

    item = re.search(r"<li[^>]*><a[^>]*>Harbour Labs launches.*?</ul>\s*</li>", html, re.S)

    assert item is not None
    assert re.findall(r'<a[^>]*href="([^"]*)"', item[0])[1:] == [RECALL.link]
    assert re.search(r"\*back\*</a> <span[^>]*>Coastwire</span></li>", item[0])
    assert re.search(r"<li[^>]*>Nobody linked this one</li>", item[0])


def test_siblings_are_indented_in_plain_text() -> None:
    lines = press(RECALL, BARE).email_text

    assert (
        "- Harbour Labs launches Beacon 2 (Byteline)\n  https://byteline.example.com/2024/06/03/deepfakes\n"
        "  - Harbour Labs takes its model *back* (Coastwire)\n    https://coastwire.example/3\n"
        "  - Nobody linked this one\n\n- Rules"
    ) in lines


def test_siblings_are_a_nested_list_in_markdown() -> None:
    markdown = press(RECALL, BARE).markdown
    news = markdown[markdown.index("## Also in the news") :]

    html = MarkdownIt("commonmark").render(news)

    assert (
        "    - [Harbour Labs takes its model \\*back\\*](https://coastwire.example/3) (Coastwire)\n    - Nobody" in news
    )
    assert html.count("<ul>") == 2
    assert html.count("<li>") == 4


@pytest.mark.parametrize("form", ["email_html", "page"])
def test_another_script_bears_its_direction_and_leaves_the_list_its_own(form: str) -> None:
    html = getattr(press(Sibling(id="he", headline="חדשות השבוע", link="", language="he"), RECALL), form)

    assert re.search(r'<li[^>]*><span lang="he" dir="rtl">חדשות השבוע</span></li>', html)
    assert not re.search(r"<(?:li|ul)[^>]* dir=", html)


def test_a_headline_without_a_thread_has_no_list_below_it() -> None:
    made = press()

    assert 'class="thread"' not in made.page + made.email_html
    assert "    - " not in made.markdown
