"""Where the HTML part leads and what it loads: whole addresses, pictures that programs show, nothing that acts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from newsletter.mail.preflight.findings import Finding, error, warning
from newsletter.mail.preflight.reading import Opened

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
#: What no mail program follows, or what would run there.
_NEVER = frozenset("javascript vbscript data file about blob".split())
#: Signs of an address that are told.
_TOLD = 80
_HTML = "Mend templates/email.html.j2: a letter has no place of its own that a short address could begin from."


def about_addresses(letter: Opened) -> Iterator[Finding]:
    """P14: every link leads somewhere from within a letter, and nothing is there that programs take out."""
    page = letter.page
    if page is None:
        return
    broken = [href for href, _ in page.links if not href.startswith("#") and not _leads(href)]
    if broken:
        yield error("P14-addresses", f"The HTML part has {_counted(broken, 'link')} without a whole address.", _HTML)
    if page.acting:
        what = f"The HTML part has what mail programs take out: {', '.join(page.acting)}."
        yield warning("P14-addresses", what, "Take it out of templates/email.html.j2; a link leads to what it was for.")


def about_pictures(letter: Opened) -> Iterator[Finding]:
    """P14: pictures are shown, and none is there to count who opens the letter."""
    page = letter.page
    if page is None:
        return
    addresses = [one.address for one in page.pictures]
    if broken := [one for one in addresses if _scheme(one) in _NEVER - {"data"} or not _scheme(one)]:
        what = f"The HTML part has {_counted(broken, 'picture')} without a whole address."
        yield error("P14-pictures", what, _HTML)
    if inside := [one for one in addresses if _scheme(one) in ("data", "cid")]:
        what = (
            f"The HTML part has {len(inside)} picture{'s'[: len(inside) > 1]} inside it: Gmail and Outlook show none."
        )
        yield warning("P14-pictures", what, "Lay the picture beside the archive, and write its https address.")
    if unseen := [one.address for one in page.pictures if not one.seen and _scheme(one.address) in ("http", "https")]:
        what = f"A picture that nobody sees is loaded from {urlsplit(unseen[0]).netloc}: it tells who opens the letter."
        yield warning("P14-pictures", what, "Take it out of templates/email.html.j2, or tell readers of it there.")


def _scheme(address: str) -> str:
    match = _SCHEME.match(address)
    return match[1].lower() if match else ""


def _leads(href: str) -> bool:
    return _scheme(href) not in ("", *_NEVER)


def _counted(addresses: Iterable[str], noun: str) -> str:
    found = list(addresses)
    first = found[0] if len(found[0]) <= _TOLD else f"{found[0][: _TOLD - 1]}…"
    return f"{len(found)} {noun}{'s'[: len(found) > 1]} ({first or 'empty'})"
