"""What a draft leaves behind is named where it stands; words that only look like it are not."""

from __future__ import annotations

import pytest

from tests.desk.builders import make_explainer, make_take
from tests.desk.proof.builders import HEADLINE, TAKE_PATH, desk_with, on_body, on_take, on_wishes, remarks_on


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("The model has TKTK parameters.", "error"),
        ("Lorem ipsum dolor sit amet.", "error"),
        ("I like it.\n\nTODO: ask Dika for the price.", "error"),
        ("- FIXME: is that the number?", "error"),
        ("**TODO:** say why.", "error"),
        ("Lorem ipsum and so on.", "warning"),
        ("It costs TK euros a month.", "warning"),
        ("It was sold for TK.", "warning"),
        ("It runs on (TK) machines.", "warning"),
        ("It was founded in [TK year].", "warning"),
        ("A sentence.\nTODO", "warning"),
        ("TODO check the licence again", "warning"),
        ("As [insert name] said to us.", "warning"),
        ("Ask <your name here> about it.", "warning"),
        ("We spoke to <name> on Monday.", "warning"),
        ("It has ??? parameters.", "warning"),
        ("Dear *|FNAME|*, we read it.", "warning"),
    ],
)
def test_a_placeholder_in_a_take_is_named(text: str, level: str) -> None:
    found = on_take(text, "placeholder")

    assert [remark.level for remark in found] == [level]


@pytest.mark.parametrize(
    "text",
    [
        "A TODO list is where plans go to rest, and this app has three of them.",
        "TODO lists are where plans go to rest.",
        "TODO is the most honest word in our code.",
        "It counts TODO comments, and ours are many.",
        "We bought the rack at TK Maxx.",
        "The old Tk toolkit still opens faster.",
        "Its name is ATKTK, do not ask.",
        "I wrote `TODO: mend this` in March, and it is still there.",
        "Look:\n\n```\n# TODO: mend this\n```\n",
        "Really??? I did not think that it would.",
        "A `List<name>` is what it returns.",
        "See [insert mode](https://editor.example/insert) for the rest.",
        "Press [Insert] twice.",
        "Super Bowl XXX was kinder to its servers.",
        "The todo was mine, and I forgot it.",
    ],
)
def test_honest_words_are_no_placeholder(text: str) -> None:
    assert on_take(text, "placeholder") == ()


def test_a_placeholder_is_named_by_file_and_line() -> None:
    (found,) = on_take("I like it.\n\nIt has TKTK parameters and a licence.", "placeholder")

    assert str(found) == (
        f'{TAKE_PATH}:3: error [placeholder] "TKTK parameters and a licence." '
        "is left over from the draft, in the take.\n"
        "    Meant so? Put it between backticks."
    )


def test_a_placeholder_is_found_in_every_text_that_is_printed() -> None:
    explainer = make_explainer("TKTK", subtitle="TKTK", tldr="TKTK", body="One.\n\nTKTK", body_line=9)
    wishes = {"subject": "TKTK", "preheader": "TKTK", "intro": "TKTK", "retitle": {f"{HEADLINE}": "TKTK"}}
    take = make_take("https://own.example/page", "TKTK", headline="TKTK again")

    found = remarks_on(desk_with(take, explainer=explainer, wishes=wishes), "placeholder")

    assert sorted(remark.what.rpartition("in the ")[2] for remark in found) == [
        "TL;DR.",
        "explainer's subtitle.",
        "explainer's title.",
        "explainer.",
        "headline.",
        "headline.",
        "intro.",
        "preheader.",
        "subject.",
        "take.",
    ]


def test_a_line_of_the_explainer_is_that_of_its_file() -> None:
    (found,) = on_body("One.\n\nTwo.\n\nTODO: three.", "placeholder")

    assert found.line == 9


def test_a_take_that_is_held_is_not_read_for_print() -> None:
    take = make_take("A story that nobody has", "TKTK")

    assert remarks_on(desk_with(take), "placeholder") == ()


def test_a_wish_is_named_by_its_line() -> None:
    (found,) = on_wishes("placeholder", subject="What TKTK means for us")

    assert (found.path, found.line) == ("issues/2024-W23/issue.toml", 2)


@pytest.mark.parametrize(
    "text",
    [
        "I have attached the slides.",
        "Please find attached what we measured.",
        "See attached.",
        "For the numbers see the attachment.",
        "Attached is the chart that I mean.",
        "We've attached a short PDF, have a look.",
        "See the attached spreadsheet for the rest.",
    ],
)
def test_a_promise_of_an_attachment_is_named(text: str) -> None:
    assert [remark.level for remark in on_take(text, "attached")] == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        "I am attached to this editor, and I do not know why.",
        "Attached storage is where the money goes.",
        "We attached a probe to the rack and waited.",
        "The strings attached to the licence are long.",
        "Half of us open the attached file without a thought, and that is the hole.",
        "It reads an attachment, and then your address book.",
        "I have attached great hopes to it.",
        "It comes with a document attached to every answer.",
    ],
)
def test_other_attachments_are_left_alone(text: str) -> None:
    assert on_take(text, "attached") == ()


def test_an_attachment_is_asked_of_english_texts_only() -> None:
    take = make_take(HEADLINE, "See attached.", language="de")

    assert remarks_on(desk_with(take), "attached") == ()
