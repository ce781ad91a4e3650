"""Names as tests want them: a zone that answers at the port, and one that answers over UDP on loopback."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from newsletter.mail.doctor.answers import Answer, Kind

#: By name, then by kind; a value of "!" is a failure of the server.
Records = Mapping[str, Mapping[str, Sequence[str]]]

#: Everything that a publication with a public relay should have.
WELL: Records = {
    "example.com": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"], "MX": ["10 mx.example.com"]},
    "mx.example.com": {"A": ["192.0.2.25"]},
    "_dmarc.example.com": {"TXT": ["v=DMARC1; p=none; rua=mailto:dmarc@example.com"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mx.example.com"]},
    "pulse.example.com": {"A": ["93.184.216.34"]},
}


@dataclass
class Zone:
    """Answers as `Resolver` from records; what it was asked is kept."""

    records: Records
    asked: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, name: str, kind: Kind) -> Answer:
        self.asked.append((name, kind))
        known = self.records.get(name.rstrip(".").lower())
        if known is None:
            return Answer(exists=False)
        values = tuple(known.get(kind, ()))
        return Answer(fault="the name server answers SERVFAIL") if "!" in values else Answer(values=values)


def changed(name: str, kind: str, *values: str) -> Records:
    """`WELL` with other records of one kind under one name."""
    return {**WELL, name: {**WELL.get(name, {}), kind: values}}


class NameServer:
    """A name server on loopback, over UDP; deaf, it answers nothing."""

    def __init__(self, records: Records, *, deaf: bool = False) -> None:
        self.records, self.asked = records, 0
        self._deaf = deaf
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, peer = self._socket.recvfrom(4096)
            if not wire:
                return
            self.asked += 1
            if not self._deaf:
                self._socket.sendto(self._answer(dns.message.from_wire(wire)).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        question = query.question[0]
        known = self.records.get(question.name.to_text(omit_final_dot=True).lower())
        if known is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        kind = dns.rdatatype.to_text(question.rdtype)
        values = known.get(kind, ())
        if "!" in values:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif values:
            written = [_written(kind, value) for value in values]
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *written))
        return answer


def _written(kind: str, value: str) -> str:
    if kind == "TXT":
        pieces = [value[at : at + 255] for at in range(0, len(value), 255)]
        return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
    return f"{value.rstrip('.')}." if kind in ("MX", "PTR", "CNAME") else value
