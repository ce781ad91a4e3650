"""Whether what SPF and DKIM vouch for is the domain that readers see (RFC 7489, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.domains import registrable
from newsletter.mail.doctor.dmarc import Dmarc
from newsletter.mail.doctor.report import Level, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A domain that SPF or DKIM vouches for; `can_pass` is None where that cannot be seen from here."""

    domain: str
    can_pass: bool | None


def aligned(domain: str, sender: str, *, strict: bool) -> bool:
    """Whether a domain that was vouched for speaks for the domain of From: the same, or one owner's unless strict."""
    one, other = domain.rstrip(".").lower(), sender.rstrip(".").lower()
    return one == other or (not strict and registrable(one) == registrable(other))


def alignment_line(sender: str, spf: Voucher, dkim: Voucher, dmarc: Dmarc) -> Line:
    """At least one of both has to pass and be aligned; forwarded letters pass by DKIM alone."""
    ways = (("SPF", spf, dmarc.strict_spf), ("DKIM", dkim, dmarc.strict_dkim))
    near = {name: aligned(way.domain, sender, strict=strict) for name, way, strict in ways}
    good = [name for name, way, _ in ways if near[name] and way.can_pass]
    far = [f"{name} vouches for {way.domain}" for name, way, _ in ways if way.domain and not near[name]]
    unseen = [name for name, way, _ in ways if near[name] and way.can_pass is None]
    because = f" ({'; '.join(far)})" if far else ""
    if good:
        what = f"{' and '.join(good)} can vouch for {sender}, as From says{because}."
        if far:
            return _line("warn", sender, what, "Let both vouch for the domain in From.")
        return _line("ok", sender, what)
    if unseen:
        what = f"{' and '.join(unseen)} may vouch for {sender}; that cannot be seen from here{because}."
        return _line("warn", sender, what, "Write to yourself and look for dmarc=pass in Authentication-Results.")
    what = f"Neither SPF nor DKIM can vouch for {sender}, as From says{because}."
    mend = "Mend one of both above; Gmail and Yahoo refuse letters of bulk senders that nothing vouches for."
    return _line("fail", sender, what, mend)


def _line(level: Level, sender: str, what: str, mend: str = "") -> Line:
    return Line(level=level, check="alignment", about=sender, what=what, mend=mend)
