"""Mistakes in templates of a workspace's own: file and line are named, all of them at once."""

from __future__ import annotations

import pytest

from newsletter.errors import FaultyTemplate
from newsletter.press.filling.environment import filler
from newsletter.press.filling.faults import template_faults
from newsletter.press.filling.sheets import fault_of_sheet
from newsletter.press.filling.specimen import specimens
from newsletter.press.filling.trials import trials
from newsletter.press.render import render
from newsletter.press.site import pages
from tests.press.build import TEMPLATES, FileTemplates, make_issue, make_site

NAMES = tuple(sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.j2")))


class Asked:
    """Remembers which templates were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def source(self, name: str) -> tuple[str, str] | None:
        self.names.add(name)
        return FileTemplates().source(name)


def shipped(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def faults(own: dict[str, str]) -> list[tuple[str, int, str]]:
    found = template_faults(FileTemplates(own), tuple(own), known=NAMES, shipped=FileTemplates())
    return [(remark.path, remark.line, str(remark)) for remark in found]


def places(own: dict[str, str]) -> list[tuple[str, int]]:
    return [(path, line) for path, line, _ in faults(own)]


# One mistake, where a week is made -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "after", "mistake", "words"),
    [
        ("email.html.j2", "<title>", "{{ issue.titel }}", 'Did you mean "title"?'),
        ("email.txt.j2", "", "{% if %}", "Expected an expression"),
        ("issue.md.j2", "title:", "{{ issue.title | nosuch }}", "nosuch"),
        ("pages/issue.html.j2", "{% block main %}", "{{ nowhere }}", "'nowhere' is undefined"),
        ("parts/email_rows.html.j2", "<tr>", "{{ nowhere }}", "'nowhere' is undefined"),
        ("parts/frame.html.j2", "<title>", "{{ site.wording.nam }}", 'Did you mean "name"?'),
        ("parts/email.css.j2", "h1{", "{{ issue.theme.light.acent }}", 'Did you mean "accent"?'),
        ("parts/page.css.j2", "h1{", "{% endfor %}", "endfor"),
    ],
)
def test_a_mistake_in_a_template_or_in_a_part_of_it_is_named_with_file_and_line(
    name: str, after: str, mistake: str, words: str
) -> None:
    lines = shipped(name).rstrip("\n").split("\n")
    at = next((number for number, line in enumerate(lines, 1) if after and after in line), len(lines))
    own = "\n".join([*lines[:at], mistake, *lines[at:], ""])

    with pytest.raises(FaultyTemplate) as caught:
        render(specimens()[0], templates=FileTemplates({name: own}))

    assert caught.value.what.startswith(f"templates/{name}:{at + 1}: ")
    assert words in caught.value.what


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("{{ '# One' | html(top_level='two') }}", '"top_level" of html is int, not str.'),
        ("{{ issue.number | plain }}", '"body" of plain is str, not int.'),
        ("{{ none | minutes }}", '"body" of minutes is str, not NoneType.'),
        ("{{ issue.title | html(level=2) }}", "level"),
        ("{{ 'a' + 1 }}", "str"),
    ],
)
def test_a_mistake_in_a_filters_argument_is_the_templates(mistake: str, words: str) -> None:
    own = f"first\n{mistake}\n"

    with pytest.raises(FaultyTemplate, match=r"^templates/email\.txt\.j2:2: ") as caught:
        render(make_issue(), templates=FileTemplates({"email.txt.j2": own}))

    assert words in caught.value.what


def test_a_fault_of_our_own_is_not_the_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(body: str) -> str:
        raise ValueError(f"nobody thought of {body}")

    fill = filler(FileTemplates({"own.txt.j2": "{{ 'this' | broken }}"}), {"broken": broken})
    monkeypatch.setitem(broken.__globals__, "__name__", "newsletter.press.broken")

    with pytest.raises(ValueError, match="nobody thought of this"):
        fill("own.txt.j2")


def test_a_mistake_in_a_page_of_the_site_is_named_with_file_and_line() -> None:
    own = '{% extends "parts/frame.html.j2" %}\n{% block main %}\n{{ site.nothing }}\n{% endblock %}\n'

    with pytest.raises(FaultyTemplate, match=r"templates/pages/404\.html\.j2:3: .*nothing"):
        pages.missing_page(make_site(), templates=FileTemplates({"pages/404.html.j2": own}))


# All mistakes, where templates are checked ---------------------------------------------------------


def test_the_shipped_templates_have_no_mistake() -> None:
    assert faults({}) == []


def test_every_shipped_template_is_tried() -> None:
    templates = Asked()

    for trial in trials():
        trial(templates)

    assert set(NAMES) - templates.names == set()


def test_several_mistakes_in_several_files_are_told_at_once() -> None:
    email = shipped("email.html.j2").replace("{{ issue.title }}", "{{ issue.titel }}")
    css = shipped("parts/page.css.j2").replace("theme.dark.accent", "theme.dark.acent")
    own = {
        "email.html.j2": email,
        "parts/page.css.j2": css,
        "pages/404.html.j2": "{{ one }}\n{{ site.two }}\n{{ site.wording.name | three }}\n",
        "email.txt.j2": "@@UNSUBSCRIBE@@\n{% if %}\n",
    }

    found = places(own)

    assert ("templates/email.txt.j2", 2) in found
    assert [place for place in found if "404" in place[0]] == [("templates/pages/404.html.j2", n) for n in (1, 2, 3)]
    assert {path for path, _ in found} == {f"templates/{name}" for name in own}
    titled = [n for n, line in enumerate(email.split("\n"), 1) if "issue.titel" in line]
    assert {line for path, line in found if path == "templates/email.html.j2"} == set(titled)


def test_what_may_have_been_meant_is_said() -> None:
    lines = ("{{ site.wording.nam }}", "{{ site.wording.name | adress }}", '{% include "parts/page.cs.j2" %}')

    told = [
        words.split("Did you mean ")[1].split("?")[0] for _, _, words in faults({"pages/404.html.j2": "\n".join(lines)})
    ]

    assert told == ['"name"', '"address"', "parts/page.css.j2"]


def test_branches_that_only_some_issues_take_are_tried() -> None:
    conditions = ("not issue.explainer", "issue.apart", "issue.wording.language == 'ar'", "not issue.previous")
    text = shipped("email.txt.j2")
    start = text.count("\n") + 1

    own = text + "".join(f"{{% if {one} %}}\n{{{{ issue.nothing }}}}\n{{% endif %}}\n" for one in conditions)

    assert places({"email.txt.j2": own}) == [("templates/email.txt.j2", start + 1 + 3 * n) for n in range(4)]


def test_a_letter_without_the_way_out_is_told() -> None:
    own = shipped("email.html.j2").replace("@@UNSUBSCRIBE@@", "https://pulse.example.com/bye")

    ((path, _, told),) = faults({"email.html.j2": own})

    assert path == "templates/email.html.j2"
    assert "@@UNSUBSCRIBE@@ stands nowhere in it." in told


@pytest.mark.parametrize(
    ("name", "lost", "instead", "words"),
    [
        ("pages/unsubscribe.html.j2", 'action="{{ action }}"', "", "No form sends to {{ action }}."),
        ("pages/issue.html.j2", "for one in corrections | reverse", "for one in ()", "It prints no corrections"),
        ("pages/issue.html.j2", "for one in issue.corrections", "for one in ()", "It prints no corrections"),
    ],
)
def test_a_page_without_what_its_readers_are_owed_is_told(name: str, lost: str, instead: str, words: str) -> None:
    assert shipped(name).count(lost) == 1

    ((path, _, told),) = faults({name: shipped(name).replace(lost, instead)})

    assert path == f"templates/{name}"
    assert words in told


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("p{color:red", 'The "{" of this line is never closed.'),
        ("p{color:red}}", 'A "}" stands here that closes nothing.'),
        ("/* p{color:red}", "The comment that begins here is never closed."),
        ("p{font-family:'Inter}", "The quotation mark ' is not closed on its line."),
    ],
)
def test_what_is_opened_in_a_style_sheet_and_never_closed_is_found_with_its_line(mistake: str, words: str) -> None:
    text = shipped("parts/page.css.j2")

    assert fault_of_sheet(f"{text}\n{mistake}\n") == (text.count("\n") + 2, words)


@pytest.mark.parametrize(
    "fine",
    ["p{}/* it's a { */", 'q{quotes:"{" "}"}', "q{quotes:'\\'' \"'\"}", "{# it's a { #}", "{{ '{' if none else '' }}"],
)
def test_signs_in_comments_quotations_and_marks_of_the_template_open_nothing(fine: str) -> None:
    assert fault_of_sheet(f"{shipped('parts/email.css.j2')}\n{fine}\n") is None


def test_a_mistake_in_a_style_sheet_and_those_that_jinja_tells_in_ways_of_its_own_are_told_like_any_other() -> None:
    mistakes = ("{% include 5 %}", "{% include none %}", "{{ cycler() }}", "{{ 'abc' | truncate(2) }}")
    text, sheet = shipped("email.txt.j2"), shipped("parts/email.css.j2")
    lines, line = text.count("\n"), sheet.count("\n") + 1

    found = places({"email.txt.j2": text + "\n".join(mistakes), "parts/email.css.j2": f"{sheet}p{{color:red\n"})

    assert found == [
        *(("templates/email.txt.j2", lines + n) for n in range(1, 5)),
        ("templates/parts/email.css.j2", line),
    ]


def test_the_made_up_issues_hold_one_of_everything() -> None:
    full, arabic, bare = specimens()

    empty = [name for name in full.__slots__ if not getattr(full, name)]
    assert empty == ["slug", "imported", "renderer"]
    assert arabic.wording.language == "ar"
    assert (bare.explainer, bare.stories, bare.previous, bare.wording.base_url) == (None, (), None, "")
