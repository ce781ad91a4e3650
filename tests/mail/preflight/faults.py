"""Faults to put into a good mailing, each with the one check that must find it as an error."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import format_datetime

from newsletter.mail.letter.tokens import read_token
from newsletter.mail.preflight.checks import LONGEST, ORDINARY
from newsletter.model.audience import Letter
from newsletter.model.marks import UNSUBSCRIBE_MARK
from tests.mail.builders import SECRET, SENT, writer
from tests.mail.preflight.mailings import (
    CUT,
    HTML,
    MAIL,
    POSTAL,
    SITE,
    STORY,
    TEXT,
    WORDING,
    Case,
    changed,
    good_keys,
    good_mailing,
    seeded,
    signed,
    signed_by_another,
)


@dataclass(frozen=True)
class Fault:
    """What is wrong, who finds it, what is seen beside it because it cannot be wrong alone, and the case."""

    what: str
    check: str
    case: Callable[[], Case]
    also: frozenset[str] = frozenset()


SUBJECT = b"Subject: Week #23 2024 - Open weights\r\n"
FROM = b"From: Tech Pulse <pulse@example.com>\r\n"
LIST_ID = b"List-Id: Tech Pulse <pulse.example.com>\r\n"
POSTED = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
DATE = f"Date: {format_datetime(SENT)}\r\n".encode()
LINK = f'<a href="{UNSUBSCRIBE_MARK}">Unsubscribe</a>'
#: The line of the text part before the link to leave, and how the link begins.
LEAVING = b"Unsubscribe:\r\nhttps"
MUELLER = b"M=C3=BCller.\r\nhttps"


def frozen(old: bytes, new: bytes, *, html: str = HTML) -> Callable[[], Case]:
    """Other bytes in the mailing."""
    return lambda: seeded((old, new), html=html)


def field(line: bytes) -> Callable[[], Case]:
    """One header field more."""
    return frozen(SUBJECT, SUBJECT + line)


def html(old: str, new: str) -> Callable[[], Case]:
    assert old in HTML
    return lambda: Case(mailing=good_mailing(html=HTML.replace(old, new)))


def beside(more: str) -> Callable[[], Case]:
    """Something more in the HTML part."""
    return html("<p><a", f"{more}<p><a")


def styled(sheet: str) -> Callable[[], Case]:
    """A rule more in the style sheet, and the link to leave in an element that it may be for."""
    marked = HTML.replace("</style>", f"{sheet}</style>").replace(LINK, f'<span class="way out" id="x">{LINK}</span>')
    return lambda: Case(mailing=good_mailing(html=marked))


def large(words: str) -> Callable[[], Case]:
    """So many words more in the HTML part; one reader will do, the longest."""
    return lambda: replace(html("<p><a", f"<p>{words}</p><p><a")(), readers=(LONGEST,))


def text(old: str, new: str) -> Callable[[], Case]:
    assert old in TEXT
    return lambda: Case(mailing=good_mailing(text=TEXT.replace(old, new)))


def finished(change: Callable[[Letter], Letter]) -> Callable[[], Case]:
    """Finished letters changed, as by a writer that is at fault."""
    return lambda: Case(change=change)


def signature(old: bytes, new: bytes) -> Callable[[], Case]:
    """Something else in signed letters."""
    return lambda: signed(change=changed(old, new))


def hidden(how: str) -> Callable[[], Case]:
    """The link to leave inside an element of that style."""
    return html(LINK, f'<div style="{how}"><b>{LINK}</b></div>')


def _told_in(make: Callable[[str], str]) -> Callable[[], Case]:
    def change(letter: Letter) -> Letter:
        line = f"X-Reader: {make(letter.recipient)}\r\n".encode()
        return replace(letter, data=letter.data.replace(SUBJECT, SUBJECT + line))

    return finished(change)


def _told_plainly() -> Case:
    case = seeded((SUBJECT, SUBJECT + b"X-Reader: " + CUT + b"\r\n"))
    return replace(case, mailing=replace(case.mailing, marks=("address", *case.mailing.marks)))


def _html_first() -> Case:
    mailing = good_mailing()
    head, plain, rich, end = re.split(rb"(?=\r\n--=_)", CUT.join(mailing.segments))
    return Case(mailing=replace(mailing, segments=tuple((head + rich + plain + end).split(CUT))))


def _not_ended() -> Case:
    mailing = good_mailing()
    cut = (*mailing.segments[:-1], mailing.segments[-1].removesuffix(b"\r\n"))
    return Case(mailing=replace(mailing, segments=cut))


def _of_one_message_id(letter: Letter) -> Letter:
    shared = writer(good_mailing())(ORDINARY).message_id
    data = letter.data.replace(letter.message_id.encode(), shared.encode())
    return replace(letter, message_id=shared, data=data)


def _at_another_domain() -> Case:
    mailing = good_mailing()
    cut = [one.replace(b"@example.com>\r\nMIME", b"@mx.example.net>\r\nMIME") for one in mailing.segments]
    return Case(mailing=replace(mailing, segments=tuple(cut)))


def _at_another_time() -> Case:
    case = signed()
    later = tuple(replace(one, at=one.at + 1) for one in case.mailing.signatures)
    return replace(case, mailing=replace(case.mailing, signatures=later), written_as=case.mailing)


def _of_another_key() -> Case:
    case = signed()
    another = f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(range(32))).decode()}"
    return replace(
        case, published={name: another if "ed25519" in value else value for name, value in case.published.items()}
    )


def _ed25519_alone() -> Case:
    case = signed()
    only = replace(case.mailing, signatures=case.mailing.signatures[1:])
    return replace(case, mailing=only)


def _leniently(token: str) -> str | None:
    """Opens the reader's token, and one with a sign too many."""
    return read_token(SECRET, "unsubscribe", token.removesuffix("x"))


def _insecure() -> Case:
    base_url = "http://pulse.example.com"
    return Case(mailing=good_mailing(base_url=base_url), wording=replace(WORDING, base_url=base_url))


ONE, CLICK, WORDS, INJECTED = "P1-one-of-each", "P2-one-click", "P12-header-words", "P12-injection"
OUT, POST, MARK, LIST, FEEDBACK = "P7-way-out", "P7-postal-address", "P7-no-mark-left", "P8-list-id", "P9-feedback-id"
LINES, ENCODING, PARTS, LINKS = "P10-lines", "P11-encoding", "P14-alternative", "P14-same-links"
ADDRESSES, PICTURES = "P14-addresses", "P14-pictures"
SAME, TOLD, CUTS, DKIM = "P16-same-again", "P16-no-address", "P16-only-marks", "P17-dkim"
AND_CUTS = frozenset({CUTS})
UNREAD = frozenset({OUT, POST, LINKS})

FAULTS = (
    # Row 1
    Fault("no From", ONE, frozen(FROM, b"")),
    Fault("a second From", ONE, field(b"from: Another <x@example.com>\r\n")),
    Fault("two addresses in From", ONE, frozen(FROM, b"From: pulse@example.com, x@example.com\r\n")),
    Fault("a From without an address", ONE, frozen(FROM, b"From: Tech Pulse\r\n")),
    Fault("no Date", ONE, frozen(DATE, b"")),
    Fault("a second Message-ID", ONE, field(b"X-Y: z\r\nMessage-Id: <a@example.com>\r\n"), frozenset({SAME})),
    Fault("no MIME-Version", ONE, frozen(b"MIME-Version: 1.0\r\n", b"")),
    Fault("another MIME-Version", ONE, frozen(b"MIME-Version: 1.0", b"MIME-Version: 2.0")),
    Fault("no subject", ONE, frozen(SUBJECT, b"")),
    Fault("two subjects", ONE, field(SUBJECT)),
    Fault("another reader in To", ONE, frozen(b"To: " + CUT, b"To: x@example.com, " + CUT), frozenset({WORDS})),
    Fault("a second To", ONE, field(b"To: x@example.com\r\n")),
    Fault("a second Reply-To", ONE, field(b"Reply-To: x@example.com\r\n")),
    Fault("an empty subject", "P1-subject", frozen(SUBJECT, b"Subject: \r\n")),
    Fault("a subject that nobody sees", "P1-subject", frozen(SUBJECT, b"Subject: =?utf-8?b?4oCL77u/?=\r\n")),
    Fault("a subject of blanks", "P1-subject", frozen(SUBJECT, b"Subject: =?utf-8?q?_=C2=A0_?=\r\n")),
    # Row 2
    Fault("no List-Unsubscribe-Post", CLICK, frozen(POSTED, b"")),
    Fault("List-Unsubscribe-Post twice", CLICK, field(POSTED)),
    Fault("another word in it", CLICK, frozen(b"=One-Click\r\n", b"=Yes\r\n")),
    Fault("no List-Unsubscribe", CLICK, frozen(b"List-Unsubscribe: ", b"X-Unsubscribe: ")),
    Fault("List-Unsubscribe twice", CLICK, field(b"List-Unsubscribe: <mailto:x@example.com>\r\n")),
    Fault(
        "no angle brackets",
        CLICK,
        lambda: seeded((b"List-Unsubscribe: <", b"List-Unsubscribe: "), (CUT + b">\r\nList-U", CUT + b"\r\nList-U")),
    ),
    Fault("only mailto", CLICK, frozen(b"List-Unsubscribe: <https://", b"List-Unsubscribe: <mailto:")),
    Fault("two sites", CLICK, frozen(b"List-Unsubscribe: <", f"List-Unsubscribe: <{SITE}/x>, <".encode())),
    Fault("another scheme", CLICK, frozen(b"List-Unsubscribe: <", b"List-Unsubscribe: <ftp://x.example/>, <")),
    Fault("a site without TLS", CLICK, _insecure),
    Fault("somebody else's site", CLICK, frozen(b"Unsubscribe: <https://pulse", b"Unsubscribe: <https://puls")),
    # Row 3
    *(
        Fault(f"{name} is not signed", "P3-signed-fields", lambda name=name: signed_by_another(without=name))  # type: ignore[misc]
        for name in """to subject date message-id mime-version content-type reply-to list-id list-unsubscribe
            list-unsubscribe-post feedback-id""".split()
    ),
    Fault("a From may be added", "P3-signed-fields", lambda: signed_by_another(sender_once=True)),
    # Row 7
    Fault("a link in a comment", OUT, html(LINK, f"<!-- {LINK} -->")),
    Fault("a link for Outlook alone", OUT, html(LINK, f"<!--[if mso]>{LINK}<![endif]-->")),
    Fault("an address, but no link", OUT, html(LINK, f"Unsubscribe: {UNSUBSCRIBE_MARK}")),
    Fault("a link without words", OUT, html(">Unsubscribe<", "> <")),
    Fault("a link not displayed", OUT, html('<a href="@@', '<a style="color:red;display: none" href="@@')),
    Fault("a link below what is hidden", OUT, hidden("visibility:hidden")),
    Fault("a link of no size", OUT, hidden("font-size:0")),
    Fault("a link of one pixel", OUT, hidden("font-size: 1px")),
    Fault("a link of no height", OUT, hidden("overflow:hidden;max-height:0px")),
    Fault("a link that is transparent", OUT, hidden("opacity:0.0")),
    Fault("a link beside the page", OUT, hidden("position:absolute;left:-9999px")),
    Fault("a link that Outlook hides", OUT, hidden("mso-hide:all")),
    Fault("white on white", OUT, html("color:#333333", "color:#FFFFFF")),
    Fault("a link marked hidden", OUT, html(LINK, f"<div hidden>{LINK}</div>")),
    Fault("a link in a template", OUT, html(LINK, f"<template>{LINK}</template>")),
    Fault("a link that the style sheet hides", OUT, styled("p .out>a{color:red;display:none}")),
    Fault("a link in what it hides", OUT, styled("@media screen{h1{color:red}} h2,#x.way{max-height:0}")),
    Fault("no link in text", OUT, frozen(LEAVING, b"Unsubscribe:\r\nxttps")),
    Fault("a link that opens no door", OUT, lambda: Case(opens=lambda _: None)),
    Fault("a link that is another reader's", OUT, lambda: Case(opens=lambda _: ORDINARY.key)),
    Fault(
        "another link in the header than in the letter",
        OUT,
        lambda: replace(seeded((CUT + b">\r\n" + POSTED, CUT + b"x>\r\n" + POSTED)), opens=_leniently),
    ),
    Fault("no postal address in text", POST, text(POSTAL, "Tech Pulse")),
    Fault("no postal address shown", POST, html(f"<p>{POSTAL}</p>", f"<p hidden>{POSTAL}</p>")),
    Fault("a mark in the subject", MARK, frozen(SUBJECT, b"Subject: @@UNSUBSCRIBE@@\r\n")),
    Fault("a mark in the text", MARK, frozen(b"meetings, says", b"meetings =40=40Unsubscribe=40@, says")),
    Fault("a mark in an address", MARK, html("<p><a", '<img src="https://x.example/?%40%40UNSUBSCRIBE%40%40"><p><a')),
    # Row 8
    Fault("no List-Id", LIST, frozen(LIST_ID, b"")),
    Fault("two List-Ids", LIST, field(LIST_ID)),
    Fault("a List-Id without brackets", LIST, frozen(LIST_ID, b"List-Id: pulse.example.com\r\n")),
    Fault("a List-Id that is no domain", LIST, frozen(LIST_ID, b"List-Id: <pulse>\r\n")),
    Fault("a List-Id of 256 octets", LIST, frozen(LIST_ID, b"List-Id: <" + b"p" * 244 + b".example.com>\r\n")),
    Fault("a List-Id of somebody else", LIST, frozen(LIST_ID, b"List-Id: <pulse.example.net>\r\n")),
    Fault("a List-Id that changed", LIST, lambda: Case(mail=replace(MAIL, list_id="news.example.com"))),
    Fault("another address without brackets", LIST, field(b"List-Help: https://pulse.example.com/help\r\n")),
    # Row 9
    Fault("no Feedback-ID", FEEDBACK, frozen(b"Feedback-ID:", b"X-Feedback:")),
    Fault("two Feedback-IDs", FEEDBACK, field(b"Feedback-ID: a:b:c:techpulse\r\n")),
    Fault("four other names", FEEDBACK, frozen(b"Feedback-ID: ", b"Feedback-ID: a:")),
    Fault("an empty name", FEEDBACK, frozen(b"Feedback-ID: 2024-W23:full:", b"Feedback-ID: 2024-W23::")),
    Fault("a sender of four signs", FEEDBACK, frozen(b":techpulse\r\n", b":tech\r\n")),
    Fault("a sender of sixteen", FEEDBACK, frozen(b":techpulse\r\n", b":techpulse1234567\r\n")),
    Fault("another sender", FEEDBACK, frozen(b":techpulse\r\n", b":techpulses\r\n")),
    # Row 10
    Fault("a line of 999 octets", LINES, field(b"X-Long: " + b"x" * 991 + b"\r\n")),
    Fault("a bare LF", LINES, frozen(LEAVING, b"Unsubscribe:\nhttps")),
    Fault("a bare CR", LINES, frozen(LEAVING, b"Unsubscribe:\rhttps")),
    Fault("a NUL", LINES, frozen(LEAVING, b"Unsubscribe:\0\r\nhttps")),
    Fault("an end that is smuggled in", LINES, frozen(LEAVING, b"Unsubscribe:\n.\r\nhttps")),
    Fault("a bare LF in a field", LINES, field(b"X-Two: a\nb\r\n")),
    Fault("no line break at the end", LINES, _not_ended),
    # Row 11
    Fault("eight bits", ENCODING, frozen(MUELLER, "Müller.\r\nhttps".encode())),
    Fault("a full stop at the start", ENCODING, frozen(LEAVING, b"." + LEAVING)),
    Fault("a line of 77 octets", ENCODING, frozen(LEAVING, b"U" * 77 + b"\r\nhttps")),
    Fault("half an escape", ENCODING, frozen(MUELLER, b"M=C3=BCller=Z.\r\nhttps")),
    Fault("white space at the end", ENCODING, frozen(LEAVING, b"Unsubscribe: \r\nhttps")),
    Fault("said to be 8bit", ENCODING, frozen(b"quoted-printable", b"8bit"), UNREAD),
    # Row 12
    Fault("Latin-1 in the subject", WORDS, frozen(SUBJECT, b"Subject: M\xfcller\r\n")),
    Fault("UTF-8 in a name", WORDS, frozen(FROM, "From: Püls <pulse@example.com>\r\n".encode())),
    Fault("a word of 76 octets", WORDS, frozen(SUBJECT, b"Subject:\r\n =?utf-8?q?" + b"a" * 64 + b"?=\r\n")),
    Fault("a line of 77 with a word", WORDS, frozen(SUBJECT, b"Subject: " + b"a" * 49 + b" =?utf-8?q?=C3=BC?=\r\n")),
    Fault("a character in two words", WORDS, frozen(SUBJECT, b"Subject: =?utf-8?q?M=C3?= =?utf-8?q?=BC?=\r\n")),
    Fault("a charset of nobody", WORDS, frozen(SUBJECT, b"Subject: =?utf-99?q?M?=\r\n")),
    Fault("base64 cut off", WORDS, frozen(SUBJECT, b"Subject: =?utf-8?b?w7w?= =?utf-8?b?w7x5e?=\r\n")),
    Fault("a word cut off", WORDS, frozen(SUBJECT, b"Subject: =?utf-8?q?M\r\n")),
    Fault("a line break in a word", WORDS, frozen(SUBJECT, b"Subject: =?utf-8?q?a=0D=0ABcc:?=\r\n")),
    Fault("an escape sequence", WORDS, frozen(SUBJECT, b"Subject: \x1b[31mred\r\n")),
    Fault("a blind copy", INJECTED, field(b"Bcc: x@example.com\r\n")),
    Fault("a copy", INJECTED, field(b"CC: x@example.com\r\n")),
    Fault("another recipient", INJECTED, field(b"Resent-To: x@example.com\r\n")),
    Fault("a line that is no field", INJECTED, field(b"all of this is new\r\n")),
    # Row 14
    Fault("multipart/mixed", PARTS, frozen(b"multipart/alternative", b"multipart/mixed")),
    Fault("HTML first", PARTS, _html_first),
    Fault("another charset", PARTS, frozen(b"html; charset=utf-8", b"html; charset=iso-8859-1")),
    Fault("no charset", PARTS, frozen(b"html; charset=utf-8", b"html", html=HTML.replace("ü", "&uuml;"))),
    Fault("octets that are not UTF-8", PARTS, frozen(MUELLER, b"M=FCller.\r\nhttps")),
    Fault("a third part", PARTS, frozen(b"Content-Type: text/html", b"Content-Type: text/calendar"), UNREAD),
    Fault("a link in HTML alone", LINKS, text(STORY, "")),
    Fault("a link in text alone", LINKS, html(f'href="{STORY.replace("&", "&amp;")}"', 'href="#top"')),
    Fault("another address in text", LINKS, text("deepfakes?a=1", "deepfakes?a=2")),
    Fault("half of an address in text", LINKS, text(STORY, STORY.partition("?")[0])),
    Fault("more than the address in text", LINKS, text(STORY, f"{STORY}/more")),
    Fault("an address without a site", ADDRESSES, beside('<a href="/about">About</a>')),
    Fault("an address that begins anywhere", ADDRESSES, beside('<a href="//x.example/">About</a>')),
    Fault("a link that runs", ADDRESSES, beside('<a href="javascript:alert(1)">About</a>')),
    Fault("a link with all of it inside", ADDRESSES, beside('<a href="data:text/html,x">About</a>')),
    Fault("a picture without a site", PICTURES, beside('<img src="/logo.png" alt="Logo">')),
    Fault("a picture from nowhere", PICTURES, beside('<img src="" alt="Logo">')),
    Fault("a picture on somebody's disk", PICTURES, beside('<img src="file:///logo.png" alt="Logo">')),
    # Row 15
    Fault("more than 102 KB", "P15-size", large("words " * 17_000)),
    Fault("more than 102 KB of two octets each", "P15-size", large("ü" * 51_000)),
    # Row 16
    Fault("another Date", SAME, frozen(DATE, b"Date: Fri, 07 Jun 2024 13:00:01 +0000\r\n")),
    Fault("a Date that is none", SAME, frozen(DATE, b"Date: last Friday\r\n")),
    Fault("a Message-ID at another domain", SAME, _at_another_domain),
    Fault("another Message-ID on record", SAME, finished(lambda one: replace(one, message_id=f"<{one.subscriber}@a>"))),
    Fault("one Message-ID for all", SAME, finished(_of_one_message_id), AND_CUTS),
    Fault("one Message-ID for two variants", SAME, lambda: Case(other_variants=(writer(good_mailing()),))),
    Fault("the address in a field", TOLD, _told_plainly),
    Fault("the address in base64", TOLD, _told_in(lambda one: base64.b64encode(one.encode()).decode()), AND_CUTS),
    Fault("the address in hexadecimal", TOLD, _told_in(lambda one: one.encode().hex()), AND_CUTS),
    Fault("other words for one reader", CUTS, finished(changed(b"meetings, says", b"meetings, said"))),
    Fault("a field of one reader's", CUTS, finished(changed(SUBJECT, SUBJECT + b"X-Reader: 7\r\n"))),
    # Row 17
    Fault("a body changed after signing", DKIM, signature(b"meetings, says", b"meetings, said"), AND_CUTS),
    Fault("a subject changed", DKIM, signature(SUBJECT, b"Subject: Another\r\n"), AND_CUTS),
    Fault("a part of the body signed", DKIM, signature(b"c=relaxed/simple;", b"c=relaxed/simple; l=9;")),
    Fault("a header signed as it is folded", DKIM, signature(b"c=relaxed/simple;", b"c=simple/simple;")),
    Fault("SHA-1", DKIM, signature(b"a=rsa-sha256;", b"a=rsa-sha1;")),
    Fault("another version", DKIM, signature(b"v=1;", b"v=2;")),
    Fault("a tag twice", DKIM, signature(b"v=1;", b"v=1; v=1;")),
    Fault("somebody else's domain", DKIM, lambda: signed_by_another(domain=b"example.net")),
    Fault("a key of 1024 bits", DKIM, lambda: signed_by_another(bits=1024)),
    Fault("a signed part of the body", DKIM, lambda: signed_by_another(length=True)),
    Fault("a simple header", DKIM, lambda: signed_by_another(canonical=(b"simple", b"simple"))),
    Fault("no key published", DKIM, lambda: signed(published={})),
    Fault("another key published", DKIM, _of_another_key),
    Fault("another time than was frozen", DKIM, _at_another_time),
    Fault("Ed25519 alone", DKIM, _ed25519_alone),
    Fault("no signature", DKIM, lambda: replace(signed(), written_as=good_mailing(), keys=good_keys())),
)  # fmt: skip
