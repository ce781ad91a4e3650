"""SPF as receivers weigh it, and what is said of it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.doctor.report import Line
from newsletter.mail.doctor.spf import MOST_LOOKUPS, weigh
from newsletter.mail.doctor.spf_lines import outgoing_lines, relay_line, spf_lines
from tests.mail.doctor.names import Records, Zone

SENDER = "pulse@example.com"
RELAYS: Records = {
    "mx.example.com": {"A": ["192.0.2.25"], "AAAA": ["2001:db8::25"]},
    "_spf.example.org": {"TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]},
    "open.example.org": {"TXT": ["v=spf1 +all"]},
    "loop.example.org": {"TXT": ["v=spf1 include:loop.example.org -all"]},
    "none.example.org": {"TXT": ["not this"]},
    "broken.example.org": {"TXT": ["!"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mx.example.com"]},
    "192.0.2.25.allowed.example.org": {"A": ["127.0.0.2"]},
}


def zone(*texts: str) -> Zone:
    mine = {"TXT": texts, "MX": ["10 mx.example.com"], "A": ["203.0.113.9"]}
    return Zone({**RELAYS, "example.com": mine})


def verdict_of(record: str, address: str) -> str:
    return weigh(zone(record), "example.com", SENDER, ip_address(address)).verdict


def first_line(*texts: str) -> Line:
    return spf_lines(zone(*texts), "example.com", SENDER)[1][0]


@pytest.mark.parametrize(
    ("terms", "address", "verdict"),
    [
        ("ip4:192.0.2.0/24 -all", "192.0.2.25", "pass"),
        ("ip4:192.0.2.0/24 -all", "198.51.100.1", "fail"),
        ("ip4:192.0.2.0/24 ~all", "2001:db8::25", "softfail"),
        ("ip4:192.0.2.0/24 -all", "::ffff:192.0.2.25", "pass"),
        ("ip6:2001:db8::/32 -all", "2001:db8::1", "pass"),
        ("a -all", "203.0.113.9", "pass"),
        ("a/24 -all", "203.0.113.77", "pass"),
        ("a:mx.example.com//64 -all", "2001:db8::99", "pass"),
        ("mx -all", "192.0.2.25", "pass"),
        ("mx -all", "192.0.2.26", "fail"),
        ("include:_spf.example.org -all", "198.51.100.7", "pass"),
        ("include:_spf.example.org ?all", "192.0.2.1", "neutral"),
        ("-include:_spf.example.org +all", "198.51.100.7", "fail"),
        ("redirect=_spf.example.org", "198.51.100.7", "pass"),
        ("redirect=_spf.example.org", "192.0.2.1", "fail"),
        ("ip4:192.0.2.0/24", "198.51.100.1", "neutral"),
        ("exists:%{i}.allowed.example.org -all", "192.0.2.25", "pass"),
        ("exists:%{i}.allowed.example.org -all", "192.0.2.26", "fail"),
        ("ptr -all", "192.0.2.25", "pass"),
        ("ptr:example.org -all", "192.0.2.25", "fail"),
        ("include:none.example.org -all", "192.0.2.25", "permerror"),
        ("include:gone.example.org -all", "192.0.2.25", "permerror"),
        ("include:loop.example.org -all", "192.0.2.25", "permerror"),
        ("include:broken.example.org -all", "192.0.2.25", "temperror"),
        ("redirect=none.example.org", "192.0.2.25", "permerror"),
        ("ip4:192.0.2.25 include:broken.example.org -all", "192.0.2.25", "pass"),
        ("a:g1.example.org a:g2.example.org a:g3.example.org ip4:192.0.2.25", "192.0.2.25", "permerror"),
    ],
)
def test_an_address_gets_what_receivers_give_it(terms: str, address: str, verdict: str) -> None:
    assert verdict_of(f"v=spf1 {terms}", address) == verdict


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_address_passes_by_each_network_it_lies_in(address: object, prefix: int) -> None:
    assert verdict_of(f"v=spf1 ip4:{address}/{prefix} -all", str(address)) == "pass"


@given(st.integers(1, 25))
def test_the_worst_case_is_counted_beyond_the_limit(count: int) -> None:
    names = {f"n{n}.example.org": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]} for n in range(count)}
    text = "v=spf1 " + " ".join(f"include:n{n}.example.org" for n in range(count)) + " -all"

    found = weigh(Zone({**names, "example.com": {"TXT": [text]}}), "example.com", SENDER)

    assert found.lookups == count
    assert (found.verdict == "permerror") is (count > MOST_LOOKUPS)


def test_an_endless_tree_of_includes_ends() -> None:
    names = {
        f"{a}.example.org": {"TXT": [f"v=spf1 include:{a + 1}.example.org include:{a + 2}.example.org -all"]}
        for a in range(400)
    }

    found = weigh(Zone(names), "0.example.org", SENDER)

    assert found.verdict == "permerror"
    assert "more than 59 look-ups" in found.why


# What is said -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "level", "words"),
    [
        (["v=spf1 include:_spf.example.org -all"], "ok", "one SPF record: 1 of 10 look-ups, ends in -all."),
        (["v=spf1 mx ~all", "something else"], "ok", "1 of 10 look-ups, ends in ~all."),
        (["v=spf1 exists:%{i}.allowed.example.org -all"], "ok", "a part depends on the sending address"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "fail", "has two SPF records; receivers treat that as none. Keep one."),
        ([], "fail", "example.com has no SPF record. Publish one TXT record"),
        (["v=spf1; mx -all"], "fail", 'begins with "v=spf1; mx -all", which receivers do not take for SPF'),
        (["v=spf1 +all"], "fail", "lets everybody send"),
        (["v=spf1 -all"], "fail", "says that nobody sends for it. Name your relay before its end"),
        (["v=spf1 redirect=_spf.example.org ~all"], "fail", "says that nobody sends for it"),
        (["v=spf1 include:open.example.org -all"], "fail", "lets everybody send"),
        (["v=spf1 ip4:0.0.0.0/0 -all"], "fail", "lets everybody send"),
        (["v=spf1 mx ?all"], "warn", "says nothing of those it does not name"),
        (["v=spf1 mx"], "warn", "says nothing of those it does not name"),
        (["v=spf1 ipv4:192.0.2.1 -all"], "fail", 'The record of example.com is not valid: "ipv4:192.0.2.1"'),
        (["v=spf1 include:none.example.org -all"], "fail", "example.com includes a record that is not there"),
        (["v=spf1 include:loop.example.org -all"], "fail", "loop.example.org leads to itself"),
        (["v=spf1 include:broken.example.org -all"], "fail", "broken.example.org could not be looked up"),
        (["v=spf1 a:gone.example.org -all"], "warn", "asks for 1 name without an answer"),
        (["v=spf1 a:g1.example.org a:g2.example.org mx:g3.example.org -all"], "fail", "is void: 3 of the names"),
    ],
)
def test_the_domains_record_is_judged_in_a_sentence(texts: list[str], level: str, words: str) -> None:
    line = first_line(*texts)

    assert (line.level, line.check) == (level, "spf")
    assert words in str(line)


def test_a_record_that_costs_too_much_is_told_with_its_count() -> None:
    line = first_line("v=spf1 " + "a " * 12 + "-all")

    assert line.level == "fail"
    assert "needs 12 look-ups, and receivers stop after 10" in line.what


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v=spf1 mx -all a", 'nothing behind "all" is looked at'),
        ("v=spf1 mx redirect=_spf.example.org -all", "redirect= is not looked at"),
        ("v=spf1 ptr -all", 'uses "ptr"'),
    ],
)
def test_what_receivers_forgive_is_a_warning(text: str, words: str) -> None:
    _, (verdict, note) = spf_lines(zone(text), "example.com", SENDER)

    assert verdict.level == "ok"
    assert note.level == "warn"
    assert words in note.what


@pytest.mark.parametrize(
    ("text", "can_pass"),
    [("v=spf1 mx -all", True), ("v=spf1 -all", False), ("v=spf1 moo", False), ("!", None), ("nothing", False)],
)
def test_whether_letters_can_pass_is_known_or_not(text: str, can_pass: bool | None) -> None:
    assert spf_lines(zone(text), "example.com", SENDER)[0] is can_pass


def test_an_address_that_letters_leave_from_has_to_be_covered() -> None:
    names = zone("v=spf1 mx -all")
    addresses = (ip_address("192.0.2.25"), ip_address("198.51.100.9"))

    covered, bare = outgoing_lines(names, "example.com", SENDER, addresses)

    assert covered.level == "ok"
    assert bare.level == "fail"
    assert 'get "fail"' in bare.what
    assert "ip4:198.51.100.9" in bare.mend


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v=spf1 mx -all", "Add ip4:198.51.100.9 to the record"),
        ("v=spf1 moo", "Mend the record first"),
        ("nothing", "Let the record name it: ip4:198.51.100.9"),
        ("!", "Try again"),
    ],
)
def test_what_is_to_be_done_for_an_address_depends_on_what_is_wrong(text: str, words: str) -> None:
    (line,) = outgoing_lines(zone(text), "example.com", SENDER, (ip_address("198.51.100.9"),))

    assert line.level == "fail"
    assert line.mend.startswith(words)


@pytest.mark.parametrize(
    ("address", "level", "words"),
    [
        ("93.184.216.34", "ok", "lets relay:587 (93.184.216.34) send"),
        ("93.184.216.35", "warn", 'letters get "fail"'),
        ("10.0.0.25", "warn", "are not known"),
    ],
)
def test_of_a_relays_own_address_nothing_is_more_than_a_warning(address: str, level: str, words: str) -> None:
    names = zone("v=spf1 ip4:93.184.216.34 -all")

    line = relay_line(names, "example.com", SENDER, "relay:587", ip_address(address))

    assert line.level == level
    assert words in line.what
