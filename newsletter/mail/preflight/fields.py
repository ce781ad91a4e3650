"""Header fields: each that must be there, once, in words that every receiver reads (RFC 5322, 2047, 8058, 2919)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.utils import getaddresses
from urllib.parse import urlsplit

from newsletter.mail.preflight.findings import Finding, error, warning
from newsletter.mail.preflight.reading import Field, Opened

#: Once, neither more nor less.
_ONCE = ("From", "To", "Date", "Message-ID", "MIME-Version", "Subject", "Content-Type")
#: Once at most (RFC 5322, 3.6), with those of lists.
_AT_MOST_ONCE = (
    *("Sender", "Reply-To", "In-Reply-To", "References", "Content-Transfer-Encoding"),
    *("List-Help", "List-Subscribe", "List-Post", "List-Owner", "List-Archive"),
)
#: What a letter to one reader never bears: other recipients, and what only relays and receivers write.
_NEVER = re.compile(r"(?i)b?cc|resent-.*|received|return-path|x-envelope-.*|disposition-notification-to|errors-to")
_ONE_CLICK = "List-Unsubscribe=One-Click"
#: One address in angle brackets, with a comment perhaps (RFC 2369, 2).
_IN_BRACKETS = re.compile(r"\s*<([^<>\s]+)>\s*(?:\([^()]*\)\s*)?(?:,(?=\s*<)|$)")
#: A name in quotation marks may hold any sign, angle brackets too (RFC 2919, 3; RFC 5322, 3.2.4).
_LIST_ID = re.compile(r'(?:[^<>"]|"(?:[^"\\]|\\.)*")*<([^<>]*)>')
_DOTTED = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)+")
_FEEDBACK_PART = re.compile(r"[!-9;-~]+")
_WORD = re.compile(r"=\?([^?\s]*)\?([A-Za-z])\?([^?\s]*)\?=")
#: Fields in which words of people stand.
_OF_WORDS = ("subject", "from", "reply-to", "to", "list-id", "sender")
_OURS = "It is a fault of this program or of a template: report it, and send nothing until it is mended."
_HTTPS = "Set publication.base_url to an https address, and draft the issue again."
_SETTINGS = "Mend it under [mail] in newsletter.toml."


def about_fields(letter: Opened) -> Iterator[Finding]:
    """P1: each field that a letter needs is there once, and names one sender and this reader."""
    for name in _ONCE:
        count = len(letter.all(name))
        if count != 1:
            yield error("P1-one-of-each", f"The letters have {count or 'no'} {name} field{'s'[: count > 1]}.", _OURS)
    for name in _AT_MOST_ONCE:
        if len(letter.all(name)) > 1:
            yield error("P1-one-of-each", f"The letters have {len(letter.all(name))} {name} fields.", _OURS)
    senders = getaddresses([letter.only("From")])
    if letter.only("From") and (len(senders) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", senders[0][1])):
        yield error("P1-one-of-each", "From does not hold one address.", "Write one mailbox under mail.from.")
    recipient = letter.letter.recipient
    if (
        recipient.isascii()
        and letter.all("To")
        and [one for _, one in getaddresses([letter.only("To")])] != [recipient]
    ):
        yield error("P1-one-of-each", "To does not name the reader, and nobody else.", _OURS)
    if letter.only("MIME-Version") not in ("", "1.0"):
        yield error("P1-one-of-each", "MIME-Version is not 1.0.", _OURS)
    subject = _told(letter.only("Subject"))
    if letter.all("Subject") and subject is not None and not any(map(_is_seen, subject)):
        yield error("P1-subject", "The subject is empty.", 'Give the issue one, in issue.toml:  subject = "…"')


def about_one_click(letter: Opened, base_url: str) -> Iterator[Finding]:
    """P2: a mail program can end the subscription by itself."""
    leaving, posting = letter.all("List-Unsubscribe"), letter.all("List-Unsubscribe-Post")
    if not base_url:
        yield warning(
            "P2-one-click",
            "Mail programs show no button to unsubscribe: the publication has no site that one could lead to. "
            "Gmail and Yahoo ask it of whoever writes to many.",
            _HTTPS,
        )
        if not leaving and not posting:
            return
    if len(leaving) != 1:
        yield error("P2-one-click", f"The letters have {len(leaving) or 'no'} List-Unsubscribe.", _OURS)
    elif (found := _addresses(leaving[0])) is None:
        yield error("P2-one-click", "List-Unsubscribe does not hold addresses in angle brackets.", _OURS)
    else:
        yield from _about_leaving(found, base_url)
    if base_url and posting != (_ONE_CLICK,):
        yield error("P2-one-click", f"List-Unsubscribe-Post is not, once, {_ONE_CLICK}.", _OURS)
    elif not base_url and posting:
        yield error("P2-one-click", "List-Unsubscribe-Post promises what no site can keep.", _OURS)


def _about_leaving(addresses: tuple[str, ...], base_url: str) -> Iterator[Finding]:
    schemes = [urlsplit(one).scheme.lower() for one in addresses]
    web = [one for one, scheme in zip(addresses, schemes, strict=True) if scheme in ("http", "https")]
    if set(schemes) - {"http", "https", "mailto"} or (base_url and len(web) != 1) or (not base_url and web):
        yield error("P2-one-click", "List-Unsubscribe does not hold one https address, and mailto at most.", _OURS)
    elif web and urlsplit(web[0]).scheme.lower() != "https":
        what = "The address in List-Unsubscribe is not https: no mail program posts to it."
        here = (urlsplit(base_url).hostname or "") in ("localhost", "127.0.0.1", "::1")
        # A trial on one's own machine has no certificate, and no reader.
        yield (warning if here else error)("P2-one-click", what, _HTTPS)
    if web and not web[0].startswith(f"{base_url}/"):
        yield error("P2-one-click", "The address in List-Unsubscribe is not below base_url.", "Draft the issue again.")


def about_list(letter: Opened, list_id: str) -> Iterator[Finding]:
    """P8: filters know the list by one name; `list_id` is that of the settings, "" if it is made from the sender."""
    names = letter.all("List-Id")
    match = _LIST_ID.fullmatch(names[0]) if len(names) == 1 else None
    wanted = list_id.strip().removeprefix("<").removesuffix(">").lower()
    if match is None:
        yield error("P8-list-id", "The letters have no List-Id of the form: Name <list.example.com>.", _SETTINGS)
    elif len(match[1]) > 255 or not _DOTTED.fullmatch(match[1]):
        yield error(
            "P8-list-id",
            "List-Id is not a name below a domain, in ASCII, of at most 255 octets.",
            "Set mail.list_id to something like:  pulse.example.com",
        )
    elif wanted and match[1].lower() != wanted:
        yield error("P8-list-id", "List-Id is not the mail.list_id of the settings.", _OURS)
    elif not wanted and letter.sender_domain and not f".{match[1].lower()}".endswith(f".{letter.sender_domain}"):
        yield error("P8-list-id", "List-Id is not below the sender's domain.", _SETTINGS)
    for field in letter.fields:
        name = field.name.lower()
        if not name.startswith("list-") or name in ("list-id", "list-unsubscribe", "list-unsubscribe-post"):
            continue
        if _addresses(field.value) is None and not (name == "list-post" and field.value.upper() == "NO"):
            yield error("P8-list-id", f"{field.name} does not hold addresses in angle brackets.", _OURS)


def about_feedback(letter: Opened, feedback_id: str) -> Iterator[Finding]:
    """P9: Gmail can tell whose letters readers complain of; `feedback_id` as in the settings, "" if it is made."""
    found = letter.all("Feedback-ID")
    parts = found[0].split(":") if len(found) == 1 else []
    if not 1 <= len(parts) <= 4 or not all(map(_FEEDBACK_PART.fullmatch, parts)):
        yield error("P9-feedback-id", "The letters have no Feedback-ID of the form a:b:c:sender.", _SETTINGS)
    elif not 5 <= len(parts[-1]) <= 15:
        yield error(
            "P9-feedback-id", "The sender's name in Feedback-ID has not 5 to 15 signs.", "Set mail.feedback_id."
        )
    elif feedback_id and parts[-1] != feedback_id:
        yield error("P9-feedback-id", "Feedback-ID does not end in the mail.feedback_id of the settings.", _OURS)


def about_words(letter: Opened) -> Iterator[Finding]:
    """P12: words of people are encoded so that each receiver reads them, and none begins another field."""
    if letter.stray or any(_NEVER.fullmatch(field.name) for field in letter.fields):
        yield error(
            "P12-injection",
            "The header holds a line or a field that we never write.",
            "Look for a line break in the subject, the publication's name, the addresses under [mail].",
        )
    for field in letter.fields:
        for fault in dict.fromkeys(_faults_of_words(field)):
            yield error("P12-header-words", f"{field.name} {fault}.", _OURS)


def _faults_of_words(field: Field) -> Iterator[str]:
    if not field.raw.isascii():
        yield "has octets outside ASCII"
    if any((octet < 32 and octet not in b"\t\r\n\0") or octet == 127 for octet in field.raw):
        yield "has a control character"
    if field.name.lower() not in _OF_WORDS:
        return
    value = field.value
    if "=?" in _WORD.sub("", value):
        yield "has an encoded word that is cut off"
    for word in _WORD.finditer(value):
        if len(word[0]) > 75:
            yield "has an encoded word of more than 75 octets"
        told = _told(word[0], strict=True)
        if told is None:
            yield "has an encoded word that no receiver can read, perhaps cut inside a character"
        elif any(sign in told for sign in "\r\n\0"):
            yield "has a line break or a NUL in an encoded word"
    if any(b"=?" in line and len(line) > 76 for line in field.raw.split(b"\r\n")):
        yield "has an encoded word on a line of more than 76 octets"


def _is_seen(sign: str) -> bool:
    """Whether a sign leaves ink: no blank, no control, none of no width."""
    return unicodedata.category(sign) not in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _told(value: str, *, strict: bool = False) -> str | None:
    """The words of a field; None for what cannot be decoded, if strict, otherwise with replacement characters."""
    out = ""
    try:
        for words, charset in decode_header(value):
            octets = words.encode("latin-1", "replace") if isinstance(words, str) else words
            out += octets.decode(charset or "ascii", "strict" if strict else "replace")
    except (LookupError, ValueError, MessageError):
        return None
    return out


def _addresses(value: str) -> tuple[str, ...] | None:
    """The addresses of a List- field; None if anything else stands there."""
    found = []
    at = 0
    while match := _IN_BRACKETS.match(value, at):
        found.append(match[1])
        at = match.end()
        if at == len(value):
            return tuple(found)
    return None
