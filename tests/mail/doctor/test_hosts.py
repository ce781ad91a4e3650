"""Mail hosts, reverse names and the site's host."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from newsletter.mail.doctor.hosts import mail_line, name_line, site_line
from tests.mail.doctor.names import Records, Zone

NAMES: Records = {
    "well.example": {"MX": ["10 mx.well.example", "20 mx2.well.example"]},
    "mx.well.example": {"A": ["192.0.2.25"]},
    "mx2.well.example": {"AAAA": ["2001:db8::25"]},
    "half.example": {"MX": ["10 mx.well.example", "20 gone.well.example"]},
    "gone.example": {"MX": ["10 gone.well.example"]},
    "number.example": {"MX": ["10 192.0.2.25"]},
    "null.example": {"MX": ["0 ."]},
    "bare.example": {"A": ["192.0.2.80"]},
    "nothing.example": {"TXT": ["hello"]},
    "broken.example": {"MX": ["!"], "A": ["!"]},
    "inside.example": {"A": ["10.0.0.8"]},
    "outside.example": {"A": ["93.184.216.34"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mx.well.example"]},
    "26.2.0.192.in-addr.arpa": {"PTR": ["mx.well.example"]},
    "27.2.0.192.in-addr.arpa": {"PTR": ["!"]},
    ip_address("2001:db8::25").reverse_pointer: {"PTR": ["old.well.example", "mx2.well.example"]},
}


@pytest.mark.parametrize(
    ("domain", "level", "words"),
    [
        ("well.example", "ok", "takes mail by mx.well.example: answers arrive"),
        ("half.example", "warn", "gone.well.example has no address"),
        ("gone.example", "fail", "No mail host of gone.example has an address"),
        ("number.example", "fail", "No mail host of number.example has an address"),
        ("null.example", "warn", "a null MX"),
        ("bare.example", "warn", "names no mail host; answers go to 192.0.2.80 itself"),
        ("nothing.example", "fail", "takes no mail"),
        ("absent.example", "fail", "takes no mail"),
        ("broken.example", "fail", "could not be looked up"),
    ],
)
def test_whether_mail_to_a_domain_arrives_is_told(domain: str, level: str, words: str) -> None:
    line = mail_line(Zone(NAMES), domain, "answers")

    assert (line.level, line.check) == (level, "mx")
    assert words in line.what


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("192.0.2.25", "192.0.2.25 is mx.well.example, and mx.well.example leads back"),
        ("2001:db8::25", "2001:db8::25 is mx2.well.example"),
    ],
)
def test_a_name_that_leads_back_is_well(address: str, words: str) -> None:
    line = name_line(Zone(NAMES), ip_address(address), sends=True)

    assert line.level == "ok"
    assert words in line.what


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("192.0.2.26", "is called mx.well.example, which does not lead back"),
        ("192.0.2.27", "could not be looked up"),
        ("192.0.2.99", "has no name"),
    ],
)
def test_a_name_that_is_missing_or_wrong_is_grave_only_where_letters_are_known_to_leave(
    address: str, words: str
) -> None:
    known, supposed = (name_line(Zone(NAMES), ip_address(address), sends=sends) for sends in (True, False))

    assert (known.level, supposed.level) == ("fail", "warn")
    assert words in known.what


@pytest.mark.parametrize(
    ("host", "level"),
    [
        ("outside.example", "ok"),
        ("inside.example", "warn"),
        ("localhost", "warn"),
        ("192.0.2.80", "warn"),
        ("nothing.example", "fail"),
        ("absent.example", "fail"),
        ("broken.example", "fail"),
    ],
)
def test_readers_have_to_reach_the_site(host: str, level: str) -> None:
    assert site_line(Zone(NAMES), host).level == level
