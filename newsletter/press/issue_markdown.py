"""The issue as one Markdown file, for the repository and for people who read it there. Pure."""

from __future__ import annotations

import json
import re

from newsletter.model.issue import Issue
from newsletter.press import fences
from newsletter.press.environment import Fill

NAME = "issue.md.j2"


def issue_markdown(issue: Issue, fill: Fill) -> str:
    """Render the issue as CommonMark behind a front matter of title, date, week and the explainer's tags."""
    # JSON is YAML: a colon or a quotation mark in a title breaks nothing.
    title = json.dumps(issue.title, ensure_ascii=False)
    tags = json.dumps(list(issue.explainer.tags), ensure_ascii=False) if issue.explainer else ""
    return _tidy(fill(NAME, issue=issue, title=title, tags=tags))


def _tidy(text: str) -> str:
    """One blank line between blocks at most, one line break at the end; code stays as typed."""
    out: list[str] = []
    for line, code in fences.with_code(text.split("\n")):
        bare = line if code or re.search(r"\S {2}$", line) else line.rstrip()
        if bare or code or (out and out[-1]):
            out.append(bare)
    return "\n".join(out).strip("\n") + "\n"
