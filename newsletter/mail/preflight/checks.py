"""Every promise that letters make, looked up in finished ones before the first leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from newsletter.mail.preflight import addresses, bodies, fields, lines, signatures
from newsletter.mail.preflight.findings import Finding, in_order
from newsletter.mail.preflight.reading import Opened, opened
from newsletter.mail.preflight.sameness import Write, about_sameness
from newsletter.mail.preflight.signatures import Verify
from newsletter.model.audience import Address, Mailing, Reader
from newsletter.model.issue import Wording
from newsletter.model.settings import Mail

#: Readers whom letters are tried on: the longest key and address that can be (RFC 5321, 4.5.3.1: 64 octets before the
#: @, 254 in all), one like most, and one with a name and a domain of another script. None of them is anybody.
LONGEST = Reader(
    id=1,
    key="L" * 48,
    address=Address(f"{'reader-of-preflight.' * 3}long@{'long-host-name.' * 11}longest.mail.example.org"),
)
ORDINARY = Reader(id=2, key="Ordinary_key-22signs_x", address=Address("reader-of-preflight@mail.example.org"))
FOREIGN = Reader(id=3, key="Another-key_of-22signs", address=Address("読者のひとり@bücher.example.org"))
READERS = (LONGEST, ORDINARY, FOREIGN)


def preflight(
    mailing: Mailing,
    *,
    write: Write,
    mail: Mail,
    wording: Wording,
    opens: Callable[[str], str | None],
    published: Mapping[str, str],
    verify: Verify,
    other_variants: Sequence[Write] = (),
    behind_names: Collection[str] = (),
    readers: Sequence[Reader] = READERS,
) -> tuple[Finding, ...]:
    """All that is wrong with the letters of a mailing, in the order of CHECKS; () if nothing is.

    `write` makes a reader's letter, as those that leave are made; `other_variants` make theirs of the same week.
    `mail` and `wording` say what the letters are to say. `opens` reads the token of a link to leave: the reader's key,
    or None if it would not open the door. `published` are the TXT records of the house's keys by name, {} where the
    relay signs, and `verify` does the arithmetic of a signature. `behind_names` are addresses that stand behind names
    in the HTML part and that the text part leaves out: the members' own.
    Raises what `write` raises.
    """
    letters = [opened(write(reader), reader) for reader in readers]
    found = [one for letter in letters for one in _about_one(letter, mail, wording)]
    for letter in letters:
        found += bodies.about_links(letter, wording.base_url, behind_names)
        found += bodies.about_way_out(letter, wording.base_url, opens)
        found += signatures.about_signatures(letter, mailing, published, verify)
    found += about_sameness(mailing, letters, write, other_variants)
    largest = max(letters, key=lambda letter: len(letter.letter.data))
    found += bodies.about_size(largest)
    of_these = f"{mailing.week} {mailing.variant}"
    return in_order(replace(one, letters=of_these) for one in found)


def _about_one(letter: Opened, mail: Mail, wording: Wording) -> Iterator[Finding]:
    yield from fields.about_fields(letter)
    yield from fields.about_one_click(letter, wording.base_url)
    yield from signatures.about_signed_fields(letter)
    yield from bodies.about_postal_address(letter, wording.postal_address)
    yield from bodies.about_marks(letter)
    yield from fields.about_list(letter, mail.list_id)
    yield from fields.about_feedback(letter, mail.feedback_id)
    yield from lines.about_lines(letter)
    yield from lines.about_encoding(letter)
    yield from fields.about_words(letter)
    yield from bodies.about_alternative(letter)
    yield from addresses.about_addresses(letter)
    yield from addresses.about_pictures(letter)
