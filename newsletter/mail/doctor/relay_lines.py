"""What is to be said of a relay that was asked."""

from __future__ import annotations

from datetime import datetime

from newsletter.mail.doctor.relay import Probed, Stage
from newsletter.mail.doctor.report import Level, Line
from newsletter.model.settings import Smtp

#: Days that a certificate should last at least: who renews it by hand needs them.
ENOUGH_DAYS = 21
_TOLD = ("pipelining", "size", "8bitmime", "smtputf8", "dsn", "chunking", "enhancedstatuscodes")
_CHECKS: dict[Stage, str] = {
    "connect": "relay",
    "hello": "relay",
    "tls": "tls",
    "auth": "auth",
    "sender": "envelope",
}


def relay_lines(found: Probed, *, sender: str, size: int, now: datetime) -> tuple[Line, ...]:
    """A line for each thing asked, in its order, up to the one at which the conversation ended.

    `size` is the octets of a letter, 0 if there is none yet.
    """
    lines: list[Line] = []
    ended = found.trouble.stage if found.trouble else ""
    if ended not in ("connect", "hello") and found.address is not None:
        said = f', "{found.banner}"' if found.banner else ""
        lines.append(_line("ok", "relay", found, f"{where(found.smtp)} answers on {found.address}{said}."))
    if found.extensions or found.tls or ended in ("auth", "sender", ""):
        lines += _encryption(found, now) + _offers(found, size)
    if found.signed_in:
        lines.append(_line("ok", "auth", found, f"{found.smtp.host} lets us in."))
    if found.trouble is not None:
        what = f"{where(found.smtp)} {found.trouble.what}."
        lines.append(_line("fail", _CHECKS[found.trouble.stage], found, what, found.trouble.mend))
    elif found.sender_reply:
        lines.append(_line("ok", "envelope", found, f"{found.smtp.host} takes {sender} as sender."))
    return tuple(lines)


def where(smtp: Smtp) -> str:
    """A relay as people find it: mail.example.com:587."""
    return f"{smtp.host}:{smtp.port}"


def _encryption(found: Probed, now: datetime) -> list[Line]:
    host = found.smtp.host
    if not found.tls:
        if found.is_private:
            return [_line("ok", "tls", found, f"{host} is this machine: nothing needs encryption.")]
        offered = " though it offers STARTTLS" if "starttls" in found.extensions else ""
        what = f"Letters go to {host} unencrypted{offered}."
        return [_line("warn", "tls", found, what, 'Use security = "starttls" or "tls": Gmail wants mail encrypted.')]
    certificate = found.certificate
    if certificate is None:
        return [_line("ok", "tls", found, f"{host} speaks {found.tls}.")]
    days = (certificate.ends - now).days
    names = ", ".join(certificate.names[:3]) or host
    what = f"{host} speaks {found.tls}; its certificate ({names}) ends in {days} {'day' if days == 1 else 'days'}."
    if days < ENOUGH_DAYS:
        return [_line("warn", "tls", found, what, "Have it renewed: once it has ended no letter leaves.")]
    return [_line("ok", "tls", found, what)]


def _offers(found: Probed, size: int) -> list[Line]:
    host, offered = found.smtp.host, found.extensions
    names = [f"SIZE {offered[name]}".strip() if name == "size" else name.upper() for name in _TOLD if name in offered]
    missing = [name.upper() for name in _TOLD[:-1] if name not in offered]
    told = f"{host} offers {', '.join(names) or 'no extension'}"
    told += f"; not {', '.join(missing)}." if missing else "."
    if "pipelining" in offered:
        lines = [_line("ok", "extensions", found, told)]
    else:
        mend = "Each letter waits for four replies: ask who runs it for PIPELINING, or use more connections."
        lines = [_line("warn", "extensions", found, told, mend)]
    limit = offered.get("size", "").strip()
    if not size or not (limit.isascii() and limit.isdecimal() and int(limit[:18])):
        return lines
    letter = f"A letter has {size:,} octets, {host} takes {int(limit[:18]):,}."
    if size > int(limit[:18]):
        return [*lines, _line("fail", "size", found, letter, "Shorten the issue, or ask who runs the relay.")]
    return [*lines, _line("ok", "size", found, letter)]


def _line(level: Level, check: str, found: Probed, what: str, mend: str = "") -> Line:
    return Line(level=level, check=check, about=found.smtp.name, what=what, mend=mend)
