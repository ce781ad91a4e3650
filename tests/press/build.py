"""Builders of issues for the press's tests: valid things, a test states only what matters to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from newsletter.model.issue import Explainer, Issue, PrintedStory, PrintedTake, Wording
from newsletter.model.shelf import Site
from newsletter.model.theme import Theme
from newsletter.model.week import Week

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True)
class FileTemplates:
    """The templates of the source tree, some of them replaced by `own`."""

    own: dict[str, str] = field(default_factory=dict)

    def source(self, name: str) -> tuple[str, str] | None:
        if name in self.own:
            return self.own[name], f"templates/{name}"
        path = TEMPLATES / name
        return (path.read_text(encoding="utf-8"), f"templates/{name}") if path.is_file() else None


def make_wording(**changes: Any) -> Wording:
    given: dict[str, Any] = {
        "name": "Tech Pulse",
        "tagline": "The week, read together",
        "base_url": "https://pulse.example.com",
        "pulse_intro": "What we make of the week.",
        "postal_address": "Tech Pulse, 1 Harbour Lane, Exampleton",
    }
    return Wording(**given | changes)


def make_site(wording: Wording | None = None) -> Site:
    return Site(wording=wording or make_wording(), theme=Theme())


def make_take(
    author: str = "Yoga", text: str = "I would send mine to status meetings first.", **more: Any
) -> PrintedTake:
    return PrintedTake(author=author, member=author.lower(), text=text, **more)


def make_story(headline: str = "Deepfakes attend meetings", **changes: Any) -> PrintedStory:
    given: dict[str, Any] = {
        "id": "deepfakes",
        "link": "https://byteline.example.com/2024/06/03/deepfakes",
        "source": "Byteline",
        "published": date(2024, 6, 3),
        "summary": "A founder imagines a twin in every meeting.",
        "takes": (make_take(),),
    }
    return PrintedStory(headline=headline, **given | changes)


def make_explainer(body: str = "## Introduction\n\nA model is a list of numbers.", **changes: Any) -> Explainer:
    given: dict[str, Any] = {
        "path": "issues/explainers/open-weights.md",
        "title": "Open-Weight Models",
        "tldr": "Numbers you may **download**.",
        "author": "Rani",
        "level": "Beginner",
    }
    return Explainer(body=body, **given | changes)


def make_issue(**changes: Any) -> Issue:
    given: dict[str, Any] = {
        "week": Week(2024, 23),
        "number": 12,
        "title": "Week #23 2024 - Open-Weight Models",
        "subject": "Week #23 2024 - Open-Weight Models",
        "topic": "Open-Weight Models",
        "date": date(2024, 6, 7),
        "wording": make_wording(),
        "preheader": "Numbers you may download.",
        "explainer": make_explainer(),
        "stories": (make_story(),),
    }
    return Issue(**given | changes)
