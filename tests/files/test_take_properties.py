"""Whatever people type, no take is lost in silence."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.files.take_text import parse_takes

_WORDS = ("zoom", "meine", "café", "Yoga", "it", "works", "ليس", "山田")
_LINES = st.one_of(
    st.just(""),
    st.sampled_from(
        (
            "## A heading w1",
            "# Title w2",
            "### ~",
            "---",
            "```",
            "-",
            'Yoga: "w3',
            "José Peña: “w4”",
            "Jason: w5",
            "https://example.com/w6",
            "[w7 words](https://example.com/w8)",
            "**Label:** w9",
            "> w10",
            "“w11",
            "w12”",
            '"',
            "Firman:",
            '"w13"',
            "#w14",
            "a: b: w15",
        )
    ),
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4).map(" ".join),
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4).map(lambda words: " ".join(words) + "."),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES, max_size=12).map("\n".join))
def test_no_word_is_lost_without_a_remark_that_names_it(text: str) -> None:
    takes, remarks = parse_takes(text, "issues/inbox/dika.md", sha256="0", default_author="dika")

    printed = (part for take in takes for part in (take.text, take.ref, take.headline, take.author))
    found = set(re.findall(r"\w+", "\n".join((*printed, *(str(remark) for remark in remarks)))))
    assert [word for word in re.findall(r"\w+", text) if word not in found] == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_reading_never_breaks_and_never_gives_an_empty_take(text: str) -> None:
    takes, remarks = parse_takes(text, "issues/inbox/dika.md", sha256="0", default_author="dika")

    assert all(take.text.strip() for take in takes)
    assert takes or remarks


@settings(max_examples=200, deadline=None)
@given(st.lists(_LINES, max_size=12).map("\n".join))
def test_lines_point_into_the_file(text: str) -> None:
    takes, remarks = parse_takes(text, "issues/inbox/dika.md", sha256="0", default_author="dika")

    last = text.count("\n") + 1
    assert all(1 <= take.line <= last and 0 <= take.ref_line <= last for take in takes)
    assert all(0 <= remark.line <= last for remark in remarks)
