"""Weeks that are in order: proofreading them names nothing that is not so."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.desk.proof.proofread import proofread
from newsletter.files.explainers import parse_explainer
from newsletter.files.take_text import parse_takes
from newsletter.links import with_scheme
from newsletter.model.members import Member
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.room import open_newsroom
from tests.desk.builders import MEMBERS, make_desk
from tests.desk.proof.builders import proof_of
from tests.packs.play import SECRET, play
from tests.packs.workspace import read_pack

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "newsletter" / "demo" / "week" / "issues"
PACKS = ROOT / "tests" / "packs" / "weeks"


def grave(remarks: tuple[Remark, ...]) -> list[str]:
    return [str(remark) for remark in remarks if remark.level != "notice"]


def test_the_sample_week_is_in_order() -> None:
    room = open_newsroom(ROOT, environ={})

    found = composed(room, week_inputs(room, Week(2024, 23), None)).remarks

    assert grave(found) == []
    assert [remark.code for remark in found] == ["silent", "own-story"]


@pytest.mark.parametrize(
    ("pack", "notices"),
    [
        ("2024-w44-clock-change", {"explainer-length", "tldr-length", "raw-html", "publisher"}),
        ("2025-w01-small-models", {"explainer-length", "tldr-length"}),
    ],
)
def test_the_shared_packs_get_notices_that_are_so(pack: str, notices: set[str], tmp_path: Path) -> None:
    week = read_pack(PACKS / pack)
    play(week, tmp_path / "week")
    room = open_newsroom(tmp_path / "week", environ={"NEWSLETTER_SECRET": SECRET}, now=week.now)
    inputs = week_inputs(room, week.week, None)

    found = proofread(proof_of(inputs.desk))

    assert grave(found) == []
    assert {remark.code for remark in found} == notices


def test_the_takes_and_the_explainer_of_the_demo_are_in_order() -> None:
    takes = [
        take
        for path in sorted((DEMO / "2024-W23" / "takes").glob("*.md"))
        for take in parse_takes(
            path.read_text(encoding="utf-8"), f"takes/{path.name}", sha256="", default_author=path.stem
        )[0]
    ]
    text = (DEMO / "explainers" / "retrieval.md").read_text(encoding="utf-8")
    explainer, _ = parse_explainer(text, "issues/explainers/retrieval.md", sha256="")
    members = (*MEMBERS, Member(id="firman", name="Firman"))
    stories = [take.ref for take in takes if with_scheme(take.ref) != take.ref]

    desk = make_desk(stories, takes, explainers=[explainer] if explainer else (), members=members)

    assert len(takes) == 5
    assert [remark.code for remark in proofread(proof_of(desk)) if remark.code != "own-story"] == []
