"""Which files the site consists of, and every byte of them. Pure.

The pages themselves are the press's work and come in as strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from newsletter.archive.feed import atom
from newsletter.model.issue import Issue, Renditions, Wording
from newsletter.model.week import Week

#: How many issues the feed holds.
FEED_LENGTH = 20


def plan(
    issues: Sequence[tuple[Issue, Renditions]],
    *,
    wording: Wording,
    index: str,
    missing: str,
    corrected: Mapping[Week, datetime] | None = None,
) -> tuple[tuple[str, bytes], ...]:
    """Name each file of the site, relative with forward slashes, with its content; by name.

    `index` and `missing` are the first page and the page for wrong addresses; `corrected` says when an issue was put
    right last. There is a feed only where the publication has an address: its entries must be told apart by absolute
    ones (RFC 4287, 4.2.6).
    """
    newest_first = sorted(issues, key=lambda pair: pair[0].week, reverse=True)
    weeks = {str(issue.week) for issue, _ in issues}
    files = {"index.html": index, "404.html": missing}
    for issue, renditions in newest_first:
        folder = f"issues/{issue.week}"
        files[f"{folder}/index.html"] = _with_live_previous(issue, renditions.page, weeks)
        files[f"{folder}/issue.md"] = renditions.markdown
    if wording.base_url:
        files["feed.xml"] = atom(newest_first[:FEED_LENGTH], wording, corrected=corrected)
    return tuple((name, files[name].encode()) for name in sorted(files))


def _with_live_previous(issue: Issue, page: str, weeks: set[str]) -> str:
    """Send the link to the previous issue where it is, or to the list, if the site does not hold that one."""
    if issue.previous is None or str(issue.previous.week) in weeks:
        return page
    elsewhere = issue.previous.link or "../../index.html"
    pattern = rf'(<a rel="prev" href="){re.escape(f"../{issue.previous.week}/index.html")}"'
    return re.sub(pattern, lambda m: f'{m[1]}{escape(elsewhere)}"', page)
