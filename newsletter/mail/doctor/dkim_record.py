"""A DKIM key as the name service has it: read, measured, compared with ours (RFC 6376, 3.6.1; RFC 8301; RFC 8463)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from newsletter.mail.doctor.answers import Answer
from newsletter.mail.doctor.report import Level, Line
from newsletter.mail.doctor.tags import read_tags

#: Bits of an RSA key, which receivers want (RFC 8301, 3.2, and Gmail's rules).
ENOUGH_BITS = 2048
#: Tags of DER, and the object that says RSA (RFC 8017, A.1).
_SEQUENCE, _BIT_STRING, _INTEGER = 0x30, 0x03, 0x02
_RSA_OBJECT = bytes.fromhex("06092a864886f70d010101")
_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """What a record says. `key` is the bytes that tell one key from another, b"" for one that is revoked."""

    algorithm: str
    key: bytes
    #: Length of the modulus of RSA; 256 of Ed25519; 0 for other kinds and revoked ones.
    bits: int
    #: t=y: receivers treat the letters as unsigned.
    testing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """What the record of a selector has to be: `name` is where it stands, `text` its TXT."""

    name: str
    text: str = ""


def read_key(text: str) -> PublicKey:
    """Read a key record. Raises ValueError, with the reason in words, if receivers could not use it."""
    tags = read_tags(text)
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):
        raise ValueError("v= is not DKIM1 at its beginning")
    if "p" not in tags:
        raise ValueError("it holds no key (p=)")
    if "h" in tags and "sha256" not in _listed(tags["h"]):
        raise ValueError("h= does not allow sha256")
    if "s" in tags and not {"*", "email"} & set(_listed(tags["s"])):
        raise ValueError("s= does not allow mail")
    algorithm = tags.get("k", "rsa")
    key, bits = _measured(algorithm, _SPACE.sub("", tags["p"]))
    return PublicKey(algorithm=algorithm, key=key, bits=bits, testing="y" in _listed(tags.get("t", "")))


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(":")]


def _measured(algorithm: str, encoded: str) -> tuple[bytes, int]:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("p= is no Base64; parts of it may be missing") from None
    if not key:
        return b"", 0
    if algorithm == "rsa":
        modulus, exponent = _rsa_numbers(key)
        return b"%x:%x" % (modulus, exponent), modulus.bit_length()
    if algorithm == "ed25519" and len(key) != 32:
        raise ValueError(f"p= has {len(key)} octets, and a key of Ed25519 has 32")
    return key, 256 if algorithm == "ed25519" else 0


def _rsa_numbers(key: bytes) -> tuple[int, int]:
    """Modulus and exponent out of a SubjectPublicKeyInfo, or of the bare RSAPublicKey that some publish."""
    try:
        body = _element(key, 0, _SEQUENCE)[0]
        if body.startswith(bytes([_SEQUENCE])):
            kind, end = _element(body, 0, _SEQUENCE)
            wrapped = _element(body, end, _BIT_STRING)[0].removeprefix(b"\0")
            body = _element(wrapped, 0, _SEQUENCE)[0] if kind.startswith(_RSA_OBJECT) else b""
        modulus, end = _element(body, 0, _INTEGER)
        exponent, _ = _element(body, end, _INTEGER)
    except (ValueError, IndexError):
        raise ValueError("p= is no key of RSA; parts of it may be missing") from None
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _element(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """One element of DER: its content, and where the next one begins."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        octets = length & 0x7F
        length, begin = int.from_bytes(data[begin : begin + octets], "big"), begin + octets
    if data[at] != tag or begin + length > len(data):
        raise ValueError
    return data[begin : begin + length], begin + length


def dkim_line(own: OwnKey, answer: Answer) -> Line:
    """Whether receivers can verify with the record of a selector; without a text of ours any good key will do."""
    found, faults = answer.values, answer.fault
    if faults:
        mend = "Try again; if it stays so, tell whoever runs the domain's name servers."
        return _line("fail", own, f"{own.name} could not be looked up: {faults}.", mend)
    if not found:
        what = f"{own.name} does not exist: receivers cannot verify a signature."
        return _unpublished(own, what)
    if len(found) > 1:
        return _line("fail", own, f"{own.name} has {len(found)} records; receivers may take any.", "Keep one.")
    try:
        key = read_key(found[0])
    except ValueError as fault:
        return _unpublished(own, f"The record at {own.name} is of no use: {fault}.")
    return _judged(own, key)


def _judged(own: OwnKey, key: PublicKey) -> Line:
    if not key.key:
        return _unpublished(own, f"The key at {own.name} is revoked (p= is empty).")
    if key.algorithm not in ("rsa", "ed25519"):
        return _unpublished(own, f'The key at {own.name} is of the kind "{key.algorithm[:20]}".')
    if own.text:
        ours = read_key(own.text)
        if (ours.algorithm, ours.key) != (key.algorithm, key.key):
            return _unpublished(own, f"The key at {own.name} is not the one that letters are signed with.")
    if key.algorithm == "rsa" and key.bits < ENOUGH_BITS:
        mend = f"Make a new one of {ENOUGH_BITS} bits under a new selector."
        level: Level = "warn" if key.bits >= 1024 else "fail"
        return _line(level, own, f"The key at {own.name} has {key.bits} bits; {ENOUGH_BITS} are asked for.", mend)
    if key.testing:
        mend = "Take t=y out of the record once signatures verify."
        return _line("warn", own, f"The key at {own.name} is marked as a test: signatures count for nothing.", mend)
    kind = "Ed25519" if key.algorithm == "ed25519" else f"RSA of {key.bits} bits"
    whose = ", ours" if own.text else ""
    return _line("ok", own, f"{own.name} has one key: {kind}{whose}.")


def _unpublished(own: OwnKey, what: str) -> Line:
    mend = "Publish ours there as TXT." if own.text else "Publish the record that whoever signs names."
    return Line(level="fail", check="dkim", about=own.name, what=what, mend=mend, record=own.text)


def _line(level: Level, own: OwnKey, what: str, mend: str = "") -> Line:
    return Line(level=level, check="dkim", about=own.name, what=what, mend=mend)
