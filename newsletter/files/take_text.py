"""Takes as people type them, in three shapes, into `Take` values. Pure.

Minimal: the first line names the story. Full: `key: value` lines first. Several: a heading names each story,
and below it stand `Name: "…"` blocks, the house's own look and what people paste from mail and chat.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from newsletter.files.headers import Header, read_address, read_header, read_switch, read_week, split_list
from newsletter.files.markup import (
    OPENING,
    in_code,
    opens_quote,
    quote_is_open,
    unclosed_marks,
    unquoted,
    without_comments,
)
from newsletter.files.pasted import pasted_again, tidied, without_mail
from newsletter.files.story_line import (
    StoryRef,
    address_on,
    first_filled,
    first_line_ref,
    heading_level,
    is_link_line,
    named_by,
)
from newsletter.model.issue import Take
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week
from newsletter.text import clip, fold, one_line

KEYS = ("author", "story", "headline", "week", "tags", "link", "note", "again", "lang")

_PARTS = re.compile(r"[-_. ]+")
_NAME = r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}"
#: The name may be a link, as printed issues have it; the address is the member's page, which newsletter.toml knows.
_QUOTED_NAME = re.compile(
    rf"\s{{0,3}}(?:(?P<plain>{_NAME})|(?:\*\*)?\[(?P<linked>{_NAME})\]\(\S*?\)(?:\*\*)?)\s*[:：]\s*"
    r"(?P<text>[\"“”„«「『].*)"
)
_PLAIN_NAME = re.compile(rf"\s{{0,3}}(?P<plain>{_NAME})\s*[:：](?!//)\s*(?P<text>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The text of one take: its first line, as typed, counted from 1."""

    name: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Whose file it is, "" if it may hold several people's takes, and who may have written one."""

    owner: str
    names: Collection[str]

    def known(self, name: str) -> bool:
        return not self.names or any(fold(name) == fold(one) for one in self.names)


def parse_takes(
    text: str,
    path: str,
    *,
    sha256: str,
    default_author: str,
    week: Week | None = None,
    names: Collection[str] = (),
) -> tuple[tuple[Take, ...], tuple[Remark, ...]]:
    """Read every take of one file, in order, and whatever there is to say about it.

    The first line of a minimal take names the story if it is an id, an address or a Markdown link, or if it
    looks like a headline (one line of at most 200 signs, no full stop at its end, no list, no quotation left
    open) and stands above a blank line with text below. Otherwise the file is a take without a story.
    A file has several takes if it begins with a heading, or if `Name: "…"` follows a heading or a link line;
    `Name:` without quotation marks counts outside an open quotation only, and does not make a file one of
    several takes unless two such lines stand right below headings: a take may say "Update: …" itself.
    `names` are the members' (none: whoever is named may be one). A file that is one member's own is cut only where
    members are named and all of it is a row of such quotations: else it quotes Altman, or a colleague.
    With `week`, a take in the inbox that asks for another week is left there.
    """
    typed, mail = without_mail(tidied(without_comments(text)))
    again = _of_a_mail(path, mail)
    if once := pasted_again(typed):
        again += (_twice(path, typed, once),)
        typed = typed[:once]
    lines = typed.split("\n")
    header = read_header(lines, path, KEYS)
    common, remarks = _common(header, path, sha256=sha256)
    remarks = (*again, *remarks)
    asked, found = read_week(header, path)
    remarks += found
    if week is not None and asked is not None and asked != week:
        stays, remark = _for_another_week(path, header.line("week"), asked, week)
        if stays:
            return (), in_order((*header.remarks, *remarks, remark))
        remarks += (remark,)
    if set(header.values) == {"note"}:
        what = f'"note:" is to the chief editor and is not printed: "{clip(header.get("note"), 60)}".'
        remarks += (Remark(path, header.line("note"), "notice", "note", what),)
    owner = header.get("author") or (default_author if _is_a_member_s(default_author, names) else "")
    filed, more = _filed(lines, header, path, _People(owner=owner, names=names))
    takes: list[Take] = []
    for ref, block in filed:
        author = block.name or header.get("author") or default_author
        in_header = ref.line == header.line("story")
        take, said = _take(common, ref, block, author=author, in_header=in_header, header=bool(header.values))
        more += said
        if take is not None:
            takes.append(take)
    return tuple(takes), in_order((*header.remarks, *remarks, *more))


def _is_a_member_s(default_author: str, names: Collection[str]) -> bool:
    """Whether a file's name, "yoga" or "zoom_yoga", says that it is one member's."""
    parts = {fold(part) for part in (default_author, *_PARTS.split(default_author))} - {""}
    return any(fold(name) in parts for name in names)


def _common(header: Header, path: str, *, sha256: str) -> tuple[Take, tuple[Remark, ...]]:
    """What the header says about every take of the file, as a take that has no text yet."""
    link, about_link = read_address(header, "link", path)
    again, about_again = read_switch(header, "again", path)
    take = Take(
        path=path,
        line=1,
        author="",
        ref="",
        text="",
        headline=header.get("headline"),
        link=link,
        sha256=sha256,
        tags=split_list(header.get("tags")),
        note=header.get("note"),
        again=again,
        language=header.get("lang"),
    )
    return take, (*about_link, *about_again)


def _for_another_week(path: str, line: int, asked: Week, week: Week) -> tuple[bool, Remark]:
    if path.startswith("issues/inbox/"):
        if asked > week:
            return True, Remark(path, line, "notice", "other-week", f"The take waits in the inbox for {asked}.")
        what = f"The take asks for {asked}, which lies before {week}. It stays in the inbox."
        return True, Remark(path, line, "warning", "other-week", what, (f"For this issue:  week: {week}",))
    what = f"The take asks for {asked} and lies in the folder of {week}. The folder counts."
    mend = (f"For {asked}: move the file to issues/{asked}/takes/. For this week: remove the line.",)
    return False, Remark(path, line, "warning", "other-week", what, mend)


# Shapes --------------------------------------------------------------------------------------------


def _filed(
    lines: Sequence[str], header: Header, path: str, people: _People
) -> tuple[tuple[tuple[StoryRef, _Block], ...], tuple[Remark, ...]]:
    """Each block of text with the story it was filed for."""
    first = first_filled(lines, header.body)
    if header.get("story"):
        ref = named_by(header.get("story"), header.line("story"))
        return _spoken(ref, lines, first, people), ()
    starts = _story_lines(lines, first, people)
    if starts:
        filed: list[tuple[StoryRef, _Block]] = []
        plain = not (people.owner and people.names) or _by_several(lines, starts, people)
        for start, end in zip(starts, (*starts[1:], len(lines)), strict=True):
            filed.extend(_section(lines, start, end, people, plain=plain))
        return tuple(filed), _stray(lines, header.body, starts[0], path)
    if first < len(lines) and (ref := first_line_ref(lines, first)).typed:
        return _spoken(ref, lines, first + 1, people), ()
    return _spoken(StoryRef(), lines, first, people), ()


def _spoken(
    ref: StoryRef, lines: Sequence[str], start: int, people: _People, end: int | None = None
) -> tuple[tuple[StoryRef, _Block], ...]:
    """The takes on one story.

    Where the file is one person's and the text is more than a row of members' `Name: "…"`, the names in it are those
    of people whom the take quotes.
    """
    stop = len(lines) if end is None else end
    found = _with_names(ref, lines, start, stop)
    row = all(block.name and unquoted(text) != text for _, block in found for text in ["\n".join(block.lines).strip()])
    members = sum(people.known(block.name) for _, block in found if block.name)
    if people.owner:
        cut = row and (members == len(found) or members > 1)
    else:
        cut = not people.names or members > 0 or bool(found and found[0][1].name)
    return found if cut else ((ref, _Block(name="", line=start + 1, lines=tuple(lines[start:stop]))),)


def _by_several(lines: Sequence[str], starts: Sequence[int], people: _People) -> bool:
    """Whether the names of two members stand right below headings: then the file is no one's own."""
    below = [first_filled(lines, start + 1) for start in starts]
    named = [found[0] for i in below if i < len(lines) and (found := _name_on(lines[i], plain=True)) is not None]
    return len({fold(name) for name in named if people.known(name)}) > 1


def _story_lines(lines: Sequence[str], first: int, people: _People) -> tuple[int, ...]:
    """Indexes of the lines that name a story for what stands below them; empty unless the file has that shape."""
    code = in_code(lines)
    marks = [i for i in range(first, len(lines)) if not code[i] and (heading_level(lines[i]) or is_link_line(lines[i]))]
    if people.owner and people.names and first not in marks:
        # A link between the paragraphs of one person's take is part of it.
        marks = [i for i in marks if heading_level(lines[i])]
    named = {
        i
        for i in marks
        if (below := first_filled(lines, i + 1)) < len(lines)
        and (found := _name_on(lines[below], plain=False)) is not None
        and (heading_level(lines[i]) or not people.owner or people.known(found[0]))
    }
    plain = {i for i in marks if heading_level(lines[i]) and i + 1 < len(lines) and _name_on(lines[i + 1], plain=True)}
    if len(plain) > 1 or any(i + 2 < len(lines) and _name_on(lines[i + 2], plain=True) for i in plain):
        named |= plain
    top = heading_level(lines[first]) if first < len(lines) else 0
    if not top and not named:
        return ()
    return tuple(i for i in marks if i in named or 0 < heading_level(lines[i]) <= top or _plain_below(lines, i))


def _plain_below(lines: Sequence[str], i: int) -> bool:
    below = first_filled(lines, i + 1)
    return bool(heading_level(lines[i])) and below < len(lines) and _name_on(lines[below], plain=True) is not None


def _section(
    lines: Sequence[str], start: int, end: int, people: _People, *, plain: bool
) -> tuple[tuple[StoryRef, _Block], ...]:
    """The takes below one heading or link line; an address alone below a heading names the story best."""
    ref = named_by(lines[start], start + 1)
    first = first_filled(lines, start + 1, end)
    if first < end and not ref.headline and (address := address_on(lines[first])):
        ref = StoryRef(typed=address, line=first + 1, headline=ref.typed)
        first += 1
    return _with_names(ref, lines, first, end, plain=True) if plain else _spoken(ref, lines, first, people, end)


def _with_names(
    ref: StoryRef, lines: Sequence[str], start: int, end: int, *, plain: bool = False
) -> tuple[tuple[StoryRef, _Block], ...]:
    """Cut at each `Name: "…"`, and with `plain` at each `Name: …`; text before the first name has none."""
    code = in_code(lines)
    blocks: list[_Block] = []
    name, line, held = "", start + 1, list[str]()
    for i in range(start, end):
        open_quote = quote_is_open("\n".join(held))
        begins = bool(name) or not any(above.strip() for above in held)
        found = None
        if not code[i]:
            found = _name_on(lines[i], plain=not open_quote and (plain or (begins and _alone(lines, i))))
        if found is not None:
            blocks.append(_Block(name=name, line=line, lines=tuple(held)))
            name, line, held = found[0], i + 1, [found[1]]
        else:
            held.append(lines[i])
    blocks.append(_Block(name=name, line=line, lines=tuple(held)))
    spoken = [block for block in blocks if block.name or any(part.strip() for part in block.lines)]
    return tuple((ref, block) for block in spoken or blocks[:1])


def _alone(lines: Sequence[str], i: int) -> bool:
    """Whether a name stands alone on its line and what was said by it, in quotation marks, below."""
    below = first_filled(lines, i + 1)
    return below < len(lines) and lines[i].rstrip().endswith((":", "：")) and lines[below].lstrip().startswith(OPENING)


def _name_on(line: str, *, plain: bool) -> tuple[str, str] | None:
    """The name that a line begins with, and the words after it; header keys are no names.

    With `plain`, no quotation mark has to follow, but the name has to begin as names do.
    """
    quoted = _QUOTED_NAME.fullmatch(line)
    match = quoted or (_PLAIN_NAME.fullmatch(line) if plain else None)
    if match is None:
        return None
    name = match["plain"] or match["linked"]
    parts = name.split()
    if name.lower() in KEYS or (quoted is None and (parts[0][0].islower() or parts[-1][0].islower())):
        return None
    return name, match["text"]


def _stray(lines: Sequence[str], start: int, end: int, path: str) -> tuple[Remark, ...]:
    words = one_line(" ".join(lines[start:end]))
    if not any(sign.isalnum() for sign in words):
        return ()
    what = f'Text above the first story belongs to no take and is not printed: "{words}".'
    mend = ("Put it below a story's line, or into a file of its own.",)
    return (Remark(path, first_filled(lines, start) + 1, "warning", "stray-text", what, mend),)


# One take ------------------------------------------------------------------------------------------


def _take(
    common: Take, ref: StoryRef, block: _Block, *, author: str, in_header: bool, header: bool
) -> tuple[Take | None, tuple[Remark, ...]]:
    """The take of one block, or the remark that it has no text; `in_header` tells whether its story is named there."""
    typed = "\n".join(block.lines)
    remarks: list[Remark] = []
    if once := pasted_again(typed):
        remarks.append(_twice(common.path, typed, once, above=block.line - 1))
        typed = typed[:once]
    text = unquoted(typed)
    line = block.line + next((i for i, part in enumerate(block.lines) if part.strip()), 0)
    if opens_quote(text):
        what = f'"{text[0]}" opened here is never closed; left out, since the page sets the marks itself.'
        remarks.append(Remark(common.path, line, "warning", "unclosed", what))
        text = text[1:].strip()
    if not text:
        return None, (_empty(ref, block, author=author, path=common.path, in_header=in_header, header=header),)
    for at, mark in unclosed_marks(typed):
        what = f'"{mark}" opened here is never closed; printed as typed.'
        remarks.append(Remark(common.path, block.line + at, "warning", "unclosed", what))
    headline = ref.headline or common.headline
    take = replace(common, line=line, author=author, ref=ref.typed, ref_line=ref.line, headline=headline, text=text)
    return take, tuple(remarks)


def _of_a_mail(path: str, lines: Sequence[tuple[int, str]]) -> tuple[Remark, ...]:
    if not lines:
        return ()
    what = f'Read as lines of a mail program and not printed: "{" / ".join(words for _, words in lines)}".'
    mend = ("Part of the take? Put it between two other paragraphs, or in other words.",)
    return (Remark(path, lines[0][0] + 1, "notice", "mail", what, mend),)


def _twice(path: str, text: str, once: int, *, above: int = 0) -> Remark:
    """What to say of a text that is the same words again and again; `above` are the lines of the file before it."""
    gap = len(text[once:]) - len(text[once:].lstrip())
    line = above + text.count("\n", 0, once + gap) + 1
    what = "The same words stand here again. They are printed once."
    return Remark(path, line, "notice", "same-take", what, ("Pasted twice? Delete one copy.",))


def _empty(ref: StoryRef, block: _Block, *, author: str, path: str, in_header: bool, header: bool) -> Remark:
    who = author[:1].upper() + author[1:] or "it"
    if block.name:
        what = f"No text after the name. Nothing is printed for {who}."
        return Remark(path, block.line, "warning", "empty-take", what)
    if not in_header:
        story = f'"{ref.headline}" ({ref.typed})' if ref.headline else f'"{ref.typed}"'
        what = f"No text below {story}. Nothing is printed for {who}."
        return Remark(path, ref.line, "warning", "empty-take", what)
    where = "No text after the header." if header else "There is no text in the file."
    return Remark(path, 0, "warning", "empty-take", f"{where} Nothing is printed for {who}.")
