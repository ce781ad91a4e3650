"""What each line of an old issue's news is: the name of a part, a headline, the beginning of a take, words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from newsletter.files.past.headlines import (
    Headline,
    address_on,
    address_style,
    credit_on,
    headline_on,
    looks_named,
    plain_headline,
)
from newsletter.files.past.sections import Section, section_on, underlined
from newsletter.files.past.sheet import Line, heading_of, is_rule, shape_of, words_alone
from newsletter.files.past.voices import Voice, is_closed, name_on, opens, signature_on, voice_on
from newsletter.text import fold

#: Lines of a summary, at most, between a headline in plain words and the take on it.
_FAR = 6


@dataclass(frozen=True, slots=True)
class Token:
    """What a line is: section, headline, voice, name, url, rule or text; and what was read off it."""

    kind: str
    voice: Voice | None = None
    headline: Headline | None = None
    section: tuple[Section, str] | None = None
    address: str = ""
    #: Of a headline in plain words: whether a summary stands between it and its take.
    far: bool = False


def tokens_of(
    lines: Sequence[Line],
    start: int,
    people: Collection[str],
    defined: Mapping[str, tuple[Line, str]],
    own: Sequence[tuple[str, Section]],
) -> dict[int, Token]:
    """What each line with words is, by its index, from `start` on."""
    filled = [i for i in range(start, len(lines)) if not lines[i].blank]
    defining = {line.number for line, _ in defined.values()}
    found: dict[int, Token] = {}
    before = ""
    for at, i in enumerate(filled):
        below = lines[filled[at + 1]] if at + 1 < len(filled) else None
        token = _token(lines, i, below, before, people, defined, own)
        if lines[i].number in defining:
            token = Token("definition")
        found[i] = token
        before = token.kind if token.kind != "rule" else before
        before = "signed" if token.voice is not None and token.voice.signed else before
    _without_labels(filled, found)
    return _with_their_like(lines, filled, _with_plain_headlines(lines, filled, found))


def _token(
    lines: Sequence[Line],
    i: int,
    below: Line | None,
    before: str,
    people: Collection[str],
    defined: Mapping[str, tuple[Line, str]],
    own: Sequence[tuple[str, Section]],
) -> Token:
    line = lines[i]
    shape = shape_of(line.text)
    if line.code:
        return Token("text")
    if not any(map(str.isalnum, shape)) and (is_rule(shape) or shape in "-–—*•+="):
        return Token("rule" if len(shape) > 1 else "mark")
    if (section := section_on(line, own)) is not None:
        return Token("section", section=section)
    heading = heading_of(shape)[1]
    spoken = Line(line.number, heading, line.code) if heading else line
    below_headline = before in ("headline", "url", "credit")
    voice = voice_on(spoken, people)
    if voice is not None and _is_voice(voice, below_headline, below):
        return Token("voice", voice=voice)
    if before == "signed" and signature_on(line) is not None:
        return Token("mark")
    signed = _signed_below(shape, below, people) if below is not None else None
    if signed is not None and (signed.known or (below_headline and len(signed.name.split()) <= 3)):
        return Token("voice", voice=signed)
    name = name_on(spoken, people)
    if name is not None and below is not None and opens(shape_of(below.text)) and _may_be_alone(name, line, before):
        return Token("voice", voice=name)
    if below_headline and name is not None and name.known and below is not None and voice_on(below, people) is None:
        return Token("voice", voice=name)
    if address := address_on(line):
        return Token("url", address=address)
    if (headline := headline_on(line, defined)) is not None:
        return Token("headline", headline=headline)
    if underlined(lines, i) and looks_named(words_alone(shape)):
        return Token("headline", headline=Headline(words_alone(shape)))
    if below_headline and (credit_on(line) is not None):
        return Token("credit")
    return Token("text")


def _signed_below(shape: str, below: Line, people: Collection[str]) -> Voice | None:
    """A quotation of one line that the next line signs."""
    if not opens(shape) or not is_closed(shape) or (signer := signature_on(below)) is None:
        return None
    return Voice(*signer, shape, quoted=True, known=fold(signer[0]) in people, signed=True)


def _is_voice(voice: Voice, below_headline: bool, below: Line | None) -> bool:
    if voice.signed and not voice.known:
        return below_headline and len(voice.name.split()) <= 3
    if voice.quoted:
        return True
    if not voice.words.strip():
        return (voice.known or below_headline) and below is not None
    return voice.known or (below_headline and len(voice.name.split()) <= 3 and len(voice.words.split()) > 5)


def _may_be_alone(name: Voice, line: Line, before: str) -> bool:
    """Whether a name alone on its line announces the quotation below: a headline does not end in a colon."""
    marked = bool(name.link) or shape_of(line.text).rstrip("*_ ").endswith((":", "："))
    return name.known or marked or (before in ("headline", "url", "credit") and len(name.name.split()) <= 3)


def _with_plain_headlines(lines: Sequence[Line], filled: Sequence[int], found: dict[int, Token]) -> dict[int, Token]:
    """Plain words right above a take name its story, if they can; so do another's words, quoted in a headline."""
    next_kind, reach = "", 0
    for at in range(len(filled) - 1, -1, -1):
        i = filled[at]
        token = found[i]
        above = found[filled[at - 1]].kind if at else ""
        announced = found[filled[at - 1]].voice if above == "voice" else None
        if announced is not None and not announced.words.strip() and token.kind == "text":
            # The words of whoever was named on the line above.
            pass
        elif next_kind == "voice" and above not in ("headline", "url", "credit"):
            unknown = token.kind == "voice" and token.voice is not None and not token.voice.known
            short = len(lines[i].text) <= 110 and len(token.voice.words if token.voice else "") > 0
            if (token.kind == "text" or (unknown and short)) and (head := plain_headline(lines[i])) is not None:
                found[i] = token = Token("headline", headline=head)
        elif (
            token.kind == "text"
            and 0 < reach <= _FAR
            and _alone(lines, i)
            and (head := plain_headline(lines[i])) is not None
        ):
            found[i] = token = Token("headline", headline=head, far=True)
        reach = _reach(token, reach, lines[i])
        if token.kind not in ("rule", "mark", "url", "credit", "definition"):
            next_kind = token.kind
    return found


def _without_labels(filled: Sequence[int], found: dict[int, Token]) -> None:
    """The name of a part that comes again and again between a headline and its take is none: "Our take:"."""
    order = [i for i in filled if found[i].kind not in ("rule", "mark", "text", "url", "credit", "definition")]
    labels = [
        order[at]
        for at in range(1, len(order) - 1)
        if found[order[at]].section is not None
        and [found[order[at - 1]].kind, found[order[at + 1]].kind] == ["headline", "voice"]
    ]
    if len(labels) > 1:
        found.update((i, Token("mark")) for i in labels)


def _with_their_like(lines: Sequence[Line], filled: Sequence[int], found: dict[int, Token]) -> dict[int, Token]:
    """Where headlines are plain words with an address, those of the same look are headlines, take or none.

    So is the first of them, where the heading of the part stands right above it.
    """
    plain = [i for i in filled if (head := found[i].headline) is not None and not head.sure and head.link]
    styles = {style for i in plain if (style := address_style(lines[i]))}
    for at, i in enumerate(filled):
        if not styles or found[i].kind != "text" or address_style(lines[i]) not in styles:
            continue
        above = found[filled[at - 1]] if at else Token("rule")
        alike = len(plain) > 1 or address_style(lines[i]).startswith("1")
        after = alike and i > plain[0] and _alone(lines, i)
        first = i < plain[0] and above.headline is not None and above.headline.sure and not above.headline.link
        if (after or first) and (head := plain_headline(lines[i])) is not None:
            found[i] = Token("headline", headline=head)
    return found


def _reach(token: Token, reach: int, line: Line) -> int:
    """How many lines of a summary stand between this line and the take below it, plus one; 0 if there is none."""
    if token.kind == "voice":
        return 1
    if token.kind in ("rule", "mark", "definition") or reach == 0:
        return reach
    if token.kind in ("url", "credit"):
        return reach + 1
    is_summary = token.kind == "text" and (credit_on(line) is not None or not looks_named(line.text.strip()))
    return reach + 1 if is_summary and reach <= _FAR else 0


def _alone(lines: Sequence[Line], i: int) -> bool:
    """Whether a line is a paragraph of its own, but for an address or a credit right below it."""
    if i and not lines[i - 1].blank:
        return False
    below = lines[i + 1] if i + 1 < len(lines) else None
    return below is None or below.blank or bool(address_on(below)) or credit_on(below) is not None
