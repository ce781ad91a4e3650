"""The kinds of values in newsletter.toml: each a gate from what was typed to what the house uses. Pure.

A gate raises ValueError with a sentence that says how to mend the value.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from datetime import date, time, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo, available_timezones

from newsletter.clock import read_duration
from newsletter.links import printed
from newsletter.model.audience import Variant, address
from newsletter.model.members import Away, Rota
from newsletter.model.week import DAYS, SlotTime
from newsletter.text import nearest, nfc

PLACEHOLDERS = ("week", "year", "number", "topic", "name")
_SLOT = re.compile(r"([^\W\d_]+)\s+(\d{1,2}):(\d{2})")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_FEEDBACK_ID = re.compile(r"[A-Za-z0-9]{5,15}")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_TURN = re.compile(r"(\d{1,2})/(\d{1,2})")
_MEMBER_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.I)
#: A family of fonts: letters and digits of any script, blanks and hyphens. Nothing of it can end a value of CSS.
_FAMILY = re.compile(r"-?[^\W_](?:[^\W_]|[ -])*")
#: A family that stands without quotation marks (CSS 2.1, 15.3, of one word).
_BARE_FAMILY = re.compile(r"-?[A-Za-z][A-Za-z0-9-]*")
#: Families that every program has (CSS 2.1, 15.3.1).
_GENERIC = ("sans-serif", "serif", "monospace", "cursive", "fantasy")
_KEYWORDS = frozenset({"inherit", "initial", "unset", "revert", "revert-layer", "default"})
#: Signs of a list of families: it is written into every cell of a letter.
_FONTS_MOST = 200
#: A part of a path that is neither hidden nor the way up, and that every file system takes.
_PART = r"(?!\.)[^\\/:*?\"<>|\x00-\x1f\x7f]+"
_PICTURE = re.compile(rf"{_PART}(?:/{_PART})*\.(?:png|jpe?g|gif)", re.I)


def line(typed: object) -> str:
    """Text on one line, NFC, without blanks around it; may be empty."""
    kept = text(typed)
    if any(sign in kept for sign in "\r\n\0"):
        raise ValueError("It has to stand on one line.")
    return kept


def filled(typed: object) -> str:
    """Text on one line that is not empty."""
    if not (kept := line(typed)):
        raise ValueError("It is empty.")
    return kept


def text(typed: object) -> str:
    """Text of any number of lines, NFC, without blanks around it; may be empty."""
    if not isinstance(typed, str):
        raise ValueError(_NOT_TEXT)  # noqa: TRY004  pydantic reports ValueError, and lets TypeError through
    return nfc(typed.strip())


_NOT_TEXT = 'Text stands in quotation marks:  "…"'


def texts(typed: object) -> tuple[str, ...]:
    """A list of texts; one text alone is taken as well."""
    parts = typed if isinstance(typed, list | tuple) else [typed]
    return tuple(filled(part) for part in parts)


def slot(typed: object) -> SlotTime:
    """A time of the week, "fri 15:00"; the day by its name, since 5 is Friday for some and Saturday for others."""
    match = _SLOT.fullmatch(line(typed))
    if match is None:
        raise ValueError('Day and time, the day by name and the time of 24 hours:  "fri 15:00"')
    return SlotTime(_day(match[1].lower()), _time(match[2], match[3]))


def slots(typed: object) -> tuple[SlotTime, ...]:
    """One or several times, each "daily 06:00" or of one day; at least one."""
    found = []
    for part in texts(typed):
        match = _SLOT.fullmatch(part)
        if match is None:
            raise ValueError('Each reads "daily 06:00" or "mon 06:00".')
        day = None if match[1].lower() == "daily" else _day(match[1].lower())
        found.append(SlotTime(day, _time(match[2], match[3])))
    if not found:
        raise ValueError("At least one is needed.")
    return tuple(found)


def _day(typed: str) -> int:
    for names in (DAYS, _LONG_DAYS):
        if typed in names:
            return names.index(typed)
    if typed == "daily":
        raise ValueError('"daily" is for collecting only; name one day, such as fri.')
    near = nearest(typed, (*DAYS, *_LONG_DAYS))
    hint = f' Did you mean "{near}"?' if near else ""
    raise ValueError(f'"{typed}" is no day.{hint} Days: {", ".join(DAYS)}.')


def _time(hour: str, minute: str) -> time:
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"{hour}:{minute} is no time of day; they run from 00:00 to 23:59.")
    return time(int(hour), int(minute))


def zone(typed: object) -> ZoneInfo:
    """A time zone by its IANA name."""
    name = filled(typed)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as fault:
        near = nearest(name, sorted(available_timezones()))
        hint = f' Did you mean "{near}"?' if near else ""
        raise ValueError(f'Zones have names such as "Europe/Madrid".{hint}') from fault


def zone_name(typed: object) -> str:
    """The name of a time zone; "" for the publication's."""
    return zone(typed).key if line(typed) else ""


def duration(typed: object) -> timedelta:
    """A length of time, "45m" or "1d 12h"."""
    return read_duration(line(typed))


def positive_duration(typed: object) -> timedelta:
    """A length of time that is not nothing."""
    if not (span := duration(typed)):
        raise ValueError("It has to be longer than nothing.")
    return span


def word_range(typed: object) -> tuple[int, int]:
    """The least and the most number of words."""
    parts = typed if isinstance(typed, list | tuple) else []
    if len(parts) != 2 or not all(isinstance(part, int) and not isinstance(part, bool) for part in parts):
        raise ValueError("Two whole numbers:  [30, 130]")
    low, high = parts
    if not 0 <= low <= high:
        raise ValueError("The first is the smaller one, and neither lies below 0.")
    return low, high


def pattern(typed: object) -> str:
    """The pattern of an issue's title."""
    kept = filled(typed)
    try:
        parts = list(string.Formatter().parse(kept))
    except ValueError as fault:
        raise ValueError("A brace opens or closes alone; one that is meant as such is typed twice: {{ }}") from fault
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in PLACEHOLDERS:
            near = nearest(name, PLACEHOLDERS)
            hint = f" Did you mean {{{near}}}?" if near else ""
            raise ValueError(f"{{{name}}} is not known.{hint}")
        if form or conversion:
            raise ValueError(f"{{{name}}} stands alone between its braces.")
    return kept


def site(typed: object) -> str:
    """The publication's web address, without a final slash; "" if it has none."""
    kept = line(typed)
    if kept and not _is_web(kept):
        raise ValueError('It begins with https:// or http://, such as "https://pulse.example.com".')
    if "?" in kept or "#" in kept:
        raise ValueError("It ends before any ? or #: pages are put behind it.")
    return kept.rstrip("/")


def page(typed: object) -> str:
    """A web or mail address to link to; "" if there is none."""
    kept = line(typed)
    if kept and printed(kept) is None:
        raise ValueError('It begins with https://, http:// or mailto:, such as "https://people.example.com/yoga".')
    return kept


def _is_web(typed: str) -> bool:
    return typed.lower().startswith(("http://", "https://")) and printed(typed) is not None


def sender(typed: object) -> str:
    """A mailbox with or without a name."""
    kept = filled(typed)
    mailbox(kept)
    return kept


def optional_sender(typed: object) -> str:
    """A mailbox with or without a name; "" if not given."""
    return sender(typed) if line(typed) else ""


def mailbox(typed: str) -> str:
    """The bare address of "Tech Pulse <pulse@example.com>", its domain in lower case."""
    bare = parseaddr(typed)[1]
    if not bare:
        raise ValueError('A mailbox reads "Tech Pulse <pulse@example.com>" or "pulse@example.com".')
    return address(bare)


def list_id(typed: object) -> str:
    """A list's name after RFC 2919, 2, without angle brackets; "" if it is to be made from the sender's."""
    kept = line(typed).removeprefix("<").removesuffix(">")
    if kept and not _LIST_ID.fullmatch(kept):
        raise ValueError('It looks like a host name, such as "pulse.example.com".')
    return kept


def list_id_of(typed_sender: str) -> str:
    """The list's name for a sender: pulse@example.com gives pulse.example.com."""
    local, _, domain = mailbox(typed_sender).partition("@")
    return f"{re.sub('[^A-Za-z0-9_-]+', '-', local).strip('-').lower() or 'list'}.{domain}"


def feedback_id(typed: object) -> str:
    """The sender's name in Feedback-ID, which its readers want to be constant; "" if it is to be made."""
    kept = line(typed)
    if kept and not _FEEDBACK_ID.fullmatch(kept):
        raise ValueError("Letters and digits, 5 to 15 of them; never change it.")
    return kept


def feedback_id_of(list_name: str) -> str:
    """The sender's name for a list: its letters and digits, cut or filled up to fit."""
    return f"{re.sub('[^A-Za-z0-9]+', '', list_name).lower()[:15]:x<5}"


def cuts(typed: object) -> tuple[Variant, ...]:
    """The variants of an issue, each once, at least one."""
    known: dict[str, Variant] = {"full": "full", "news": "news", "explainer": "explainer"}
    kept = texts(typed)
    if not kept or len(set(kept)) < len(kept) or not set(kept) <= set(known):
        raise ValueError('Each at most once, such as ["full", "news"].')
    return tuple(known[word] for word in kept)


def domain(typed: object) -> str:
    """A domain in ASCII and small letters; "" for none."""
    kept = line(typed).lower()
    if kept and not (_LIST_ID.fullmatch(kept) and len(kept) <= 253):
        raise ValueError('A domain such as "example.com"; one of another script in its xn-- form.')
    return kept


def selector(typed: object) -> str:
    """The name of a key below _domainkey (RFC 6376, 3.1); "" for none."""
    kept = line(typed).lower()
    if kept and not _SELECTOR.fullmatch(kept):
        raise ValueError("Letters, digits and hyphens, such as pulse2026.")
    return kept


def service(typed: object) -> str:
    """Where a service answers, without a final slash."""
    kept = filled(typed)
    if not _is_web(kept) or "?" in kept or "#" in kept:
        raise ValueError("It begins with https:// and ends before any ? or #.")
    return kept.rstrip("/")


def language(typed: object) -> str:
    """A language tag (BCP 47)."""
    kept = filled(typed)
    if not _LANGUAGE.fullmatch(kept):
        raise ValueError('Language tags read "en", "en-GB", "pt-BR".')
    return kept


def member_id(typed: object) -> str:
    """A member's short name."""
    kept = filled(typed)
    if not _MEMBER_ID.fullmatch(kept):
        raise ValueError('Small letters, digits and hyphens, such as "yoga".')
    return kept


def optional_slot(typed: object) -> SlotTime | None:
    """A time of the week; "" for none."""
    return slot(typed) if line(typed) else None


def rota(typed: object) -> Rota | None:
    """Which weeks are a member's: "weekly", "never", or "2/3", the second of every three weeks."""
    kept = line(typed)
    if kept == "weekly":
        return Rota()
    if kept == "never":
        return None
    match = _TURN.fullmatch(kept)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ValueError('"weekly", "never", or the turn and the number of weeks:  "1/2" and "2/2" take turns.')
    return Rota(turn=int(match[1]), every=int(match[2]))


def away(typed: object) -> tuple[Away, ...]:
    """Days of absence, each "2024-12-20..2025-01-05" or one day."""
    found = []
    for part in texts(typed):
        first, _, last = part.partition("..")
        try:
            one = Away(date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip()))
        except ValueError as fault:
            raise ValueError('Each reads "2024-12-20..2025-01-05", both days included.') from fault
        if one.last < one.first:
            raise ValueError(f'"{part}" ends before it begins.')
        found.append(one)
    return tuple(found)


def new_file(typed: object) -> str:
    """The address of a form that makes a file, with {path} in it and {text} if it takes one; "" if there is none."""
    kept = line(typed)
    if kept and (not _is_web(re.sub(r"\{(?:path|text)\}", "x", kept)) or "{path}" not in kept):
        raise ValueError('Such as "https://forge.example.com/team/pulse/new/main?filename={path}&value={text}".')
    return kept


def colour(typed: object) -> str:
    """A colour as "#rrggbb" in lower case; "#rgb" is taken as well."""
    kept = line(typed).lower()
    if not _COLOUR.fullmatch(kept):
        raise ValueError('A # and three or six of the signs 0-9 and a-f:  "#0b57b0"')
    return kept if len(kept) == 7 else "#" + "".join(sign * 2 for sign in kept[1:])


def fonts(typed: object) -> str:
    """Families of fonts as CSS lists them, those of several words in single quotation marks; the last is generic."""
    parts = line(typed).split(",") if isinstance(typed, str) else texts(typed)
    families = [_family(part) for part in parts]
    if not families or families[-1] not in _GENERIC:
        raise ValueError(f"The last family is one that every program has: {', '.join(_GENERIC)}.")
    listed = ",".join(families)
    if len(listed) > _FONTS_MOST:
        raise ValueError(f"At most {_FONTS_MOST} signs: every cell of a letter repeats them.")
    return listed


def _family(typed: str) -> str:
    bare = typed.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        bare = bare[1:-1]
    bare = " ".join(bare.split(" ")).strip()
    if not _FAMILY.fullmatch(bare):
        raise ValueError(
            f'"{bare}" is no family of fonts: letters, digits, blanks and hyphens, families apart by commas.'
        )
    if bare.lower() in _KEYWORDS:
        raise ValueError(f'"{bare}" is a word of style sheets, and no family of fonts.')
    if bare.lower() in _GENERIC:
        return bare.lower()
    return bare if _BARE_FAMILY.fullmatch(bare) else f"'{bare}'"


def picture(typed: object) -> str:
    """The path of a picture in the workspace, with forward slashes; "" for none."""
    kept = line(typed)
    if kept and (not _PICTURE.fullmatch(kept) or kept.startswith("var/")):
        raise ValueError('A PNG, JPEG or GIF inside the workspace, from its folder on:  "images/logo.png"')
    return kept


def whole(low: int, high: int) -> Callable[[object], int]:
    """The gate for whole numbers from `low` to `high`."""

    def gate(typed: object) -> int:
        if not isinstance(typed, int) or isinstance(typed, bool):
            raise ValueError("A number without quotation marks and without a point.")  # noqa: TRY004  as above
        if not low <= typed <= high:
            raise ValueError(f"The least is {low}, the most {high}.")
        return typed

    return gate
