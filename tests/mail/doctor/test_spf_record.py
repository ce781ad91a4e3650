"""Records of SPF as people write them, well and badly (RFC 7208)."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.doctor.spf_record import Circumstances, SpfRecord, Term, is_spf, read_spf

SENDER = "strong-bad@email.example.com"


def test_a_record_is_read_term_by_term() -> None:
    text = "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a/24//64 ?mx:mail.example.com include:_spf.example.org ~all"

    record = read_spf(text)

    assert record == SpfRecord(
        terms=(
            Term(mechanism="ip4", network=ip_network("192.0.2.0/24")),
            Term(mechanism="ip6", network=ip_network("2001:db8::/32")),
            Term(mechanism="a", prefix4=24, prefix6=64),
            Term(mechanism="mx", qualifier="?", domain="mail.example.com"),
            Term(mechanism="include", domain="_spf.example.org"),
            Term(mechanism="all", qualifier="~"),
        )
    )


def test_a_redirect_and_modifiers_nobody_knows_are_read_wherever_they_stand() -> None:
    record = read_spf("v=SPF1 redirect=_spf.example.com  moo.cow=man:dog/cat exp=why.example.com a")

    assert record.redirect == "_spf.example.com"
    assert [term.mechanism for term in record.terms] == ["a"]
    assert not record.has_all


@pytest.mark.parametrize("text", ["v=spf1", "V=SPF1 -all", "v=spf1 "])
def test_what_begins_with_the_version_and_a_space_is_a_record(text: str) -> None:
    assert is_spf(text)


@pytest.mark.parametrize(
    "text", ["", "v=spf10 -all", "v=spf1;-all", " v=spf1 -all", '"v=spf1 -all"', "spf2.0/pra -all"]
)
def test_what_begins_otherwise_is_none(text: str) -> None:
    assert not is_spf(text)
    with pytest.raises(ValueError, match="begin"):
        read_spf(text)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ("moo", '"moo" is no term'),
        ("-all.", "is no term"),
        ("-all:foo", "all takes nothing"),
        ("ipv4:192.0.2.1", "is no term"),
        ("ip4:192.0.2", "is no network of ip4"),
        ("ip4:192.0.2.1/33", "is no network of ip4"),
        ("ip4:192.0.2.1/024", "is no network of ip4"),
        ("ip4:2001:db8::1", "is no network of ip4"),
        ("ip4=192.0.2.1,192.0.2.2 ip4", "is no network of ip4"),
        ("ip6:192.0.2.1", "is no network of ip6"),
        ("ip6:2001:db8::1/129", "is no network of ip6"),
        ("ip6:fe80::1%eth0", "is no network of ip6"),
        ("include", "names no domain"),
        ("include:", "names no domain"),
        ("include:example.com/24", "does not end in a domain"),
        ("include/24", "ends in no prefix length"),
        ("exists:foo-bar", "does not end in a domain"),
        ("a:", "names no domain"),
        ("a:example.com:8080", "does not end in a domain"),
        ("a:111.222.33.44", "does not end in a domain"),
        ("a/33", "longer than an address"),
        ("a//129", "longer than an address"),
        ("mx:example.com/", "does not end in a domain"),
        ("mx:example.com//", "does not end in a domain"),
        ("a:%{x}.example.com", "sign or a macro"),
        ("a:%abc.example.com", "sign or a macro"),
        ("exists:%{t}.example.com", "sign or a macro"),
        ("redirect=", "names no domain"),
        ("redirect=a.example.com redirect=b.example.com", "stands in it twice"),
        ("redirect:a.example.com", "is no term"),
        ("-all unknown=%broken", "macro that does not exist"),
        ("a:bücher.example.com", "sign or a macro"),
        ("a\tmx", "is no term"),
    ],
)
def test_a_fault_anywhere_is_named(terms: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_spf(f"v=spf1 {terms} -all")


@given(st.text(st.sampled_from("aimx4p6:/%{}=.-~?+ s10r"), max_size=40))
def test_any_record_is_read_or_refused_in_words(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(read_spf(f"v=spf1 {text}"), SpfRecord)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(read_spf(text), SpfRecord)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{d1}", "com"),
        ("%{d2r}", "example.email"),
        ("%{l-}", "strong.bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%%%_%-", "% %20"),
        ("%{S}.x", "strong-bad%40email.example.com.x"),
    ],
)
def test_macros_stand_for_sender_and_address(written: str, meant: str) -> None:
    given_v4 = Circumstances(sender=SENDER, address=ip_address("192.0.2.3"))

    assert given_v4.expand(written, "email.example.com") == meant


def test_an_address_of_ipv6_is_written_digit_by_digit() -> None:
    given_v6 = Circumstances(sender=SENDER, address=ip_address("2001:db8::cb01"))

    name = given_v6.expand("%{ir}.%{v}", "example.com")

    assert name == "1.0.b.c." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6"


def test_without_an_address_what_depends_on_it_stands_for_nothing() -> None:
    given_none = Circumstances(sender=SENDER)

    assert given_none.expand("%{i}._spf.example.com", "example.com") is None
    assert given_none.expand("%{d}._spf.example.com", "example.com") == "example.com._spf.example.com"


def test_a_name_too_long_for_the_name_service_loses_labels_from_the_left() -> None:
    given_long = Circumstances(sender=f"{'a' * 63}.{'b' * 60}@example.com")

    name = given_long.expand("%{l}.%{l}.%{l}.example.com", "example.com")

    assert name is not None
    assert len(name) <= 253
    assert name.endswith(".example.com")
