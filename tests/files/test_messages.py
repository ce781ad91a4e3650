"""Remarks about typed files, word for word as editors' docs show them."""

from __future__ import annotations

import pytest

from newsletter.files.explainers import parse_explainer
from newsletter.files.take_text import KEYS, parse_takes
from newsletter.model.remarks import Remark


def about_take(text: str, path: str) -> tuple[Remark, ...]:
    return parse_takes(text, path, sha256="0", default_author=path.rpartition("/")[2].removesuffix(".md"))[1]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "dika",
            "author: Dika\nstroy: #gemini\n\nIt is fast.",
            ':2: error [unknown-key] "stroy" is not a key. Did you mean "story"? Keys: '
            + ", ".join(KEYS)
            + '.\n    Used nowhere: "#gemini".',
        ),
        (
            "dika",
            "story: #gemini\n\n",
            ": warning [empty-take] No text after the header. Nothing is printed for Dika.",
        ),
        (
            "yoga",
            "#zoom-ceo\n\nI would.\n\nMine is **bold.",
            ':5: warning [unclosed] "**" opened here is never closed; printed as typed.',
        ),
    ],
)
def test_messages_about_takes(name: str, text: str, message: str) -> None:
    path = f"issues/2024-W23/takes/{name}.md"

    assert [str(remark) for remark in about_take(text, path)] == [path + message]


def test_messages_about_explainers() -> None:
    lines = ["title: Open weights", ""] + ["Text."] * 16 + ["-", "One", ""] * 6 + ["Text."] * 4
    text = "\n".join([*lines, "![](images/flow.png)"])

    _, remarks = parse_explainer(text, "issues/explainers/open-weights.md", sha256="0")

    assert [str(remark) for remark in remarks] == [
        (
            "issues/explainers/open-weights.md:19: notice [lone-bullet] 6 bullets stood alone on their line; "
            "joined with the line below."
        ),
        (
            "issues/explainers/open-weights.md:41: warning [alt] Image images/flow.png has no words for readers who "
            "cannot see it:  ![what it shows](images/flow.png)"
        ),
    ]
