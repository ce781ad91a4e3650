"""Header fields: settings read as mailboxes, values refused or encoded (RFC 5322, RFC 2047)."""

from __future__ import annotations

import base64
import re
import unicodedata

from newsletter.errors import CannotSend
from newsletter.model.audience import Address, address

_TYPED = re.compile(r"\s*(?:(?P<name>[^<>]*?)\s*<(?P<inside>[^<>]*)>|(?P<bare>[^<>]*))\s*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_FOLDABLE = re.compile(r"[!-~]{1,60}( [!-~]{1,60})*")
_BARE_WORD_SIGNS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_LINE = 76
#: Joins the sign before it and the one behind it into one.
_JOINER = "\u200d"
_SKINS = re.compile("[\U0001f3fb-\U0001f3ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}|\U0001f3f4[\U000e0020-\U000e007f]+")
#: Signs that the newer standard for names keeps (RFC 5891; Unicode TR 46, 7).
_DEVIATES = re.compile("[\u00df\u03c2\u200c\u200d]")
_MAILBOX_MEND = "Write one mailbox, such as: Tech Pulse <pulse@example.com>"


def mailbox(setting: str, typed: str) -> tuple[str, Address]:
    """Read "Tech Pulse <pulse@example.com>" or a bare address: the name, "" if there is none, and the address.

    A domain of another script comes as its A-label (RFC 5890, 2.3.2.1).
    Raises CannotSend, naming the setting, for what is not one mailbox that every relay takes.
    """
    match = _TYPED.fullmatch(typed)
    name, inside = (match["name"] or "", match["inside"] or match["bare"] or "") if match else ("", "")
    try:
        checked = in_ascii(address(inside))
    except ValueError as fault:
        raise CannotSend(f"{setting} = {typed!r}: {fault}", mend=_MAILBOX_MEND) from fault
    if not checked.isascii():
        raise CannotSend(f"{setting} = {typed!r} has letters outside ASCII before the @", mend=_MAILBOX_MEND)
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, checked


def in_ascii(mailbox_address: Address) -> Address:
    """The address with its domain as A-labels; what comes back is still not ASCII where no A-label exists."""
    if mailbox_address.isascii():
        return mailbox_address
    local, domain = mailbox_address.rsplit("@", 1)
    try:
        return Address(f"{local}@{'.'.join(map(_a_label, domain.split('.')))}")
    except UnicodeError:
        return mailbox_address


def _a_label(label: str) -> str:
    if not _DEVIATES.search(label):
        return label.encode("idna").decode()
    # The library knows the older standard, by which these signs are written as others: the name of somebody else.
    return "xn--" + unicodedata.normalize("NFC", label.lower()).encode("punycode").decode()


def domain_of(mailbox_address: Address) -> str:
    return mailbox_address.rsplit("@", 1)[1]


def text_field(name: str, value: str) -> bytes:
    """One field of free text, folded, with its line break; words outside ASCII as encoded words.

    Raises CannotSend for a value that is empty, or has a line break or a NUL, which would begin another field.
    """
    _refuse(name, value)
    if _FOLDABLE.fullmatch(value) and "=?" not in value:
        return _folded(name, value.split(" "))
    return _folded(name, _encoded_words(name, value))


def named_field(name: str, phrase: str, inside: str) -> bytes:
    """One field of the form `phrase <inside>`, folded, with its line break; without a phrase only `<inside>`.

    Raises CannotSend for a line break or a NUL in either.
    """
    _refuse(name, phrase + inside)
    words: list[str] = []
    if phrase and "=?" not in phrase and _ATOMS.fullmatch(phrase) and _FOLDABLE.fullmatch(phrase):
        words = phrase.split(" ")
    elif phrase and "=?" not in phrase and len(phrase) <= 40 and phrase.isascii() and phrase.isprintable():
        words = ['"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"']
    elif phrase:
        words = _encoded_words(name, phrase)
    return _folded(name, [*words, f"<{inside}>"])


def _refuse(name: str, value: str) -> None:
    if not value.strip():
        raise CannotSend(f"The {name} of the letters is empty", mend="Give it a line.")
    if any(sign in "\r\n\0" or "\ud800" <= sign <= "\udfff" for sign in value):
        raise CannotSend(
            f"The {name} of the letters holds a line break or a broken character: {value!r}",
            mend="Write it on one line.",
        )


def _folded(name: str, words: list[str]) -> bytes:
    lines = [f"{name}: {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _encoded_words(name: str, value: str) -> list[str]:
    # Of the two encodings the one that makes the header shorter. No word is cut inside a character (RFC 2047, 5), nor,
    # if it fits into one, inside what people see as a single sign: some programs put a space between words.
    raw = value.encode()
    plain = sum(octet in _BARE_WORD_SIGNS or octet == 32 for octet in raw)
    as_base64 = (len(raw) + 2) // 3 * 4 < plain + 3 * (len(raw) - plain)
    room = _LINE - len(f"{name}: =?utf-8?q??=")
    words: list[str] = []
    chunk = ""
    for cluster in _clusters(value):
        fits = len(_payload(cluster, as_base64=as_base64)) <= room
        for sign in (cluster,) if fits else cluster:
            if chunk and len(_payload(chunk + sign, as_base64=as_base64)) > room:
                words.append(chunk)
                chunk = ""
            chunk += sign
    words.append(chunk)
    kind = "b" if as_base64 else "q"
    return [f"=?utf-8?{kind}?{_payload(word, as_base64=as_base64)}?=" for word in words]


def _clusters(text: str) -> list[str]:
    """The text cut into what people see as single signs, as far as categories tell: UAX 29 in short."""
    found: list[str] = []
    for sign in text:
        last = found[-1] if found else ""
        belongs = unicodedata.category(sign).startswith("M") or sign == _JOINER or _SKINS.match(sign)
        if last and (belongs or last.endswith(_JOINER) or _FLAG.fullmatch(last + sign)):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _payload(text: str, *, as_base64: bool) -> str:
    raw = text.encode()
    if as_base64:
        return base64.b64encode(raw).decode()
    return "".join(chr(n) if n in _BARE_WORD_SIGNS else "_" if n == 32 else f"={n:02X}" for n in raw)
