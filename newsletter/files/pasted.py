"""What word processors and browsers leave in a text that is pasted: odd spaces, bullets, the same twice. Pure.

Lines stay where they stand, so that remarks name the line that its author sees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.files.markup import in_code
from newsletter.text import fold

#: Spaces that are none of the keyboard's: unbreakable, thin, wide, figure; and separators of lines inside of one.
_ODD = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
#: Signs without width that no reader misses: soft hyphens, joints, byte order marks, the place of a picture.
_UNSEEN = re.compile("[\u00ad\u2060\ufeff\ufffc]|(?<![\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff])\u200b")
_ODD_SPACE = re.compile(f"[{_ODD}]")
_SPACES = re.compile(f"[ \t]*[{_ODD}][ \t{_ODD}]*")
_MARGIN = re.compile(f"^[ \t{_ODD}]*[{_ODD}][ \t{_ODD}]*|[ \t{_ODD}]*[{_ODD}][ \t{_ODD}]*$")
#: What a space that must not break stands before, and behind: French marks, and a number's unit or next figures.
_BEFORE = re.compile(r"[;:!?»›](?![\w/])")
_UNIT = re.compile(
    r"(?:[%‰€$£¥°]|°?[CF]|[kMGTPEµnmcd]?(?:bit|[BbWVAJ]|Hz|Pa|Wh|m|g|s|l|L|t)|[KMGT]iB|min|h|x|×|px|pt|dpi|fps"
    r"|thousand|million|billion|trillion|bn|tn|Mio|Mrd|Md)(?!\w)"
)
_NESTED = "◦○▪‣■\uf0a7\uf076o"
#: A bullet as a word processor writes it into plain text. A middle dot and an "o" are one only before a wide gap.
_BULLET = re.compile(
    rf"(?P<in>[ \t{_ODD}]*)(?:(?P<dot>[•‣▪●∙■◦○\uf0b7\uf0a7\uf076])[ \t{_ODD}]*"
    rf"|(?P<wide>[·o])(?:\t|[ \t{_ODD}]*[{_ODD}]|[ {_ODD}]{{2,}})[ \t{_ODD}]*)(?=\S)"
)
_ITEM = re.compile(r"\s*([-*+]|\d{1,9}[.)])\s")
#: What belongs to the word before it: a full stop, marks that close.
_CLOSED = re.compile(r"[^\w\s“„«‘(\[{]*")
_MAIL_HEAD = re.compile(
    r"[*_ ]{0,3}(From|Date|Sent|Subject|To|Cc|Bcc|Reply-To|Von|Datum|Gesendet|Betreff|An|De|Envoyé|Objet|À|Dari|Tanggal"
    r"|Perihal|Subjek|Kepada|差出人|送信日時|日時|宛先|件名)[*_ ]{0,3}\s?[:：]",
    re.IGNORECASE,
)
_SENDERS = frozenset(("from", "von", "de", "dari", "差出人"))
_FORWARDED = re.compile(
    r"-{3,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Message transféré)\s*-{3,}", re.IGNORECASE
)
_ORIGINAL = re.compile(r"-{3,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine)\s*-{3,}", re.IGNORECASE)
_WROTE = re.compile(r"(?:On|Am|Le|Pada)\b.{6,160}\b(?:wrote|schrieb\b.{0,60}|a écrit|menulis)\s?[:：]", re.IGNORECASE)
_DEVICE = (
    r"(?:[\w-]+ ){0,3}(?:i?phone|ipad|smartphone|mobile|handy|telefon|téléphone|ponsel|android|galaxy|huawei|xiaomi"
    r"|blackberry)(?: (?:\d+|[a-z]\d+|pro|max|mini|plus|ultra|note|phone|saya)){0,3}"
)
_SENT_FROM = re.compile(
    rf"(?:Sent from (?:my )?{_DEVICE}|Get Outlook for (?:iOS|Android)|Von meinem {_DEVICE} gesendet"
    rf"|Envoyé (?:de|depuis) mon {_DEVICE}|Dikirim dari {_DEVICE})\.?",
    re.IGNORECASE,
)
#: What the lines of a mail program have, and those of a take in the form of a mail have not.
_ADDRESS = re.compile(r"[^\s@]@[\w-]+\.\w")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?![\d.])")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}([./-])\d{1,2}\1\d{2}\b")
#: Letters and digits that a text must have before the same again counts as pasted twice: a sentence said twice
#: is said with force.
_ENOUGH = 100
_MOST_COPIES = 4


def tidied(text: str) -> str:
    """The text with plain spaces and Markdown's bullets where a word processor wrote its own; lines stay.

    A space that must not break stays where readers need it: before ; : ! ? », after «, between a number and its
    unit, and between the figures of one number.
    """
    lines = [_UNSEEN.sub("", line) for line in text.split("\n")]
    code = in_code(lines)
    out: list[str] = []
    top = ""
    for i, line in enumerate(lines):
        bullet = None if code[i] else _BULLET.match(line)
        if bullet is not None:
            top = top or bullet["dot"] or bullet["wide"]
            out.append(_item(bullet, top))
        else:
            out.append(_ODD_SPACE.sub(" ", line) if code[i] else _plain(line))
            item = _ITEM.match(line)
            top = (top or item[1]) if item else "" if line.strip() else top
    return "\n".join(out)


def _item(bullet: re.Match[str], top: str) -> str:
    """A line that a bullet begins, with Markdown's; one of the second level is nested below the list's `top` mark."""
    mark = bullet["dot"] or bullet["wide"]
    indent = bullet["in"] if set(bullet["in"]) <= {" "} else ""
    nested = "  " if mark != top and mark in _NESTED and not indent else ""
    return f"{indent}{nested}- {_plain(bullet.string[bullet.end() :])}"


def _plain(line: str) -> str:
    return _SPACES.sub(_space, _MARGIN.sub("", line)) if _ODD_SPACE.search(line) else line


def _space(match: re.Match[str]) -> str:
    """One space for a run with an odd one: an unbreakable one where it belongs, else a plain one."""
    line = match.string
    before, after = line[: match.start()], line[match.end() :]
    kept = "\u202f" if "\u202f" in match[0] else "\u00a0"
    if before.endswith(("«", "‹")) or _BEFORE.match(after):
        return kept
    figures = before[-1:].isdigit() and (after[:3].isdigit() or _UNIT.match(after) is not None)
    return kept if figures else " "


def without_mail(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The text without what a mail program puts around it, and that by lines: (index, words); other lines stay.

    At the top the lines of sender, day and subject, if two or more stand there, with an address or a full date; at
    the end the mail that is answered, and the telephone's own advertisement.
    """
    lines = text.split("\n")
    filled = [i for i, line in enumerate(lines) if line.strip()]
    out = set(_head(lines, filled))
    start = next((i for i in filled if i not in out and _answers(lines, i)), len(lines))
    out.update(i for i in filled if i >= start)
    kept = [i for i in filled if i not in out]
    if len(kept) > 1 and _SENT_FROM.fullmatch(lines[kept[-1]].strip()) and _is_advertisement(lines, kept[-1]):
        out.add(kept.pop())
    if not kept or not out:
        return text, ()
    left = "\n".join("" if i in out else line for i, line in enumerate(lines))
    return left, tuple((i, lines[i].strip()) for i in sorted(out))


def _head(lines: Sequence[str], filled: Sequence[int]) -> tuple[int, ...]:
    found: list[int] = []
    for i in filled:
        if not (_MAIL_HEAD.match(lines[i]) or (not found and _FORWARDED.fullmatch(lines[i].strip()))):
            break
        found.append(i)
    heads = [match[1].casefold() for i in found if (match := _MAIL_HEAD.match(lines[i]))]
    by_a_program = any(_is_a_program_s(lines[i]) or _FORWARDED.fullmatch(lines[i].strip()) for i in found)
    return tuple(found) if by_a_program and len(set(heads)) > 1 and not _SENDERS.isdisjoint(heads) else ()


def _is_a_program_s(line: str) -> bool:
    """Whether a line has an address, or a day with its year and the time: people write "On Monday, Zoom wrote:"."""
    return bool(_ADDRESS.search(line) or (_CLOCK.search(line) and _YEAR.search(line)))


def _is_advertisement(lines: Sequence[str], i: int) -> bool:
    """Whether the line stands by itself, and no take has just announced it."""
    above = "\n".join(lines[:i])
    return above.endswith("\n") and not above.rstrip().endswith((":", "："))


def _answers(lines: Sequence[str], i: int) -> bool:
    """Whether the mail that is answered begins at this line and reaches to the end."""
    if _ORIGINAL.fullmatch(lines[i].strip()):
        return any(_MAIL_HEAD.match(line) for line in lines[i + 1 : i + 3])
    for more in (1, 2):
        head = " ".join(lines[i : i + more]).strip()
        if _WROTE.fullmatch(head) and _is_a_program_s(head):
            below = [line for line in lines[i + more :] if line.strip()]
            return bool(below) and all(line.lstrip().startswith(">") for line in below)
    return False


def pasted_again(text: str) -> int:
    """Where the first copy ends, in signs, if the text is nothing but the same words twice or more; else 0."""
    whole = fold(text)
    for copies in range(2, _MOST_COPIES + 1):
        once, left = divmod(len(whole), copies)
        if left or once < _ENOUGH or whole != whole[:once] * copies:
            continue
        folded = ""
        for at, sign in enumerate(text):
            folded += fold(sign)
            if len(folded) >= once:
                closed = _CLOSED.match(text, at + 1)
                return closed.end() if closed and folded == whole[:once] else 0
    return 0
