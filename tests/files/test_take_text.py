from __future__ import annotations

import pytest

from newsletter.files.take_text import parse_takes
from newsletter.model.issue import Take
from newsletter.model.remarks import Remark
from newsletter.model.week import Week

ZOOM = "Zoom CEO envisions AI deepfakes attending meetings in your place"
PATH = "issues/2024-W23/takes/yoga.md"


def parsed(text: str, *, path: str = PATH, week: Week | None = None) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    return parse_takes(text, path, sha256="0", default_author="yoga", week=week)


def told(text: str) -> list[tuple[str, str, str]]:
    """Author, ref and text of each take; the text must raise no remark."""
    takes, remarks = parsed(text)
    assert remarks == ()
    return [(take.author, take.ref, take.text) for take in takes]


# Minimal -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "ref", "headline"),
    [
        (ZOOM, ZOOM, ""),
        ("Codestral: Hello, World!", "Codestral: Hello, World!", ""),
        ("Is this the end of search?", "Is this the end of search?", ""),
        ("Startup raises money, says Example Inc.", "Startup raises money, says Example Inc.", ""),
        ('"AI deepfakes" in meetings', '"AI deepfakes" in meetings', ""),
        ("**Zoom sends a twin**", "Zoom sends a twin", ""),
        ("# Zoom sends a twin", "Zoom sends a twin", ""),
        ("#zoom-ceo", "#zoom-ceo", ""),
        ("https://example.com/a?v=1", "https://example.com/a?v=1", ""),
        ("<https://example.com/a>", "https://example.com/a", ""),
        ("www.example.com/a", "www.example.com/a", ""),
        ("[Zoom sends a twin](https://example.com/a)", "https://example.com/a", "Zoom sends a twin"),
        ("*[Zoom: a twin](https://example.com/a)*", "https://example.com/a", "Zoom: a twin"),
        ("🎥 [Zoom](https://example.com/a)", "https://example.com/a", "Zoom"),
    ],
)
def test_the_first_line_names_the_story(first: str, ref: str, headline: str) -> None:
    takes, remarks = parsed(f"{first}\n\nI would send mine.\n")

    assert remarks == ()
    assert [(take.ref, take.ref_line, take.headline, take.line, take.text) for take in takes] == [
        (ref, 1, headline, 3, "I would send mine.")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "One paragraph and nothing else",
        "I would send mine.\n\nTruly.",
        f"{ZOOM}\nand text right below",
        f"{ZOOM}\n\n",
        "Two things:\n\nThey are loud.",
        "Hello all,\n\nhere is mine.",
        "- a list\n\nand a text",
        "> a quotation\n\nand a text",
        "**Label:** a sentence\n\nand a text",
        "It is fast. Truly\n\nand a text",
        "x" * 201 + "\n\nand a text",
        "![a picture](a.png)\n\nand a text",
    ],
    ids=lambda text: text[:20],
)
def test_a_first_line_that_is_no_headline_is_text(text: str) -> None:
    assert told(text) == [("yoga", "", text.strip())]


def test_a_quotation_that_runs_on_is_no_headline() -> None:
    assert told('"I would send mine\n\nto status meetings"') == [
        ("yoga", "", "I would send mine\n\nto status meetings")
    ]


def test_an_address_names_the_story_without_a_blank_line_as_well() -> None:
    assert told("https://example.com/a\nWe tried it.") == [("yoga", "https://example.com/a", "We tried it.")]


def test_headings_and_labels_inside_a_take_belong_to_it() -> None:
    text = "We tried it.\n\n## Why\n\nUpdate: they mended it.\n\n- **Label:** words"

    assert told(f"{ZOOM}\n\n{text}") == [("yoga", ZOOM, text)]


def test_comments_of_a_template_are_no_text() -> None:
    text = f"<!-- The first line\nnames the story -->\n{ZOOM}\n\n<!-- Write here -->\nWe tried it.\n"

    assert told(text) == [("yoga", ZOOM, "We tried it.")]


# Full ----------------------------------------------------------------------------------------------


def test_every_header_finds_its_field() -> None:
    text = """author: Firman
story: Codestral: Hello, World!
headline: A model for code
link: mistral.example/news
tags: code, open weights
note: please put mine last
again: yes
lang: en
---
We tried it.
"""

    takes, remarks = parsed(text)

    assert remarks == ()
    assert takes == (
        Take(
            path=PATH,
            line=10,
            author="Firman",
            ref="Codestral: Hello, World!",
            ref_line=2,
            headline="A model for code",
            link="https://mistral.example/news",
            text="We tried it.",
            sha256="0",
            tags=("code", "open weights"),
            note="please put mine last",
            again=True,
            language="en",
        ),
    )


def test_a_header_without_a_story_leaves_the_first_line_its_role() -> None:
    assert told(f"author: Dika\n\n{ZOOM}\n\nI would.") == [("Dika", ZOOM, "I would.")]


def test_headings_below_a_named_story_are_part_of_the_take() -> None:
    assert told("story: #zoom\n\n## One\n\ntext\n\n## Two\n\ntext") == [
        ("yoga", "#zoom", "## One\n\ntext\n\n## Two\n\ntext")
    ]


def test_two_names_below_one_story_are_two_takes() -> None:
    assert told('story: #zoom\n---\nYoga: "One."\nJason: "Two."') == [
        ("Yoga", "#zoom", "One."),
        ("Jason", "#zoom", "Two."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'I was there.\n\nMinister: "Nobody."\n\nThen it was quiet.',
        'Minister: "Nobody."\n\nThen it was quiet.',
        'Reporter: "Who?"\nMinister: "Nobody."\n\nI still wonder.',
    ],
    ids=["in the middle", "at the start", "two of them"],
)
def test_people_whom_a_signed_take_quotes_file_no_take(text: str) -> None:
    takes, remarks = parsed(f"author: Dika\nstory: #zoom\n---\n{text}")

    assert [(take.author, take.text) for take in takes] == [("Dika", text)]
    assert remarks == ()


def test_an_address_copied_from_a_page_source_is_the_address() -> None:
    assert told("https://a.example/x?a=1&amp;b=2\n\nRead it.") == [("yoga", "https://a.example/x?a=1&b=2", "Read it.")]


@pytest.mark.parametrize(
    ("line", "code"),
    [("link: nowhere", "address"), ("again: maybe", "value"), ("week: W25", "week"), ("stroy: x", "unknown-key")],
)
def test_a_header_with_a_fault_loses_no_take(line: str, code: str) -> None:
    takes, remarks = parsed(f"author: Dika\n{line}\n\nWe tried it.")

    assert [take.text for take in takes] == ["We tried it."]
    assert [(remark.line, remark.level, remark.code) for remark in remarks] == [(2, "error", code)]


def test_a_take_that_holds_only_a_note_says_that_it_is_not_printed() -> None:
    takes, remarks = parsed("Note: this is not a product.\n\nIt is a plan.")

    assert [take.text for take in takes] == ["It is a plan."]
    assert [(remark.level, remark.code) for remark in remarks] == [("notice", "note")]


# Several -------------------------------------------------------------------------------------------


def test_headings_name_stories_and_names_their_takes() -> None:
    text = f"""## {ZOOM}
Yoga: "I would send mine.

To status meetings first."
José Peña: “Not **me:** never.”

## https://mistral.example/news/codestral/
Firman: "We tried it."
"""

    assert told(text) == [
        ("Yoga", ZOOM, "I would send mine.\n\nTo status meetings first."),
        ("José Peña", ZOOM, "Not **me:** never."),
        ("Firman", "https://mistral.example/news/codestral/", "We tried it."),
    ]


def test_the_look_of_a_printed_issue_can_be_pasted() -> None:
    text = """*[Codestral: Hello, World!](https://mistral.example/codestral)*

Firman: "We tried it."

[Zoom sends a twin](https://zoom.example/twin)

Yoga: "I would."
"""

    takes, remarks = parsed(text)

    assert remarks == ()
    assert [(take.author, take.ref, take.headline, take.ref_line, take.line) for take in takes] == [
        ("Firman", "https://mistral.example/codestral", "Codestral: Hello, World!", 1, 3),
        ("Yoga", "https://zoom.example/twin", "Zoom sends a twin", 5, 7),
    ]


def test_names_may_be_links_as_in_a_printed_issue() -> None:
    text = '### [Zoom](https://zoom.example/twin)\n\n[José Peña](https://people.example.com/jose): "I would."'
    takes, _ = parsed(text)

    assert [(take.author, take.ref, take.text) for take in takes] == [
        ("José Peña", "https://zoom.example/twin", "I would.")
    ]


def test_names_without_quotation_marks_work_below_headings() -> None:
    assert told("## Zoom\nYoga: I would.\nJason: I would not.\n## Mistral\nFirman: We tried it.") == [
        ("Yoga", "Zoom", "I would."),
        ("Jason", "Zoom", "I would not."),
        ("Firman", "Mistral", "We tried it."),
    ]


def test_a_label_inside_an_open_quotation_is_no_name() -> None:
    assert told('## Zoom\nYoga: "Two things.\nSpeed: it is fast.\nCost: it is low."\nJason: "No."') == [
        ("Yoga", "Zoom", "Two things.\nSpeed: it is fast.\nCost: it is low."),
        ("Jason", "Zoom", "No."),
    ]


def test_headings_without_names_are_takes_of_one_author() -> None:
    assert told("## Zoom\n\nI would.\n\n## #codestral\n\nWe tried it.") == [
        ("yoga", "Zoom", "I would."),
        ("yoga", "#codestral", "We tried it."),
    ]


def test_an_address_below_a_heading_names_the_story_best() -> None:
    takes, _ = parsed('## Zoom sends a twin\nhttps://zoom.example/twin\nYoga: "I would."')

    assert [(take.ref, take.ref_line, take.headline) for take in takes] == [
        ("https://zoom.example/twin", 2, "Zoom sends a twin")
    ]


def test_names_in_other_scripts_and_a_wide_colon_work() -> None:
    assert told("## Zoom\n山田 太郎：「いいね」\nЮлия: «Да»") == [
        ("山田 太郎", "Zoom", "いいね"),
        ("Юлия", "Zoom", "Да"),
    ]


def test_headings_inside_code_name_no_story() -> None:
    assert told('## Zoom\nYoga: "See:\n\n```\n# not a story\nName: "x"\n```\n"') == [
        ("Yoga", "Zoom", 'See:\n\n```\n# not a story\nName: "x"\n```')
    ]


def test_text_above_the_first_story_is_named_and_not_printed() -> None:
    takes, remarks = parsed('Hi Rani, mine:\n\n## Zoom\nYoga: "I would."')

    assert len(takes) == 1
    assert [(remark.line, remark.level, remark.code) for remark in remarks] == [(1, "warning", "stray-text")]
    assert '"Hi Rani, mine:"' in remarks[0].what


# What is said about texts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("author: Dika\nstory: #a\n---\n", 0, "No text after the header. Nothing is printed for Dika."),
        ("", 0, "There is no text in the file. Nothing is printed for Yoga."),
        ("<!-- a template -->\n", 0, "There is no text in the file. Nothing is printed for Yoga."),
        ('## Zoom\nDika: ""\n', 2, "No text after the name. Nothing is printed for Dika."),
        ('## Zoom\nDika:\nYoga: "x"', 2, "No text after the name. Nothing is printed for Dika."),
        ('## One\n## Two\nYoga: "x"', 1, 'No text below "One". Nothing is printed for Yoga.'),
    ],
)
def test_a_take_without_text_is_named(text: str, line: int, what: str) -> None:
    _, remarks = parsed(text)

    assert [(remark.level, remark.code, remark.what) for remark in remarks] == [("warning", "empty-take", what)]
    assert remarks[0].line == line


def test_a_mark_that_is_never_closed_is_named_with_its_line() -> None:
    takes, remarks = parsed(f"{ZOOM}\n\nI would.\n\nMine is **bold.\n")

    assert takes[0].text == "I would.\n\nMine is **bold."
    assert [str(remark) for remark in remarks] == [
        f'{PATH}:5: warning [unclosed] "**" opened here is never closed; printed as typed.'
    ]


def test_a_quotation_mark_that_is_never_closed_goes_and_is_named() -> None:
    takes, remarks = parsed('## Zoom\nYoga: "I would.\nJason: "Not me."')

    assert [take.text for take in takes] == ["I would.", "Not me."]
    assert [(remark.line, remark.code) for remark in remarks] == [(2, "unclosed")]


# Weeks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "week", "kept", "level"),
    [
        ("issues/inbox/yoga.md", Week(2024, 25), True, None),
        ("issues/inbox/yoga.md", Week(2024, 23), False, "notice"),
        ("issues/inbox/yoga.md", Week(2024, 26), False, "warning"),
        ("issues/2024-W23/takes/yoga.md", Week(2024, 23), True, "warning"),
    ],
    ids=["its week", "later week", "week gone by", "lies in a folder"],
)
def test_a_take_in_the_inbox_waits_for_the_week_it_asks_for(
    path: str, week: Week, kept: bool, level: str | None
) -> None:
    takes, remarks = parsed("week: 2024-W25\nstory: #a\n\nI would.", path=path, week=week)

    assert bool(takes) is kept
    assert [remark.level for remark in remarks] == ([level] if level else [])
