"""Where the news of an old issue begins, at the name of its part or at the first take, and where it ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from newsletter.files.past.sheet import Line, shape_of
from newsletter.files.past.tokens import Token

#: Lines above a first story that may introduce it.
_ABOVE = 3
#: Words below a heading that make it an explainer's part rather than a story's summary.
_AN_EXPLAINER = 60


def news_start(lines: Sequence[Line], tokens: Mapping[int, Token]) -> int:
    """Index of the first line of the news; the number of lines if there is none."""
    order = sorted(tokens)
    sections = [i for i in order if tokens[i].section is not None]
    spoken = _first_spoken(lines, tokens, order)
    pulse = next((i for i in sections if _kind(tokens[i]) == "pulse"), None)
    if pulse is not None:
        above = [i for i in sections if i < pulse and _kind(tokens[i]) == "news"]
        start = above[-1] if above and _only_sections(tokens, above[-1], pulse) else pulse
        # Stories may stand above the name of the part, which then is none of them.
        return start if spoken is None or start < spoken else _above(lines, tokens, order, spoken)
    news = [i for i in sections if _kind(tokens[i]) == "news"]
    if news:
        before = [i for i in news if spoken is None or i < spoken]
        if before:
            return before[-1] if spoken is not None else before[0]
    if spoken is not None:
        return _above(lines, tokens, order, spoken)
    other = next((i for i in sections), None)
    return len(lines) if other is None else other


def _kind(token: Token) -> str:
    return token.section[0] if token.section is not None else ""


def _only_sections(tokens: Mapping[int, Token], first: int, last: int) -> bool:
    """Whether no story and hardly a word stands between two names of parts."""
    between = [token.kind for i, token in tokens.items() if first < i < last]
    return "voice" not in between and between.count("text") < _ABOVE


def _first_spoken(lines: Sequence[Line], tokens: Mapping[int, Token], order: Sequence[int]) -> int | None:
    """The first line that is somebody's take beyond doubt: a member's, or quoted right below a linked headline."""
    quoted: int | None = None
    above: Token | None = None
    for i in order:
        token = tokens[i]
        if token.voice is not None and token.kind == "voice":
            linked = above is not None and (
                above.kind in ("url", "credit") or (above.headline is not None and bool(above.headline.link))
            )
            said = token.voice.quoted or not token.voice.words.strip()
            if said and (token.voice.known or linked):
                return i
            item = lines[i].text.lstrip()[:2] in ("- ", "* ", "+ ")
            if said and quoted is None and above is not None and above.kind == "headline" and not item:
                quoted = i
        if token.kind not in ("rule", "mark"):
            above = token
    return quoted


def _above(lines: Sequence[Line], tokens: Mapping[int, Token], order: Sequence[int], spoken: int) -> int:
    """The line with which the story of that take begins, and what introduces the stories above it."""
    at = order.index(spoken)
    start = spoken
    for i in reversed(order[max(0, at - 6) : at]):
        if tokens[i].kind in ("headline", "url"):
            start = i
            if tokens[i].kind == "headline":
                break
        elif tokens[i].kind not in ("text", "credit", "rule", "mark"):
            break
    at = order.index(start)
    for i in reversed(order[max(1, at - _ABOVE) : at]):
        token, shape = tokens[i], shape_of(lines[i].text)
        heading = token.kind == "headline" and token.headline is not None and not token.headline.link
        slanted = token.kind == "text" and shape[:1] in "*_" and shape[-1:] in "*_"
        if not (heading or slanted or token.kind in ("section", "rule")):
            break
        start = i
    # A rule above all of it parts it from what came before.
    return start


def explainer_behind(lines: Sequence[Line], start: int, tokens: Mapping[int, Token]) -> int:
    """Where an explainer begins behind the news: at a heading without a link that has words and no take below it."""
    last = max((i for i, token in tokens.items() if token.kind == "voice"), default=start)
    for i in range(last + 1, len(lines)):
        token = tokens.get(i)
        if token is not None and token.kind == "headline" and token.headline is not None and not token.headline.link:
            below = sum(len(lines[k].text.split()) for k in range(i + 1, len(lines)))
            return i if below >= _AN_EXPLAINER else len(lines)
    return len(lines)


def usual_takes(kinds: Iterable[str]) -> int:
    """How many takes the stories have where nearly all have several; 1 where a second may have lost its headline."""
    counts: list[int] = []
    for kind in kinds:
        if kind == "headline":
            counts.append(0)
        elif kind == "voice" and counts:
            counts[-1] += 1
    counts = sorted(filter(None, counts))
    several = sum(count > 1 for count in counts)
    return counts[len(counts) // 2] if len(counts) > 2 and 3 * several >= 2 * len(counts) else 1
