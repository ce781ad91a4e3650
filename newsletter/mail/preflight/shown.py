"""What a reader sees of the HTML part without its style sheets: words, and links that can be clicked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
#: Elements whose content is not shown.
_UNSHOWN = frozenset("head title style script template noscript object iframe textarea select datalist svg".split())
#: Elements that end where the next of their kind begins.
_ENDED_BY_THE_NEXT = frozenset("p li td th tr dt dd option".split())
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
    r"opacity\s*:\s*(?:0+(?:\.0*)?|\.0+)(?![.\d])|(?:max-)?(?:height|width)\s*:\s*0*(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:!|;|$)|"
    r"font-size\s*:\s*[01]?(?:\.\d*)?(?:px|pt)\b|font-size\s*:\s*0*(?:\.0*)?(?:em|rem|%)?\s*(?:!|;|$)|"
    r"text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0)",
    re.I,
)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.I)


@dataclass(slots=True)
class Shown:
    """What `shown` found."""

    #: Addresses of links that are shown, with the words on each, in their order.
    links: list[tuple[str, str]] = field(default_factory=list)
    #: All words, hidden ones too, with a blank at each tag.
    words: str = ""
    #: Those that are shown.
    shown_words: str = ""


def shown(html: str) -> Shown:
    """Read an HTML part as a mail program that drops style sheets; comments are not shown."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


@dataclass(slots=True)
class _Element:
    tag: str
    hidden: bool
    colour: str
    ground: str
    href: str = ""
    words: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Shown()
        self._open = [_Element("", hidden=False, colour="", ground="")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found.words += " "
        self.found.shown_words += " "
        if tag in _VOID:
            if tag == "img" and not _is_hidden(tag, given):
                self._say(given.get("alt", ""))
            return
        if tag in _ENDED_BY_THE_NEXT and self._open[-1].tag == tag:
            self.handle_endtag(tag)
        above = self._open[-1]
        style = given.get("style", "")
        colour, ground = _COLOUR.search(style), _GROUND.search(style)
        element = _Element(
            tag,
            hidden=above.hidden or _is_hidden(tag, given),
            colour=_plain(colour[1]) if colour else above.colour,
            ground=_plain(ground[1]) if ground else _plain(given.get("bgcolor", "")) or above.ground,
            href=given.get("href", "").strip() if tag == "a" else "",
        )
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        self.found.words += " "
        self.found.shown_words += " "
        if not any(element.tag == tag for element in self._open[1:]):
            return
        while True:
            closed = self._open.pop()
            if closed.href and closed.words.strip():
                self.found.links.append((closed.href, " ".join(closed.words.split())))
            if closed.tag == tag:
                return

    def close(self) -> None:
        super().close()
        for element in reversed(self._open):
            if element.href and element.words.strip():
                self.found.links.append((element.href, " ".join(element.words.split())))

    def handle_data(self, data: str) -> None:
        if self._open[-1].tag not in _UNSHOWN:
            self._say(data)

    def _say(self, words: str) -> None:
        here = self._open[-1]
        self.found.words += words
        if here.hidden or (here.colour and here.colour == here.ground):
            return
        self.found.shown_words += words
        for element in self._open:
            if element.href:
                element.words += words


def _is_hidden(tag: str, given: dict[str, str]) -> bool:
    return tag in _UNSHOWN or "hidden" in given or bool(_HIDING.search(given.get("style", "")))


def _plain(colour: str) -> str:
    """A colour in one way of writing it, as far as names and short forms go."""
    found = "".join(colour.lower().split())
    found = {"white": "#ffffff", "black": "#000000"}.get(found, found)
    return "#" + "".join(2 * sign for sign in found[1:]) if re.fullmatch(r"#[0-9a-f]{3}", found) else found
