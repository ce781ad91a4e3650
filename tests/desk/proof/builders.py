"""A composed issue for the proofreader; a test states only what matters to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsletter.desk.compose import Desk, compose
from newsletter.desk.pictures import Seen
from newsletter.desk.proof.images import Files
from newsletter.desk.proof.proofread import Proof, proofread
from newsletter.model.issue import Renditions, Take
from newsletter.model.remarks import Remark
from tests.desk.builders import make_desk, make_explainer, make_take

HEADLINE = "Zoom CEO envisions deepfakes attending meetings"
TAKE_PATH = "issues/2024-W23/takes/yoga.md"
EXPLAINER_PATH = "issues/explainers/open-weights.md"


def proof_of(
    desk: Desk,
    *,
    html: str = "<p>Letter.</p>",
    shortened: tuple[str, ...] = (),
    images: Files | None = None,
) -> Proof:
    """The desk's issue, composed; `html` stands for the finished letter."""
    renditions = Renditions(markdown="", email_html=html, email_text="", page="", shortened=shortened)
    return Proof(desk=desk, draft=compose(desk), renditions=renditions, images=images or {})


def remarks_on(desk: Desk, code: str, **proof: Any) -> tuple[Remark, ...]:
    """What the proofreader says under this code."""
    return tuple(remark for remark in proofread(proof_of(desk, **proof)) if remark.code == code)


def on_take(text: str, code: str, **proof: Any) -> tuple[Remark, ...]:
    """The same of one take with this text, filed on a story of the week from line 1 of its file."""
    return remarks_on(desk_with(make_take(HEADLINE, text)), code, **proof)


def on_body(body: str, code: str, **changes: Any) -> tuple[Remark, ...]:
    """The same of an explainer with this body, which begins on line 5 of its file."""
    files: dict[str, Seen | None] = changes.pop("images", {})
    images = {(EXPLAINER_PATH, typed): file for typed, file in files.items()}
    return remarks_on(desk_with(explainer=make_explainer(body=body, body_line=5, **changes)), code, images=images)


def on_wishes(code: str, **wishes: Any) -> tuple[Remark, ...]:
    """The same of an issue.toml that says this, `subject` on line 2, `preheader` on line 3, `intro` on line 4."""
    lines = {"subject": 2, "preheader": 3, "intro": 4}
    return remarks_on(make_desk([HEADLINE], wishes={"lines": lines, **wishes}), code)


def desk_with(*takes: Take, stories: Sequence[Any] = (HEADLINE,), explainer: Any = None, **desk: Any) -> Desk:
    explainers = (explainer,) if explainer is not None else ()
    return make_desk(stories, takes, explainers=explainers, **desk)
