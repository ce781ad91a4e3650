"""What the checks hold letters to, one name for each, and how what they find is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One promise that letters keep. `source` is who asks for it, with the section."""

    holds: str
    source: str


#: Every check by its code, in the order in which findings are told. A code stays for ever: "P" is for preflight, the
#: number is the row of the table of standards.
CHECKS: Mapping[str, Check] = {
    "P1-one-of-each": Check(
        holds="one From with one address, one To that names the reader, one Date, Message-ID, MIME-Version, Subject, "
        "Content-Type; no other field twice that may stand once",
        source="RFC 5322, 3.6",
    ),
    "P1-subject": Check(holds="the subject says something", source="RFC 5322, 3.6.5"),
    "P2-one-click": Check(
        holds="List-Unsubscribe has one https address, below base_url, and perhaps mailto; List-Unsubscribe-Post is "
        "List-Unsubscribe=One-Click",
        source="RFC 8058, 3.1",
    ),
    "P3-signed-fields": Check(
        holds="each signature covers every field that tells a program or a reader something, From once more than it "
        "stands there",
        source="RFC 6376, 5.4 and 8.15; RFC 8058, 4",
    ),
    "P7-way-out": Check(
        holds="both parts show a link by which this reader leaves, seen without a style sheet, and it opens the door",
        source="RFC 8058, 3.1; Gmail's and Yahoo's rules for bulk senders",
    ),
    "P7-postal-address": Check(
        holds="both parts bear the publisher's postal address", source="CAN-SPAM Act, 15 U.S.C. 7704(a)(5)"
    ),
    "P7-no-mark-left": Check(holds="no mark of the templates is left where a value should stand", source="ours"),
    "P8-list-id": Check(
        holds="List-Id names the list below a domain, in at most 255 octets, the same in every issue; other List- "
        "fields hold addresses in angle brackets",
        source="RFC 2919, 2 and 3; RFC 2369, 2",
    ),
    "P9-feedback-id": Check(
        holds="Feedback-ID ends in the sender's constant name of 5 to 15 signs, after at most three others",
        source="Gmail's feedback loop",
    ),
    "P10-lines": Check(
        holds="no line over 998 octets; lines end in CRLF, and there is no CR, LF or NUL elsewhere",
        source="RFC 5322, 2.1.1 and 2.3; RFC 5321, 2.3.8",
    ),
    "P11-encoding": Check(
        holds="bodies are quoted-printable in ASCII, lines of at most 76 octets, none begins with a full stop",
        source="RFC 2045, 6.7; RFC 5321, 4.5.2",
    ),
    "P12-header-words": Check(
        holds="header fields are ASCII; encoded words have at most 75 octets, whole characters and no line break",
        source="RFC 2047, 2 and 5",
    ),
    "P12-injection": Check(
        holds="no field that only a smuggled line break can have brought", source="RFC 5322, 2.2 and 3.6"
    ),
    "P14-alternative": Check(
        holds="multipart/alternative of a text and an HTML part, in this order, both UTF-8", source="RFC 2046, 5.1.4"
    ),
    "P14-same-links": Check(holds="both parts lead to the same addresses", source="RFC 2046, 5.1.4"),
    "P14-addresses": Check(
        holds="every link of the HTML part has a whole address, and nothing in it acts: no script, no form",
        source="RFC 3986, 4.3; what mail programs take out",
    ),
    "P14-pictures": Check(
        holds="pictures have whole addresses and stand outside the letter; none is there to count who opens it",
        source="RFC 3986, 4.3; what Gmail and Outlook show; ours: no opens are counted",
    ),
    "P15-size": Check(
        holds="the HTML part has at most 102 KB, or Gmail cuts the letter", source="what Gmail was seen to do"
    ),
    "P16-same-again": Check(
        holds="a letter written again is the same to the byte; its Message-ID is the reader's and the variant's, at "
        "the sender's domain, and its Date the mailing's",
        source="RFC 5322, 3.6.4; ours",
    ),
    "P16-no-address": Check(holds="a reader's address stands in To and nowhere else, not even encoded", source="ours"),
    "P16-only-marks": Check(
        holds="two readers' letters differ where the mailing was cut, and nowhere else", source="ours"
    ),
    "P17-dkim": Check(
        holds="each signature verifies with the key that is to be published: RSA of 2048 bits or more, Ed25519 only "
        "beside it, relaxed headers, SHA-256, the whole body, the sender's domain, the mailing's time",
        source="RFC 6376, 3 and 6; RFC 8301, 3; RFC 8463, 3",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One promise that the letters do not keep. An error refuses the mailing; a warning is shown."""

    #: One of CHECKS.
    check: str
    level: Literal["error", "warning"]
    #: One or two sentences, ended with a stop; no reader is named in them.
    what: str
    #: How to mend it; never empty.
    mend: str
    #: Whose letters: "2024-W23 full".
    letters: str = ""

    def __str__(self) -> str:
        place = f"{self.letters}: " if self.letters else ""
        return f"{place}{self.level} [{self.check}] {self.what}\n    {self.mend}"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once, in the order of CHECKS, errors of a check before its warnings."""
    rank = {code: number for number, code in enumerate(CHECKS)}
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: (rank[one.check], one.level)))


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that refuse the mailing."""
    return tuple(one for one in findings if one.level == "error")


def error(check: str, what: str, mend: str) -> Finding:
    return Finding(check=check, level="error", what=what, mend=mend)


def warning(check: str, what: str, mend: str) -> Finding:
    return Finding(check=check, level="warning", what=what, mend=mend)
