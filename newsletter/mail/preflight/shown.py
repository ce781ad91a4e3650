"""What a reader sees of the HTML part without its style sheets: words, links that can be clicked, pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from newsletter.mail.preflight.hiding import hides, hiding_rules, is_hiding

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
#: Elements whose content is not shown.
_UNSHOWN = frozenset("head title style script template noscript object iframe textarea select datalist svg".split())
#: Elements that end where the next of their kind begins.
_ENDED_BY_THE_NEXT = frozenset("p li td th tr dt dd option".split())
#: Elements that mail programs take out, because they do something.
_ACTING = frozenset("script form iframe frame object embed applet video audio base input button".split())
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.I)
#: A picture's width or height in whole or broken pixels.
_PIXELS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image as it stands in the part. `seen` is whether it takes up room that anybody would notice."""

    address: str
    seen: bool


@dataclass(slots=True)
class Shown:
    """What `shown` found."""

    #: Addresses of links that are shown, with the words on each, in their order.
    links: list[tuple[str, str]] = field(default_factory=list)
    #: For each of them the media query of a style sheet that hides it, "" for one that nothing hides.
    hidden_under: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    #: Names of elements and attributes that do something, each once.
    acting: list[str] = field(default_factory=list)
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
    #: What a style sheet may call it by: its name, ".class", "#id".
    names: frozenset[str] = frozenset()
    href: str = ""
    words: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Shown()
        self._open = [_Element("", hidden=False, colour="", ground="")]
        self._styles = ""
        #: Of each link that is shown: the names of its elements, from the outermost on.
        self._paths: list[tuple[frozenset[str], ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found.words += " "
        self.found.shown_words += " "
        self._note_acts(tag, given)
        if tag in _VOID:
            if tag == "img":
                self._picture(given)
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
            names=_names(tag, given),
            href=given.get("href", "").strip() if tag == "a" else "",
        )
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        self.found.words += " "
        self.found.shown_words += " "
        if not any(element.tag == tag for element in self._open[1:]):
            return
        while True:
            self._note_link(len(self._open) - 1)
            if self._open.pop().tag == tag:
                return

    def close(self) -> None:
        super().close()
        for at in reversed(range(len(self._open))):
            self._note_link(at)
        rules = hiding_rules(self._styles)
        for path in self._paths:
            self.found.hidden_under.append(next((rule.media for rule in rules if hides(rule, path)), ""))

    def handle_data(self, data: str) -> None:
        if self._open[-1].tag == "style":
            self._styles += data
        if self._open[-1].tag not in _UNSHOWN:
            self._say(data)

    def _note_link(self, at: int) -> None:
        element = self._open[at]
        if element.href and element.words.strip():
            self.found.links.append((element.href, " ".join(element.words.split())))
            self._paths.append(tuple(one.names for one in self._open[1 : at + 1]))

    def _note_acts(self, tag: str, given: dict[str, str]) -> None:
        names = [f"<{tag}>"] if tag in _ACTING else []
        names += [name for name in given if name.startswith("on")]
        if tag == "link" and "stylesheet" in given.get("rel", "").lower().split():
            names.append("<link rel=stylesheet>")
        self.found.acting += [name for name in names if name not in self.found.acting]

    def _picture(self, given: dict[str, str]) -> None:
        hidden = self._open[-1].hidden or _is_hidden("img", given)
        if not hidden:
            self._say(given.get("alt", ""))
        sizes = [_PIXELS.fullmatch(given.get(side, "")) for side in ("width", "height")]
        tiny = any(size is not None and float(size[1]) <= 2 for size in sizes)
        self.found.pictures.append(Picture(address=given.get("src", "").strip(), seen=not (hidden or tiny)))

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
    return tag in _UNSHOWN or "hidden" in given or is_hiding(given.get("style", ""))


def _names(tag: str, given: dict[str, str]) -> frozenset[str]:
    classes = (f".{name}" for name in given.get("class", "").split())
    return frozenset((tag, *classes, *([f"#{given['id']}"] if given.get("id") else [])))


def _plain(colour: str) -> str:
    """A colour in one way of writing it, as far as names and short forms go."""
    found = "".join(colour.lower().split())
    found = {"white": "#ffffff", "black": "#000000"}.get(found, found)
    return "#" + "".join(2 * sign for sign in found[1:]) if re.fullmatch(r"#[0-9a-f]{3}", found) else found
