"""DKIM signatures as a receiver reads them: by RFC 6376, from the bytes, sharing nothing with the one who signs.

Only the two arithmetic ends, RSA and Ed25519, are asked of whoever calls.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from newsletter.mail.preflight.findings import Finding, error
from newsletter.mail.preflight.reading import Field, Opened
from newsletter.model.audience import Mailing

#: verify(algorithm, key, signed, signature): `algorithm` "rsa-sha256" or "ed25519-sha256", `key` the octets of the
#: record's p=, `signed` the octets that the header's hash is taken of. For Ed25519 the hash is what is signed
#: (RFC 8463, 3).
Verify = Callable[[str, bytes, bytes, bytes], bool]

#: Each of these that a letter has is signed (RFC 6376, 5.4.1; RFC 8058, 4, for those of the way out).
_COVERED = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
)
_ALGORITHMS = ("rsa-sha256", "ed25519-sha256")
_LEAST_BITS = 2048
_OURS = "It is a fault of this program: report it, or let the relay sign, and send nothing until it is mended."
_KEYS = "Look at [dkim] in newsletter.toml and at the keys that NEWSLETTER_DKIM_RSA_KEY_FILE and its like name."


def about_signed_fields(letter: Opened) -> Iterator[Finding]:
    """P3: nobody can change or add a field that programs act on without breaking the signature."""
    for _, tags in _signatures(letter):
        signed = [name.strip().lower() for name in (tags or {}).get("h", "").split(":")]
        bare = [name for name in _COVERED if letter.all(name) and name not in signed]
        if bare and tags is not None:
            yield error("P3-signed-fields", f"A signature does not cover {', '.join(bare)}.", _OURS)
        if tags is not None and "from" in signed and signed.count("from") <= len(letter.all("From")):
            yield error("P3-signed-fields", "A second From could be added under the signature.", _OURS)


def about_signatures(
    letter: Opened, mailing: Mailing, published: Mapping[str, str], verify: Verify
) -> Iterator[Finding]:
    """P17: receivers believe the signatures. `published` are TXT records by name, as they are to stand in the DNS."""
    found = _signatures(letter)
    if len(found) < len(mailing.signatures):
        yield error("P17-dkim", "The letters lack a signature that the mailing was frozen with.", _KEYS)
    for field, tags in found:
        if tags is None:
            yield error("P17-dkim", "A DKIM-Signature cannot be read.", _OURS)
            continue
        faults = [*_about_tags(letter, tags, mailing)]
        yield from (error("P17-dkim", f"A signature {fault}.", _OURS) for fault in faults)
        if tags.get("a") in _ALGORITHMS:
            yield from _about_proof(letter, field, tags, published, verify)
    algorithms = {tags.get("a", "") for _, tags in found if tags is not None}
    if algorithms & {"ed25519-sha256"} and not any(one.startswith("rsa-") for one in algorithms):
        what = "Ed25519 is the only signature: many receivers know none but RSA."
        yield error("P17-dkim", what, "Set an RSA key beside it, under [dkim].")


def _about_tags(letter: Opened, tags: Mapping[str, str], mailing: Mailing) -> Iterator[str]:
    if tags.get("v") != "1":
        yield "is not of version 1"
    if tags.get("a") not in _ALGORITHMS:
        yield f"is made by {tags.get('a', 'no algorithm')}, which receivers no longer take"
    if not tags.get("c", "").startswith("relaxed"):
        yield "does not bear that a relay folds a header line anew (c= is not relaxed)"
    if "l" in tags:
        yield "covers a part of the body only (l=)"
    domain = tags.get("d", "").lower()
    if not domain or not f".{letter.sender_domain}".endswith(f".{domain}"):
        yield "is not of the sender's domain"
    frozen = {(one.domain.lower(), one.selector, str(one.algorithm), str(one.at)) for one in mailing.signatures}
    if frozen and (domain, *(tags.get(tag, "") for tag in "sat")) not in frozen:
        yield "is not one that the mailing was frozen with: domain, selector, algorithm and time"


def _about_proof(
    letter: Opened, field: Field, tags: Mapping[str, str], published: Mapping[str, str], verify: Verify
) -> Iterator[Finding]:
    name = f"{tags.get('s', '')}._domainkey.{tags.get('d', '')}".lower()
    record = _tags(next((value for key, value in published.items() if key.rstrip(".").lower() == name), ""))
    key, signature, body_hash = (_octets(text) for text in ((record or {}).get("p", ""), tags.get("b"), tags.get("bh")))
    if not key:
        yield error("P17-dkim", "A signature is made with a key that is not to be published.", _KEYS)
        return
    rsa = tags["a"].startswith("rsa-")
    if rsa and (bits := rsa_bits(key)) < _LEAST_BITS:
        what = f"The RSA key has {bits} bits; receivers want {_LEAST_BITS} or more."
        yield error("P17-dkim", what, "Make a key of 2048 bits:  openssl genrsa -out dkim.pem 2048")
    header, _, body = tags.get("c", "simple/simple").partition("/")
    hashed = hashlib.sha256(_canonical_body(letter.body, relaxed=body == "relaxed")).digest()
    signed = _signed(letter.fields, field, tags.get("h", ""), relaxed=header == "relaxed")
    if hashed != body_hash or not verify(tags["a"], key, signed, signature):
        yield error("P17-dkim", f"The signature of {'RSA' if rsa else 'Ed25519'} does not verify.", _KEYS)


def _signatures(letter: Opened) -> list[tuple[Field, dict[str, str] | None]]:
    fields = [field for field in letter.fields if field.name.lower() == "dkim-signature"]
    return [(field, _tags(field.value)) for field in fields]


def _tags(listed: str) -> dict[str, str] | None:
    """A tag=value list (RFC 6376, 3.2); None if it is none, or has a tag twice."""
    tags: dict[str, str] = {}
    for one in listed.strip().removesuffix(";").split(";"):
        name, equals, value = one.partition("=")
        if not equals or name.strip() in tags:
            return None
        tags[name.strip()] = value.strip()
    return tags


def _octets(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _signed(fields: Sequence[Field], signature: Field, names: str, *, relaxed: bool) -> bytes:
    """RFC 6376, 3.7: the named fields, of several of a name the lowest first, then the signature without its b=."""
    left: dict[str, list[Field]] = {}
    for field in fields:
        left.setdefault(field.name.lower(), []).append(field)
    chosen = [left[name].pop() for name in (one.strip().lower() for one in names.split(":")) if left.get(name)]
    emptied = re.sub(rb"([;:][ \t\r\n]*b[ \t\r\n]*=)[^;]*", rb"\1", signature.raw)
    last = Field(name=signature.name, raw=emptied if emptied.endswith(b"\r\n") else emptied + b"\r\n")
    return b"".join(_canonical(one, relaxed=relaxed) for one in [*chosen, last]).removesuffix(b"\r\n")


def _canonical(field: Field, *, relaxed: bool) -> bytes:
    if not relaxed:
        return field.raw
    value = re.sub(rb"[ \t]+", b" ", field.raw.partition(b":")[2].replace(b"\r\n", b"")).strip(b" ")
    return field.name.lower().encode() + b":" + value + b"\r\n"


def _canonical_body(body: bytes, *, relaxed: bool) -> bytes:
    if relaxed:
        body = b"\r\n".join(re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n"))
    body = re.sub(rb"(\r\n)+\Z", b"", body)
    return body + b"\r\n" if body or not relaxed else b""


def rsa_bits(key: bytes) -> int:
    """The size of an RSA key, as DER, bare or with its algorithm before it (RFC 8017, A.1.1); 0 for anything else."""
    try:
        inside = _inside(key, 0x30)[0]
        if inside[:1] == b"\x30":
            bits, _ = _inside(_inside(inside, 0x30)[1], 0x03)
            inside = _inside(bits[1:], 0x30)[0]
        return int.from_bytes(_inside(inside, 0x02)[0]).bit_length()
    except ValueError:
        return 0


def _inside(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Content of the first element, which bears this tag, and what follows it. Raises ValueError."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError(f"no element {tag:#x}")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start])
    if start + length > len(der):
        raise ValueError("cut off")
    return der[start : start + length], der[start + length :]
