"""Takes as old issues print them: whose words begin on a line, and where a quotation ends. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from newsletter.files.markup import unquoted
from newsletter.files.past.sheet import Line, first_link, shape_of, with_markdown_links, without_emphasis
from newsletter.text import fold

#: What closes each mark that opens a quotation, in the languages that use it so, and as it is mistyped.
CLOSING: Mapping[str, str] = {
    '"': '"”“',
    "“": '”"“',
    "”": '”"',
    "„": '“”"',
    "‟": '”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "‘": "’'",
    "‚": "‘’",
    "'": "'’",
    "「": "」",
    "『": "』",
    "〝": "〞〟",
    "＂": "＂",
}
#: Words that stand before a colon and name nobody.
_NOBODY = frozenset(
    """note notes update updates source sources summary introduction conclusion overview background tags tag previous
    next link links via ps postscript date author image photo picture credit credits example examples question answer
    tldr tip tips warning important reminder correction disclaimer topic title level category categories share read
    readmore more news technews takeaway takeaways keytakeaways definition quote context result results why what how
    pros cons key step intro outro editor editors editorsnote thanks today recap bonus event events watch listen
    """.split()
)
_PARTICLES = frozenset(
    "van von de der den del della da di du la le el al bin binti ibn dos das ter ten zu und and y".split()
)
_WORD = re.compile(r"[^\W\d_][\w.'’-]*")
_TAKE_OF = re.compile(r"(?:['’]s?)?\s+(?:take|opinion|comment|view|thoughts?|says|said|writes|wrote|thinks)\s*$", re.I)
_TAKE_BY = re.compile(r"(?:(?:our|my|the)\s+)?(?:take|opinion|comment|view)s?\s*(?:by\s+|from\s+|\()([^()]+?)\)?", re.I)
_ROLE = re.compile(
    r"[*_]*(?:\s*\([^()]{1,60}\)|,\s+(?:[\w&/-]+\s+){0,4}(?:engineer|developer|designer|manager|lead|head|analyst"
    r"|scientist|editor|intern|architect|consultant|officer|researcher|director|founder|c[etofm]o)"
    r"(?:\s+(?:of|at|for|in)\s+[^,:]{1,30})?)\s*$",
    re.I,
)
_SIGNED = re.compile(r"[”\"»“」』]\**\s*(?:[-–—~]{1,2}|by)\s*(?P<name>\S.{0,60})$")
_SIGNATURE = re.compile(r"(?:[-–—~]{1,2}|by)\s*(?P<name>\S.{0,60})", re.I)
#: Signs before the colon, at most; and those of a line that are looked at where it begins.
_NAME, _HEAD = 90, 400


@dataclass(frozen=True, slots=True)
class Voice:
    """The beginning of a take: who speaks, their page ("" if none), the words on this line ("" if they stand below)."""

    name: str
    link: str
    words: str
    #: Whether a mark opens the words.
    quoted: bool
    #: Whether the name is one of the team's.
    known: bool
    #: Whether the name stands behind the words.
    signed: bool = False


def voice_on(line: Line, people: Collection[str]) -> Voice | None:
    """The take that begins on a line with a name, a colon and words; None if none does.

    `people` are the folded names of the team: theirs need no quotation marks. Without them nobody else speaks.
    """
    if line.code:
        return None
    shape = shape_of(line.text)
    return _linked(shape, people) or _plain(shape, people) or _signed(shape, people)


def name_on(line: Line, people: Collection[str]) -> Voice | None:
    """Whose name stands alone on a line, in bold, as a link, before a colon or as it is; None if nobody's."""
    shape = "" if line.code else shape_of(line.text)
    if not shape or len(shape) > _HEAD:
        return None
    bare = without_emphasis(shape.rstrip(":： ")).rstrip(":： ")
    link = first_link(with_markdown_links(bare))
    linked = link is not None and not link.before.strip("*_@ ") and not link.after.strip("*_:： ")
    typed, to = (without_emphasis(link.words), link.to) if link is not None and linked else (bare, "")
    name = _name(typed)
    if name is None or (bare == shape and not to and fold(name) not in people):
        return None
    return Voice(name, to, "", quoted=False, known=fold(name) in people)


def opens(text: str) -> bool:
    """Whether the words begin with a quotation mark, inside of emphasis or not."""
    return text.lstrip(" *_")[:1] in CLOSING


def _linked(shape: str, people: Collection[str]) -> Voice | None:
    head = with_markdown_links(shape) if shape[:3].lower() == "<a " else shape
    start = head.lstrip("*_ @")
    if start[:1] != "[" or "]" not in start[: _NAME + 8]:
        return None
    link = first_link(start)
    if link is None or link.before:
        return None
    return _voice(link.words, link.to, link.after, people)


def _plain(shape: str, people: Collection[str]) -> Voice | None:
    head = shape[:_HEAD]
    if head[:1] in ("<", "*", "_"):
        tag = re.match(r"<(b|strong|em|i|u)>", head, re.I)
        if tag is not None:
            shape = re.sub(rf"^<{tag[1]}>(.{{1,{_NAME}}}?)</{tag[1]}>", r"\1", shape, count=1, flags=re.I)
            head = shape[:_HEAD]
    start = head.lstrip("*_ @")
    cut = len(head) - len(start)
    at = next((i for i, sign in enumerate(start[:_NAME]) if sign in ":："), -1)
    if at > 0:
        mark, rest = head[:cut].strip(" @"), shape[cut + at :]
        if mark and mark not in start[:at] and rest.rstrip().endswith(mark) and rest.count(mark) == 1:
            # All of it is emphasised: name, colon and words.
            rest = rest.rstrip().removesuffix(mark)
        # A colon may be the first of the words behind a dash.
        if (voice := _voice(start[:at], "", rest, people)) is not None:
            return voice
    dash = re.match(rf"(.{{2,{_NAME}}}?)[*_]*\s+[-–—]{{1,2}}\s*(?=[*_]*[\"“”„«»「『])", start)
    if dash is None:
        dash = re.match(rf"(.{{2,{_NAME}}}?)[*_]*\s+(?=[“„«「『\"])", start)
        if dash is None or fold(dash[1].strip("*_ ")) not in people:
            return _behind_dash(start, people)
    name = _name(dash[1])
    if name is None:
        return None
    words = shape[cut + dash.end() :]
    return Voice(name, "", words, quoted=True, known=fold(name) in people)


def _behind_dash(start: str, people: Collection[str]) -> Voice | None:
    """The words of a member behind a dash and without marks: **Yoga** – I would send mine …"""
    dash = re.match(rf"(.{{2,{_NAME}}}?)[*_]*\s+(?:[-–—]|--)\s+(?=\w)", start)
    if dash is None or fold(dash[1].strip("*_ ")) not in people:
        return None
    name = _name(dash[1])
    return Voice(name, "", start[dash.end() :], quoted=False, known=True) if name is not None else None


def _voice(typed: str, link: str, rest: str, people: Collection[str]) -> Voice | None:
    """The voice of a name and of what stands behind it, a colon first, inside or outside of the emphasis."""
    name = _name(typed.rstrip(":： "))
    after = rest.lstrip("*_ ")
    inside = typed.rstrip("*_ ").endswith((":", "："))
    role = re.match(r"\([^()]{1,60}\)[*_]*\s*(?=[:：])", after)
    after = after[role.end() :] if role else after
    dash = re.match(r"[-–—]{1,2}\s*(?=[\"“”„«»「『])", after)
    if name is None or not (inside or after[:1] in (":", "：") or dash):
        return None
    words = after if inside and after[:1] not in (":", "：") else after[dash.end() if dash else 1 :]
    # The emphasis of the name may end behind the colon; that of the words begins right before them.
    words = re.sub(r"^[*_]+(?=\s|$)", "", words).lstrip()
    if words.startswith("//"):
        return None
    return Voice(name, link, words, quoted=opens(words), known=fold(name) in people)


def _signed(shape: str, people: Collection[str]) -> Voice | None:
    """A take with its author behind it: “…” — Yoga."""
    if shape[:1] not in CLOSING or shape[:1] in "'’":
        return None
    tail = shape[-120:]
    match = _SIGNED.search(tail)
    signer = _signer(match["name"]) if match else None
    if match is None or signer is None:
        return None
    words = shape[: len(shape) - len(tail) + match.start() + 1]
    return Voice(*signer, words, quoted=True, known=fold(signer[0]) in people, signed=True)


def _signer(typed: str) -> tuple[str, str] | None:
    """Name and address of whoever signs."""
    link = first_link(with_markdown_links(typed.strip("*_() ")))
    name = _name(link.words if link is not None else typed.strip("*_() "))
    return None if name is None else (name, link.to if link is not None else "")


def signature_on(line: Line) -> tuple[str, str] | None:
    """Name and address on a line that signs the quotation above: "— Yoga"; None for every other line."""
    shape = "" if line.code else shape_of(line.text[:_HEAD])
    # The dash is a list's mark as well.
    text = line.text.strip() if shape_of(line.text) != line.text.strip() else shape
    match = _SIGNATURE.fullmatch(text.strip("*_ "))
    return _signer(match["name"]) if match is not None else None


def _name(typed: str) -> str | None:
    """The name of a person as it is printed, without what stands around it; None if it can be nobody's."""
    name = without_emphasis(typed.strip("*_ @:：")).strip("*_ ")
    name = _TAKE_OF.sub("", name) if len(name) > 6 else name
    name = by[1] if (by := _TAKE_BY.fullmatch(name)) is not None else name
    bare = _ROLE.sub("", name).strip("*_ ")
    parts = bare.split()
    if not 1 <= len(parts) <= 5 or len(bare) > 60 or fold(bare) in _NOBODY or not fold(bare):
        return None
    for part in parts:
        word = part.strip(",&+/")
        if word and not _WORD.fullmatch(word):
            return None
        if word and word[0].islower() and word.lower() not in _PARTICLES and len(parts) > 1:
            return None
    if len(parts) > 1 and all(part.lower() in _PARTICLES for part in parts):
        return None
    return bare if parts[0][:1].upper() == parts[0][:1] or fold(bare) else None


# The end of a quotation ----------------------------------------------------------------------------


def is_closed(words: str) -> bool:
    """Whether the quotation that these words begin with ends with them, as far as marks can tell."""
    text = _stripped(words)
    if not text or text[0] not in CLOSING or len(text) < 2:
        return False
    opener, closers = text[0], CLOSING[text[0]]
    ended = text.rstrip(".,;!?… ")
    if not ended or (text[-1] not in closers and ended[-1] not in closers):
        return False
    if opener == "”":
        return _lone(text) % 2 == 0
    if opener == '"':
        return (text.count('"') % 2 == 0) or text.count('"') == 1
    inner = sum(text.count(sign) for sign in closers if sign != opener)
    if opener in ("'", "‘", "’", "‚"):
        return True
    return inner >= text.count(opener)


def _lone(text: str) -> int:
    """How many of the marks that both open and close have no “ of their own before them."""
    return max(0, text.count("”") - text.count("“"))


def closes(words: str, opener: str) -> bool:
    """Whether a quotation that another paragraph opened with that mark ends with these words."""
    text = _stripped(words)
    if not text or text[-1] not in CLOSING[opener]:
        return False
    own = text[1:] if text[0] == opener else text
    if opener == "”":
        return _lone(own) % 2 == 1
    if opener == '"':
        return own.count('"') % 2 == 1
    marks = sum(own.count(sign) for sign in CLOSING[opener] if sign != opener)
    return marks > own.count(opener)


def inside(words: str) -> tuple[str, bool]:
    """The words of a take without the marks around the whole of them, and whether one was never closed."""
    text = _stripped(words)
    opener = text[:1]
    if opener not in CLOSING or not opener:
        return text, False
    # Several paragraphs that each have marks, or of which each begins with one.
    if (bare := unquoted(text)) != text or not bare:
        return bare, False
    end = _end_of(text)
    if end == len(text) - 1:
        return text[1:-1].strip(), False
    rest = text[end + 1 :].strip() if end > 0 else ""
    if end > 0 and len(rest) <= min(80, end) and (not rest or not rest[:1].isalnum()):
        # What stands behind the closing mark: a full stop, a smiley, a thank-you in brackets.
        joint = "" if rest[:1] in ".,;:!?…" else " "
        return f"{text[1:end].strip()}{joint}{rest}".strip(), False
    if end > 0:
        return text, False
    return text[1:].strip(), True


def _end_of(text: str) -> int:
    """Where the mark that opens the text is closed; -1 if nowhere."""
    opener, closers = text[0], CLOSING[text[0]]
    if opener in ("'", "’", "‘", "‚"):
        return len(text) - 1 if text[-1] in closers and len(text) > 1 else -1
    if opener == "”" and text[-1] in closers and _lone(text) % 2 == 0:
        return len(text) - 1
    if opener in ('"', "＂"):
        places = [i for i, sign in enumerate(text) if sign == opener]
        other = [i for i, sign in enumerate(text) if i and sign in closers and sign != opener]
        if len(places) % 2:
            return other[-1] if len(places) == 1 and other and other[-1] == len(text) - 1 else -1
        first_closed = next((i for i in places[1:] if _closes_here(text, i)), -1)
        return places[-1] if first_closed < 0 or places[-1] == first_closed else first_closed
    if opener == "„" and text.count(opener) == 1 and text[-1] in "“”":
        # The mark that closes may open one inside.
        partner = "”" if text[-1] == "“" else "“"
        if text.count(text[-1]) - text.count(partner) == 1:
            return len(text) - 1
    depth = 0
    for i, sign in enumerate(text):
        if sign == opener:
            depth += 1
        elif sign in closers:
            depth -= 1
        if depth == 0:
            return i
    return -1


def _closes_here(text: str, at: int) -> bool:
    after = text[at + 1 : at + 2]
    return not text[at - 1].isspace() and not after.isalnum()


def _stripped(words: str) -> str:
    """The words without blanks, and without emphasis around a whole quotation."""
    text = words.strip()
    while len(text) > 3 and text[0] in "*_" and text[-1] == text[0]:
        body = text.strip(text[0])
        if body[:1] not in CLOSING or (body[-1:] not in CLOSING[body[:1]] and text[0] in body):
            break
        text = body.strip()
    for mark in ("**", "__", "*", "_"):
        if text.startswith(mark) and text[len(mark) : len(mark) + 1] in CLOSING and text.count(mark) == 1:
            text = text[len(mark) :]
    return text


def paragraphs(lines: Sequence[str]) -> str:
    """Lines as Markdown, without blank ones at either end."""
    return "\n".join(lines).strip("\n").strip()
