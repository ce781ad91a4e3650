"""The issue as one Markdown file, for the repository and for people who read it there. Pure."""

from __future__ import annotations

import json
import re

from newsletter.model.issue import Issue
from newsletter.press.filling.environment import Fill
from newsletter.press.prose import fences
from newsletter.press.prose.printable import printable

NAME = "issue.md.j2"
#: Between angle brackets nothing is escaped.
_ADDRESS = re.compile(r"<[^<>\s]*>")
_COMMAND = re.compile(r"\{(?=[{%#])")


def issue_markdown(issue: Issue, fill: Fill) -> str:
    """Render the issue as CommonMark behind a front matter that Jekyll and Hugo take as it is."""
    # JSON is YAML: a colon or a quotation mark in a title breaks nothing.
    title, description = (_as_yaml(printable(words)) for words in (issue.title, issue.preheader))
    tags = _as_yaml([printable(tag) for tag in issue.explainer.tags]) if issue.explainer else ""
    return _tidy(fill(NAME, issue=issue, title=title, description=description, tags=tags))


def _as_yaml(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


def without_commands(text: str) -> str:
    """Break what a site's generator would run: "{{" and "{%" of Liquid, "{{<" of Hugo; code keeps every character.

    Every reader of Markdown shows the same signs as before (CommonMark 0.31, 2.5).
    """
    return fences.outside_code(text, lambda words: fences.around(_ADDRESS, words, _broken)) if "{" in text else text


def _broken(words: str) -> str:
    return _COMMAND.sub("&#123;", words)


def _tidy(text: str) -> str:
    """One blank line between blocks at most, one line break at the end; code stays as typed."""
    out: list[str] = []
    for line, code in fences.with_code(text.split("\n")):
        bare = line if code or re.search(r"\S {2}$", line) else line.rstrip()
        if bare or code or (out and out[-1]):
            out.append(bare)
    page = "\n".join(out).strip("\n") + "\n"
    # Nothing is run in the front matter, and nobody reads entities there.
    head, rule, body = page.partition("\n---\n") if page.startswith("---\n") else ("", "", page)
    return f"{head}{rule}{without_commands(body)}"
