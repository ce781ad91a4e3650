"""The two bodies: text before HTML, the same links in both, a way out in both, small enough to be shown whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from email.utils import getaddresses
from urllib.parse import quote

from newsletter.mail.letter.tokens import UNSUBSCRIBE_PATH
from newsletter.mail.preflight.findings import Finding, error, warning
from newsletter.mail.preflight.hiding import ALWAYS
from newsletter.mail.preflight.reading import Opened
from newsletter.model.marks import LETTER_MARKS

#: Octets of the HTML part, decoded: from the first on it wants a look, beyond the second Gmail cuts.
WANTS_A_LOOK, CUT = 90_000, 102_000

_KINDS = ("text/plain", "text/html")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+", re.I)
_OURS = "It is a fault of this program: report it, and send nothing until it is mended."
_FOREIGN_LINK = "Look for a link out of somebody's letter in takes and stories; if there is none, report it as a fault."
_TEMPLATES = "Mend templates/email.html.j2 and templates/email.txt.j2, draft the issue again, and approve it."
_SHORTER = "Fewer headlines or stories, or a shorter explainer; then draft and approve it again."


def about_alternative(letter: Opened) -> Iterator[Finding]:
    """P14: every mail program finds the part it can show, and reads it."""
    kinds = tuple(part.kind for part in letter.parts)
    if letter.kind != "multipart/alternative" or kinds != _KINDS:
        yield error("P14-alternative", "The letters are not a text part followed by an HTML part.", _OURS)
    for part in letter.parts:
        if part.charset != "utf-8" or part.text is None:
            yield error("P14-alternative", f"The {part.kind} part is not UTF-8, or does not say so.", _OURS)


def about_links(letter: Opened, base_url: str, behind_names: Collection[str]) -> Iterator[Finding]:
    """P14: whoever reads the text misses no link, and the other way round.

    `behind_names` are addresses that the HTML part puts behind names, and the text part leaves out; so may it the
    site's first page. Where HTML leads to the issue's page, which has all of it, it may have fewer. The way out is
    looked at apart.
    """
    text, page = letter.text, letter.page
    if text is None or page is None:
        return
    begin = _way_out(letter, base_url)
    linked = [href for href, _ in page.links if _ADDRESS.match(href) and not href.startswith(begin)]
    beside = {*behind_names, base_url, f"{base_url}/"}
    told = {form for one in _ADDRESS.findall(text) for form in _forms(_bare(one, base_url))}
    missed = [href for href in linked if href not in beside and not _is_told(_bare(href, base_url), text, told)]
    if missed:
        yield error("P14-same-links", f"The text part lacks {_counted(missed, 'link')} of the HTML part.", _TEMPLATES)
    known = {_bare(href, base_url) for href in linked} | beside
    words = _squeezed(page.words)
    unseen = [
        one
        for one in _ADDRESS.findall(text)
        if not one.startswith(begin)
        and not any(form in known or _squeezed(form) in words for form in (*_forms(one), *_forms(_bare(one, base_url))))
    ]
    if unseen and base_url and any(href.startswith(f"{base_url}/issues/") for href in linked):
        what = f"The HTML part leaves {_counted(unseen, 'link')} of the text part to the issue's page."
        yield warning("P14-same-links", what, "Nothing, if it was shortened. Otherwise: mend templates/email.html.j2.")
    elif unseen:
        yield error("P14-same-links", f"The HTML part lacks {_counted(unseen, 'link')} of the text part.", _TEMPLATES)


def about_way_out(letter: Opened, base_url: str, opens: Callable[[str], str | None]) -> Iterator[Finding]:
    """P7: both parts show the reader's own link; `opens` reads its token and must come to the reader's key."""
    text, page = letter.text, letter.page
    if text is None or page is None:
        return
    begin = _way_out(letter, base_url)
    ways_shown = [
        (href, media)
        for (href, _), media in zip(page.links, page.hidden_under, strict=True)
        if href.startswith(begin) and media != ALWAYS
    ]
    in_html, hidden_under = {href for href, _ in ways_shown}, {media for _, media in ways_shown}
    in_text = {_own(one, begin) for one in _ADDRESS.findall(text) if one.startswith(begin)}
    for name, found in (("HTML", in_html), ("text", in_text)):
        if not found:
            what = f"The {name} part shows no link to unsubscribe."
            yield error(
                "P7-way-out",
                what,
                "Show {mark}, unhidden, in the footer of templates/email.{kind}.j2.".format(
                    mark=LETTER_MARKS[0], kind="html" if name == "HTML" else "txt"
                ),
            )
    if len(hidden_under) == 1 and (media := hidden_under.pop()):
        what = f"Under {media} the style sheet hides the link to unsubscribe."
        yield warning("P7-way-out", what, "Let templates/parts/email.css.j2 hide it in no window, on no phone.")
    if not base_url:
        return
    ways = in_html | in_text
    header = {one for one in re.findall(r"<([^<>]*)>", letter.only("List-Unsubscribe")) if one.startswith(begin)}
    if any(opens(one.removeprefix(begin)) != letter.reader.key for one in ways | header):
        what = "A link to unsubscribe is not the reader's own, or the door does not open."
        yield error("P7-way-out", what, _FOREIGN_LINK)
    elif len(ways | header) > 1:
        yield error("P7-way-out", "The links to unsubscribe in one letter are not the same.", _OURS)


def about_postal_address(letter: Opened, postal_address: str) -> Iterator[Finding]:
    """P7: readers can see who writes to them, and from where."""
    if not postal_address.strip():
        what = "The letters bear no postal address, which the law asks of newsletters in many countries."
        yield warning("P7-postal-address", what, "Set publication.postal_address.")
        return
    text, page = letter.text, letter.page
    if text is None or page is None:
        return
    for name, words in (("text", text), ("HTML", page.shown_words)):
        if _signs(postal_address) not in _signs(words):
            yield error("P7-postal-address", f"The {name} part does not show the postal address.", _TEMPLATES)


def about_marks(letter: Opened) -> Iterator[Finding]:
    """P7: every place that a value belongs to has one."""
    told = [letter.letter.data.decode("latin-1"), *(part.decoded.decode("latin-1") for part in letter.parts)]
    for mark in LETTER_MARKS:
        if any(form.lower() in one.lower() for form in (mark, quote(mark, safe="")) for one in told):
            yield error("P7-no-mark-left", f"A letter still holds {mark} where a value belongs.", _TEMPLATES)


def about_size(letter: Opened) -> Iterator[Finding]:
    """P15: Gmail shows the letter whole. It counts the decoded octets; by one report the encoded ones."""
    part = letter.part("text/html")
    if part is None:
        return
    size, wire = len(part.decoded), len(part.raw)
    if size > CUT:
        yield error("P15-size", f"The HTML part has {size:,} octets. Gmail cuts it at {CUT:,}.", _SHORTER)
    elif size > WANTS_A_LOOK:
        yield warning("P15-size", f"The HTML part has {size:,} octets; beyond {CUT:,} Gmail cuts it.", _SHORTER)
    elif wire > CUT:
        what = f"The HTML part has {size:,} octets, encoded {wire:,}. Gmail may cut it at {CUT:,}."
        yield warning("P15-size", what, _SHORTER)


def _way_out(letter: Opened, base_url: str) -> str:
    """What the reader's link to leave begins with: the door's address, or without a site that of a letter to us."""
    if base_url:
        return f"{base_url}{UNSUBSCRIBE_PATH}"
    replies = getaddresses([letter.only("Reply-To") or letter.only("From")])
    return f"mailto:{quote(replies[0][1] if replies else '', safe='@')}"


def _bare(address: str, base_url: str) -> str:
    """Without the place on the page, for a page of the site; text readers look for it themselves."""
    own = bool(base_url) and address.startswith(base_url)
    return address.partition("#")[0] if own else address


def _forms(address: str) -> Iterator[str]:
    """The address as it may be meant: whole, or without signs at its end that belong to the sentence."""
    yield address
    while address and not address[-1].isalnum() and address[-1] != "/":
        address = address[:-1]
        yield address


def _is_told(href: str, text: str, told: Collection[str]) -> bool:
    return href in told or (href.startswith("mailto:") and href.removeprefix("mailto:") in text)


def _own(address: str, begin: str) -> str:
    return begin + re.split(r"[^A-Za-z0-9_-]", address.removeprefix(begin))[0] if "://" in begin else address


def _squeezed(words: str) -> str:
    """Without blanks and the signs that a text part writes for bold, italic and deleted."""
    return re.sub(r"[\s*_~]+", "", words)


def _signs(words: str) -> str:
    return "".join(words.split()).casefold()


def _counted(addresses: Collection[str], noun: str) -> str:
    """How many there are, and one of them."""
    first = next(iter(addresses))
    shortened = first if len(first) <= 100 else f"{first[:99]}…"
    return f"{len(addresses)} {noun}{'s'[: len(addresses) > 1]} ({shortened})"
