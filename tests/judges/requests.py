"""What a letter or a page fetches by itself, and what in it could act. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.judges.findings import Finding, Letter, Site, Subjects

_FETCHING = {"src", "srcset", "poster", "data", "background"}
_ACTIVE = {"iframe", "object", "embed", "base", "frame", "applet"}
_LETTERS_ACTIVE = _ACTIVE | {"script", "form", "input", "button", "svg", "math", "link", "video", "audio"}
_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]?([^'\"; ]+)")
_SAFE = ("http:", "https:", "mailto:", "#", "../", "./")
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:|//", re.I)


class _Reader(HTMLParser):
    """Collects addresses that are fetched, addresses of links, and what acts."""

    def __init__(self, active: set[str]) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.linked: list[str] = []
        self.acting: list[str] = []
        self._active, self._within = active, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        if tag in self._active:
            self.acting.append(f"<{tag}>")
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            if name.startswith("on"):
                self.acting.append(f"<{tag} {name}>")
            elif name in _FETCHING:
                self.fetched.append(value.split()[0] if value.strip() else value)
            elif name == "href" and tag == "link" and given.get("rel") not in ("canonical", "alternate"):
                self.fetched.append(value)
            elif name in ("href", "action", "formaction", "xlink:href", "cite") and tag != "link":
                self.linked.append(value)
            elif name == "style":
                self._read_css(value)

    def handle_data(self, data: str) -> None:
        if self._within == "style":
            self._read_css(data)

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def _read_css(self, css: str) -> None:
        self.fetched += [one or other for one, other in _CSS.findall(css)]


def requests(subjects: Subjects) -> Sequence[Finding]:
    """Letters fetch pictures of the publication's own site at most, pages nothing beyond their folder; nothing acts."""
    return [
        *(_of_letter(letter) for letter in subjects.letters),
        *(_of_page(site, page) for site in subjects.sites for page in site.pages),
    ]


def _of_letter(letter: Letter) -> Finding:
    read = _read(letter.part("html"), _LETTERS_ACTIVE)
    base = letter.issue.wording.base_url
    faults = [f"fetches {one}" for one in read.fetched if not (base and one.startswith(f"{base}/"))]
    return _finding(letter.name, read, [*faults, *_dead(read)])


def _of_page(site: Site, page: Path) -> Finding:
    read = _read(page.read_text(encoding="utf-8"), _ACTIVE)
    own = [one for one in read.fetched if not one.startswith("data:image/")]
    faults = [f"fetches {one}" for one in own if _SCHEME.match(one)]
    inside = [one for one in (*own, *read.linked) if one and not _SCHEME.match(one)]
    faults += [f"{one} is not there" for one in inside if not _there(page, one)]
    return _finding(site.called(page), read, [*faults, *_dead(read)])


def _there(page: Path, address: str) -> bool:
    """Whether a relative address leads to a file, and to an element of it where it names one."""
    parts = urlsplit(address)
    target = (page.parent / unquote(parts.path)) if parts.path else page
    if not target.is_file():
        return False
    if not parts.fragment or target.suffix != ".html":
        return True
    return f' id="{unquote(parts.fragment)}"' in target.read_text(encoding="utf-8")


def _read(html: str, active: set[str]) -> _Reader:
    read = _Reader(active)
    read.feed(html)
    read.close()
    return read


def _dead(read: _Reader) -> list[str]:
    links = [f"leads to {one[:80]}" for one in read.linked if _SCHEME.match(one) and not one.startswith(_SAFE)]
    return [*links, *(f"is active: {one}" for one in read.acting)]


def _finding(subject: str, read: _Reader, faults: list[str]) -> Finding:
    figure = f"{len(read.fetched)} fetched"
    return Finding(judge="requests", subject=subject, figure=figure, faults=tuple(dict.fromkeys(faults)))
