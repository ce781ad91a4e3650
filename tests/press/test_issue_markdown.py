"""The issue as Markdown: a front matter that site generators take, words that none of them runs."""

from __future__ import annotations

import yaml
from markdown_it import MarkdownIt

from newsletter.press.issue_markdown import without_commands
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_explainer, make_issue, make_story, make_take


def test_the_front_matter_is_yaml_whatever_the_title_holds() -> None:
    title = 'Week #23 2024 - {{ site }}: "Yes", \\ said # no one'
    issue = make_issue(title=title, preheader="What: a week", explainer=make_explainer(tags=("open weights", "no")))

    head = render(issue, templates=FileTemplates()).markdown.split("\n---\n")[0]

    read = yaml.safe_load(head)
    assert (read["title"], read["description"], read["tags"]) == (title, "What: a week", ["open weights", "no"])
    assert (str(read["date"]), read["layout"], read["render_with_liquid"]) == (str(issue.date), "post", False)


def test_a_week_without_tags_or_preheader_names_neither() -> None:
    head = render(make_issue(preheader=""), templates=FileTemplates()).markdown.split("\n---\n")[0]

    assert "tags:" not in head
    assert "description:" not in head


def test_no_command_of_a_site_generator_is_left_outside_code_and_readers_see_the_same_signs() -> None:
    typed = "Write {{ page.title }} or {% include x %} or {{< figure >}}, and `{{ code }}`."

    printed = without_commands(typed)

    prose = printed.split("`")[0]
    assert not [sign for sign in ("{{", "{%") if sign in prose]
    assert "`{{ code }}`" in printed
    assert MarkdownIt("commonmark").render(printed) == MarkdownIt("commonmark").render(typed)


def test_headlines_and_takes_with_braces_stay_words() -> None:
    story = make_story("Why {{ braces }} matter", takes=(make_take(text="Use {% raw %} then."),))

    markdown = render(make_issue(stories=(story,)), templates=FileTemplates()).markdown

    body = markdown.split("\n---\n", 1)[1]
    assert "{{" not in body
    assert "{%" not in body
    assert "Why &#123;{ braces }} matter" in body
