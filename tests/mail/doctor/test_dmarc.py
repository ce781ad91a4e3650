"""DMARC records, and whether what is vouched for is what readers see."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.doctor.alignment import Voucher, aligned, alignment_line
from newsletter.mail.doctor.dmarc import NO_RECORD, Dmarc, dmarc_lines, read_dmarc
from newsletter.mail.doctor.report import Line
from tests.mail.doctor.names import Zone

WITH_REPORTS = "rua=mailto:dmarc@example.com"


def lines_of(*texts: str, at: str = "_dmarc.example.com", sender: str = "example.com") -> tuple[Line, ...]:
    return dmarc_lines(Zone({at: {"TXT": texts}}), sender)[1]


def test_a_record_is_read_with_what_it_leaves_unsaid() -> None:
    found = read_dmarc("v=DMARC1;p=Quarantine; adkim=s; pct=20;rua=mailto:a@Example.com!10m, mailto:b@reports.example;")

    assert found == Dmarc(
        policy="quarantine",
        subdomains="quarantine",
        strict_dkim=True,
        percent=20,
        reports=("example.com", "reports.example"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p=none; v=DMARC1", "does not begin"),
        ("v=DMARC2; p=none", "does not begin"),
        ("v=dmarc1; p=none", "does not begin"),
        ("v=DMARC1", "p= is missing"),
        ("v=DMARC1; p=monitor", "p=monitor is no policy"),
        ("v=DMARC1; p=none; p=reject", "twice"),
        ("v=DMARC1; p", "p= is missing"),
    ],
)
def test_what_receivers_treat_as_none_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_dmarc(text)


@given(st.text(st.sampled_from("vprua=; DMARC1none:,@.%"), max_size=40))
def test_any_record_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert read_dmarc(f"v=DMARC1; {text}").policy == "none"


@pytest.mark.parametrize(
    ("texts", "levels", "words"),
    [
        ([f"v=DMARC1; p=none; {WITH_REPORTS}"], ["ok"], "asks for p=none."),
        ([f"v=DMARC1; p=reject; aspf=s; adkim=s; {WITH_REPORTS}"], ["ok"], "p=reject, strict for DKIM and SPF."),
        (["v=spf1 -all", f"v=DMARC1; p=none; {WITH_REPORTS}"], ["ok"], "asks for p=none."),
        ([], ["fail"], "There is no DMARC record at _dmarc.example.com."),
        (["v=DMARC1; p=none", "v=DMARC1; p=none"], ["fail"], "has 2 DMARC records; receivers treat that as none. Keep"),
        (["DMARC1; p=none"], ["fail"], 'begins with "DMARC1; p=none", which receivers do not take for DMARC'),
        (["v=DMARC1; p=all"], ["fail"], "is not valid: p=all is no policy"),
        (["!"], ["fail"], "could not be looked up"),
        (["v=DMARC1; p=none"], ["ok", "warn"], "names nobody for reports"),
        ([f"v=DMARC1; p=reject; pct=50; {WITH_REPORTS}"], ["ok", "warn"], "holds for 50 of a hundred letters"),
        ([f"v=DMARC1; p=reject; pct=many; {WITH_REPORTS}"], ["ok", "warn"], "pct=many is no percentage"),
        ([f"v=DMARC1; p=none; sp=no; {WITH_REPORTS}"], ["ok", "warn"], "sp=no is no policy"),
        ([f"v=DMARC1; p=none; aspf=x; {WITH_REPORTS}"], ["ok", "warn"], "aspf=x is neither r nor s"),
        (["v=DMARC1; p=none; rua=dmarc@example.com"], ["ok", "warn", "warn"], "no mailto: address"),
        (["v=DMARC1; p=none; rua=mailto:d@reports.example"], ["ok", "warn"], "does not say that it takes them"),
        ([f"v=DMARC1; {WITH_REPORTS}"], ["ok", "warn"], "p= is missing, and p=none is taken for it"),
        ([f"v=DMARC1; p=nome; {WITH_REPORTS}"], ["ok", "warn"], "p=nome is no policy, and p=none is taken for it"),
        ([f"v=DMARC1; p=none; {WITH_REPORTS};;"], ["ok"], "asks for p=none."),
        ([f"v=DMARC1; p=none, {WITH_REPORTS}"], ["fail"], "is no policy"),
        ([f"v=DMARC1; p=none; {WITH_REPORTS}; sp none"], ["ok", "warn"], '"sp none" is no tag'),
        ([f"v=DMARC1; p=none; {WITH_REPORTS}; rua=mailto:a@example.com"], ["ok", "warn"], "rua= stands twice"),
    ],
)
def test_the_record_is_judged_in_sentences(texts: list[str], levels: list[str], words: str) -> None:
    lines = lines_of(*texts)

    assert [line.level for line in lines] == levels
    assert any(words in str(line) for line in lines)


def test_a_subdomain_without_a_record_has_that_of_the_owners_domain() -> None:
    found, lines = dmarc_lines(
        Zone(
            {"_dmarc.example.co.uk": {"TXT": [f"v=DMARC1; p=reject; sp=none; {WITH_REPORTS.replace('com', 'co.uk')}"]}}
        ),
        "news.pulse.example.co.uk",
    )

    assert found is not None
    assert [str(line) for line in lines] == ["_dmarc.example.co.uk asks for p=none."]


def test_reports_to_another_owner_are_well_if_that_one_takes_them() -> None:
    names = {
        "_dmarc.example.com": {"TXT": ["v=DMARC1; p=none; rua=mailto:d@reports.example"]},
        "example.com._report._dmarc.reports.example": {"TXT": ["v=DMARC1;"]},
    }

    _, lines = dmarc_lines(Zone(names), "example.com")

    assert [line.level for line in lines] == ["ok"]


# Alignment ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "sender", "relaxed", "strict"),
    [
        ("example.com", "example.com", True, True),
        ("Example.COM.", "example.com", True, True),
        ("bounces.example.com", "example.com", True, False),
        ("example.com", "pulse.example.com", True, False),
        ("a.example.co.uk", "b.example.co.uk", True, False),
        ("one.co.uk", "two.co.uk", False, False),
        ("example.org", "example.com", False, False),
        ("notexample.com", "example.com", False, False),
    ],
)
def test_domains_are_aligned_by_owner_or_to_the_letter(domain: str, sender: str, relaxed: bool, strict: bool) -> None:
    assert aligned(domain, sender, strict=False) is relaxed
    assert aligned(domain, sender, strict=True) is strict


@given(st.text("aeo.", min_size=1, max_size=12), st.sampled_from(("news", "co", "www")))
def test_what_is_aligned_strictly_is_aligned(domain: str, label: str) -> None:
    for other in (domain, f"{label}.{domain}"):
        assert aligned(domain, other, strict=True) <= aligned(domain, other, strict=False)


@pytest.mark.parametrize(
    ("spf", "dkim", "dmarc", "level", "words"),
    [
        (("example.com", True), ("example.com", True), NO_RECORD, "ok", "SPF and DKIM can vouch for example.com"),
        (("example.com", True), ("example.com", None), NO_RECORD, "ok", "SPF can vouch for example.com"),
        (("example.com", False), ("example.com", True), NO_RECORD, "ok", "DKIM can vouch for example.com"),
        (("example.org", True), ("example.com", True), NO_RECORD, "warn", "SPF vouches for example.org"),
        (("example.com", False), ("example.com", None), NO_RECORD, "warn", "DKIM may vouch"),
        (("example.com", False), ("example.com", False), NO_RECORD, "fail", "Neither SPF nor DKIM"),
        (("example.org", True), ("example.net", True), NO_RECORD, "fail", "DKIM vouches for example.net"),
        (
            ("b.example.com", True),
            ("b.example.com", True),
            Dmarc(policy="none", subdomains="none", strict_spf=True),
            "warn",
            "DKIM can vouch for example.com, as From says (SPF vouches for b.example.com)",
        ),
    ],
)
def test_one_of_both_has_to_vouch_for_the_sender(
    spf: tuple[str, bool | None], dkim: tuple[str, bool | None], dmarc: Dmarc, level: str, words: str
) -> None:
    line = alignment_line(
        "example.com",
        Voucher(domain=spf[0], can_pass=spf[1]),
        Voucher(domain=dkim[0], can_pass=dkim[1]),
        dmarc,
    )

    assert line.level == level
    assert words in line.what
