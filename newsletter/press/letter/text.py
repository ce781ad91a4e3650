"""The issue as the plain text part of an e-mail, 72 columns wide. Pure."""

from __future__ import annotations

import re

from newsletter.model.issue import Issue
from newsletter.press.filling.environment import Fill

NAME = "email.txt.j2"


def email_text(issue: Issue, fill: Fill) -> str:
    """Render the text part; it holds the mark of the unsubscribe address."""
    return tidy(fill(NAME, issue=issue))


def tidy(text: str) -> str:
    """No spaces at line ends, two blank lines in a row at most, one line break at the end."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{4,}", "\n\n\n", lines).strip("\n") + "\n"
