from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.files.explainers import parse_explainer, read_explainers, read_own_explainer
from newsletter.model.issue import Explainer
from newsletter.model.remarks import Remark
from newsletter.model.week import Week

PATH = "issues/explainers/matrix.md"


def parsed(text: str) -> tuple[Explainer | None, tuple[Remark, ...]]:
    return parse_explainer(text, PATH, sha256="0")


def test_every_header_finds_its_field() -> None:
    text = """---
title: Reading a table: four numbers
subtitle: and what they hide
tldr: One number hides **much**.
author: Wren
level: Beginner
tags: evaluation, tables
aliases: confusion matrix, error table
series: Measuring
part: 2
sources: https://example.com/a, https://example.org/b
base_url: https://pulse.example.com/matrix/
ready: yes
week: 2024-W25
lang: en-GB
---

## Introduction

It is small.
"""

    explainer, remarks = parsed(text)

    assert remarks == ()
    assert explainer == Explainer(
        path=PATH,
        title="Reading a table: four numbers",
        subtitle="and what they hide",
        tldr="One number hides **much**.",
        author="Wren",
        level="Beginner",
        tags=("evaluation", "tables"),
        aliases=("confusion matrix", "error table"),
        series="Measuring",
        part="2",
        sources=("https://example.com/a", "https://example.org/b"),
        base_url="https://pulse.example.com/matrix/",
        ready=True,
        week=Week(2024, 25),
        language="en-GB",
        sha256="0",
        body="## Introduction\n\nIt is small.",
        body_line=18,
    )


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# A title\n\nText.", "A title", "Text."),
        ("title: A title\n\n# A Title!\n\nText.", "A title", "Text."),
        ("title: A title\n\n# Another\n\nText.", "A title", "# Another\n\nText."),
        ("A title\n=======\n\nText.", "A title", "Text."),
        ("title: A title\n\n## Part\n\nText.", "A title", "## Part\n\nText."),
    ],
    ids=["serves", "repeats", "differs", "underlined", "second level"],
)
def test_a_first_level_heading_serves_as_title_or_goes(text: str, title: str, body: str) -> None:
    explainer, _ = parsed(text)

    assert explainer is not None
    assert (explainer.title, explainer.body) == (title, body)


@pytest.mark.parametrize(
    ("opening", "tldr"),
    [
        ("TL;DR: One number\nhides much.", "One number\nhides much."),
        ("**TL;DR:** One number.", "One number."),
        ("**TL;DR**: One number.", "One number."),
        ("**TL;DR: One number.**", "One number."),
        ("tldr: One number.\n", "One number."),
        ("TL;DR\n\nOne number.", "One number."),
        ("TL;DR:\nOne number.", "One number."),
        ("## TL;DR\n\nOne number.\n\n- a\n- b\n\n## Next", "One number.\n\n- a\n- b"),
        ("### TL;DR:\n\nOne number.", "One number."),
    ],
    ids=lambda text: text[:16],
)
def test_a_tldr_at_the_start_goes_from_the_body_to_its_field(opening: str, tldr: str) -> None:
    explainer, remarks = parsed(f"# A title\n\n{opening}\n\nText.")

    assert remarks == ()
    assert explainer is not None
    assert explainer.tldr == tldr
    assert explainer.body.endswith("Text.")
    assert "One number" not in explainer.body


def test_a_sentence_about_a_tldr_is_text() -> None:
    explainer, _ = parsed("# A title\n\nTL;DR is what people write.\n\nText.")

    assert explainer is not None
    assert explainer.tldr == ""


def test_a_second_tldr_is_kept_in_the_text_and_named() -> None:
    explainer, remarks = parsed("title: A title\ntldr: One.\n\nTL;DR: Two.\n\nText.")

    assert explainer is not None
    assert explainer.tldr == "One."
    assert explainer.body == "TL;DR: Two.\n\nText."
    assert [(remark.line, remark.code) for remark in remarks] == [(4, "tldr-twice")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("## Part\n\nText.", ["no-title"]),
        ("title: A title\n", ["empty-explainer"]),
        ("", ["empty-explainer", "no-title"]),
    ],
)
def test_without_title_or_text_it_is_none(text: str, codes: list[str]) -> None:
    explainer, remarks = parsed(text)

    assert explainer is None
    assert [remark.code for remark in remarks] == codes


def test_a_picture_in_an_explainer_needs_words_and_bullets_need_text() -> None:
    _, remarks = parsed("title: A title\n\n-\nOne\n\n-\nTwo\n\n![](a.png)\n\n**open\n")

    assert [str(remark) for remark in remarks] == [
        f"{PATH}:3: notice [lone-bullet] 2 bullets stood alone on their line; joined with the line below.",
        f"{PATH}:9: warning [alt] Image a.png has no words for readers who cannot see it:  ![what it shows](a.png)",
        f'{PATH}:11: warning [unclosed] "**" opened here is never closed; printed as typed.',
    ]


def test_all_explainers_are_read_by_path_and_a_faulty_one_falls_away(tmp_path: Path) -> None:
    folder = tmp_path / "issues" / "explainers"
    folder.mkdir(parents=True)
    (folder / "b.md").write_text("# B\n\nText.")
    (folder / "a.md").write_text("# A\n\nText.")
    (folder / "c.md").write_text("")
    (folder / "picture.png").write_bytes(b"\0")

    explainers, remarks = read_explainers(tmp_path)

    assert [explainer.title for explainer in explainers] == ["A", "B"]
    assert {remark.path for remark in remarks} == {"issues/explainers/c.md"}


def test_a_week_may_have_its_own_explainer_or_none(tmp_path: Path) -> None:
    assert read_own_explainer(tmp_path, Week(2024, 23)) == (None, ())

    (tmp_path / "issues" / "2024-W23").mkdir(parents=True)
    (tmp_path / "issues" / "2024-W23" / "explainer.md").write_text("# Own\n\nText.")
    explainer, _ = read_own_explainer(tmp_path, Week(2024, 23))

    assert explainer is not None
    assert explainer.path == "issues/2024-W23/explainer.md"
    assert len(explainer.sha256) == 64
