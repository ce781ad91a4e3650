"""Preflight: a good mailing passes every check, and a fault put into one is found as what it is."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail.letter.segments import build_mailing
from newsletter.mail.preflight.checks import LONGEST, ORDINARY
from newsletter.mail.preflight.findings import CHECKS, Finding, error, errors_in, in_order, warning
from newsletter.mail.preflight.signatures import rsa_bits
from newsletter.model.audience import Letter, Reader, Variant, address
from newsletter.model.issue import Issue
from newsletter.press.filling.specimen import specimens
from newsletter.press.render import render
from newsletter.press.variants import VARIANTS
from tests.mail.builders import SENT, writer
from tests.mail.preflight.faults import FAULTS, LINK, SUBJECT, Fault, beside, field, html, large, styled, text
from tests.mail.preflight.mailings import (
    HTML,
    MAIL,
    SITE,
    STORY,
    TEXT,
    WORDING,
    Case,
    good_mailing,
    signed,
    signed_by_another,
)
from tests.press.build import FileTemplates, make_issue, make_story, make_take
from tests.press.stress import issues

#: With a sign that is seen: a subject of a soft hyphen alone is found empty.
_words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(
    lambda words: any(unicodedata.category(sign) not in ("Cf", "Zs", "Zl", "Zp") for sign in words)
)
_prose = st.lists(
    st.one_of(
        _words,
        st.sampled_from(
            [
                "[x](https://a.example/1?b=2&c=3)",
                "<https://a.example/2>",
                "`https://a.example/3`",
                "https://a.example/4.",
            ]
        ),
        st.sampled_from(
            [".", "=\n", "From here", "@@UNSUBSCRIBE@@", "[mail](mailto:a@b.example)", "{{ x }}", "漢字" * 30]
        ),
    ),
    max_size=6,
).map("\n\n".join)


def of_issue(issue: Issue, variant: Variant = "full") -> Case:
    """What the checks look at when this issue is sent."""
    made = render(issue, templates=FileTemplates(), variant=variant)
    mailing = build_mailing(
        week=issue.week,
        variant=variant,
        subject=issue.subject,
        mail=MAIL,
        wording=issue.wording,
        html=made.email_html,
        text=made.email_text,
        date=SENT,
    )
    takes = [*issue.apart, *(take for story in issue.stories for take in story.takes)]
    names = [take.author_link for take in takes if take.author_link]
    return Case(mailing=mailing, wording=issue.wording, behind_names=names)


# Good mailings


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case, id="unsigned"),
        pytest.param(signed, id="signed by us"),
        pytest.param(signed_by_another, id="signed by somebody else's program"),
        pytest.param(partial(signed_by_another, canonical=(b"relaxed", b"relaxed")), id="the body relaxed as well"),
        pytest.param(lambda: Case(other_variants=(writer(good_mailing(variant="news")),)), id="beside another variant"),
    ],
)
def test_a_good_mailing_passes_every_check(case: Callable[[], Case]) -> None:
    assert case().findings() == ()


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_that_the_house_prints_passes_every_check(variant: Variant) -> None:
    assert errors_in(of_issue(specimens()[0], variant).findings()) == ()


@pytest.mark.parametrize("name", ["arabic", "hostile", "headlines"])
def test_issues_that_try_everything_pass_every_check(name: str) -> None:
    assert errors_in(of_issue(issues()[name]).findings()) == ()


@given(headline=_words, subject=_words, take=_prose, number=st.integers(1, 5))
@settings(deadline=None, max_examples=8)
def test_any_good_issue_passes(headline: str, subject: str, take: str, number: int) -> None:
    story = make_story(headline, link=f"https://a.example/story?n={number}", takes=(make_take(text=take or "Well."),))

    case = of_issue(make_issue(subject=subject, stories=(story,) * number))

    assert case.findings() == ()


@given(paragraph=_words, subject=_words)
@settings(deadline=None, max_examples=15)
def test_any_words_pass_signed(paragraph: str, subject: str) -> None:
    escaped = paragraph.replace("&", "&amp;").replace("<", "&lt;").replace("@@", "@ @")
    case = signed()
    bodies = {
        "html": HTML.replace("Deepfakes", escaped),
        "text": TEXT.replace("Deepfakes", paragraph.replace("@@", "@ @")),
    }

    case = replace(case, mailing=good_mailing(subject=subject, signatures=case.mailing.signatures, **bodies))

    assert errors_in(case.findings()) == ()


# Faults


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.what}")
def test_a_fault_is_found_as_what_it_is(fault: Fault) -> None:
    found = fault.case().errors()

    assert fault.check in found
    assert found <= {fault.check, *fault.also}


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_fault_that_it_alone_finds(check: str) -> None:
    assert [fault.what for fault in FAULTS if fault.check == check and not fault.also]


def test_a_letter_that_is_another_each_time_is_refused() -> None:
    numbers = itertools.count()

    def write(reader: Reader) -> Letter:
        letter = writer(good_mailing())(reader)
        return replace(letter, data=letter.data.replace(SUBJECT, b"Subject: %d\r\n" % next(numbers)))

    assert "P16-same-again" in Case().errors(write=write)


def test_a_fault_that_only_the_longest_reader_meets_is_found() -> None:
    def write(reader: Reader) -> Letter:
        letter = writer(good_mailing())(reader)
        return letter if reader != LONGEST else replace(letter, data=letter.data.replace(b"To: ", b"To: " + b" " * 800))

    assert "P10-lines" in Case().errors(write=write)


def test_the_readers_that_letters_are_tried_on_are_the_longest_and_an_ordinary_one() -> None:
    local, _, domain = LONGEST.address.partition("@")

    assert (len(local), len(LONGEST.address), len(LONGEST.key)) == (64, 254, 48)
    assert all(len(label) <= 63 for label in domain.split("."))
    assert [address(one.address) for one in (LONGEST, ORDINARY)] == [LONGEST.address, ORDINARY.address]


# Warnings


@pytest.mark.parametrize(
    ("check", "case"),
    [
        pytest.param(
            "P7-postal-address",
            lambda: Case(wording=replace(WORDING, postal_address="")),
            id="no postal address is set",
        ),
        pytest.param("P15-size", large("words " * 15_000), id="more than 90 KB"),
        pytest.param("P15-size", large("ü" * 20_000), id="more than 102 KB once encoded"),
        pytest.param("P10-lines", field(b"X-Y: " + b"word " * 20 + b"\r\n"), id="a line that could be folded"),
        pytest.param(
            "P14-same-links",
            lambda: Case(
                mailing=good_mailing(
                    html=HTML.replace(STORY.replace("&", "&amp;"), f"{SITE}/issues/2024-W23/"),
                    text=TEXT.replace(STORY, f"{STORY}\n{SITE}/issues/2024-W23/"),
                )
            ),
            id="a part that is left to the page",
        ),
        pytest.param(
            "P2-one-click",
            lambda: Case(
                mailing=good_mailing(base_url="http://localhost:8000"),
                wording=replace(WORDING, base_url="http://localhost:8000"),
            ),
            id="a trial on one's own machine",
        ),
        pytest.param(
            "P2-one-click",
            lambda: Case(mailing=good_mailing(base_url=""), wording=replace(WORDING, base_url="")),
            id="no site",
        ),
        pytest.param(
            "P7-way-out", styled("@media (max-width:600px){.out{display:none!important}}"), id="not on phones"
        ),
        pytest.param("P14-addresses", beside("<script>count()</script>"), id="a script"),
        pytest.param("P14-addresses", beside('<form action="https://a.example/">Your name?</form>'), id="a form"),
        pytest.param("P14-addresses", beside('<b onclick="count()">Hello</b>'), id="an attribute that acts"),
        pytest.param("P14-addresses", beside('<link rel="stylesheet" href="https://a.example/x.css">'), id="a sheet"),
        pytest.param("P14-pictures", beside('<img src="data:image/gif;base64,R0" alt="x">'), id="a picture inside"),
        pytest.param("P14-pictures", beside('<img src="https://a.example/o.gif" width="1" height="1">'), id="a pixel"),
        pytest.param(
            "P14-pictures", beside('<p style="display:none"><img src="https://a.example/o.gif"></p>'), id="hidden"
        ),
    ],
)
def test_what_may_pass_is_shown(check: str, case: Callable[[], Case]) -> None:
    found = case()

    assert found.warnings() == {check}
    assert found.errors() == set()


@pytest.mark.parametrize("place", [b'href=3D"mailto:desk', b"Unsubscribe:\r\nmailto:desk"], ids=["html", "text"])
def test_without_a_site_both_parts_must_say_where_to_write(place: bytes) -> None:
    mailing = good_mailing(base_url="")
    (cut,) = (one for one in mailing.segments if place in one)
    elsewhere = tuple(one.replace(place, place.replace(b"desk", b"desc")) for one in mailing.segments)

    case = Case(mailing=replace(mailing, segments=elsewhere), wording=replace(WORDING, base_url=""))

    assert cut
    assert "P7-way-out" in case.errors()


def test_an_address_behind_a_members_name_may_be_missing_from_the_text() -> None:
    linked = html("says Müller", 'says <a href="https://mueller.example.com/">Müller</a>')()

    assert linked.errors() == {"P14-same-links"}
    assert replace(linked, behind_names=["https://mueller.example.com/"]).errors() == set()


@pytest.mark.parametrize(
    "style",
    [
        "font-size:16px",
        "opacity:1",
        "opacity:.5",
        "line-height:0",
        "max-height:100px",
        "height:auto",
        "color:#000;background:#fff",
    ],
)
def test_a_link_that_is_only_styled_is_a_link(style: str) -> None:
    assert html(LINK, f'<p style="display:none">x<p style="{style}">{LINK}')().errors() == set()


@pytest.mark.parametrize(
    "sheet",
    [
        ".out{color:red} .other{display:none}",
        "a.out{display:none}",
        ".out p{display:none}",
        "a:visited,[hidden],*{display:none}",
        "@media print{.out{display:none}}",
        "@media (max-width:600px){.out{display:block}} /* .out{display:none} */",
        "@import url(x.css); @font-face{font-family:x;src:url(x)} .OUT{display:none}",
        "}.out{",
    ],
)
def test_a_style_sheet_that_hides_something_else_hides_no_link(sheet: str) -> None:
    assert styled(sheet)().findings() == ()


def test_one_link_for_phones_and_one_for_other_windows_is_a_way_out_for_all() -> None:
    two = f'<b class="wide">{LINK}</b><b class="narrow">{LINK}</b>'
    sheet = "@media (max-width:600px){.wide{display:none}} @media (min-width:601px){.narrow{display:none}}</style>"

    case = Case(mailing=good_mailing(html=HTML.replace("</style>", sheet).replace(LINK, two)))

    assert case.findings() == ()


@pytest.mark.parametrize("link", ["#top", "tel:+4912345", "sms:+4912345", "MAILTO:desk@example.com"])
def test_links_that_programs_follow_are_whole(link: str) -> None:
    assert "P14-addresses" not in beside(f'<a href="{link}">Go</a>')().errors()


@pytest.mark.parametrize(
    "name",
    ["A <b>Pulse</b>", 'The "Pulse"', "a > b", "Pulse, and \\more", "<>", '"', "x" * 39 + "<", "<" * 80, "Pülse <x>"],
)
def test_any_name_of_a_publication_may_stand_before_the_lists(name: str) -> None:
    assert Case(mailing=good_mailing(name=name)).findings() == ()


@pytest.mark.parametrize("around", ["<{}>", "({}).", "See {}, or not", "“{}”", "x^({})^"])
def test_an_address_in_a_sentence_is_the_same_address(around: str) -> None:
    assert text(STORY, around.format(STORY))().findings() == ()


# How it is told


def test_a_finding_is_told_as_a_remark_is() -> None:
    (found,) = Case(wording=replace(WORDING, postal_address="")).findings()

    assert str(found) == (
        "2024-W23 full: warning [P7-postal-address] The letters bear no postal address, which the law asks of "
        "newsletters in many countries.\n    Set publication.postal_address."
    )


def test_findings_stand_in_the_order_of_the_checks_each_once() -> None:
    first, second = error("P1-subject", "a.", "b."), warning("P9-feedback-id", "c.", "d.")

    assert in_order([second, first, second]) == (first, second)
    assert errors_in([second, first]) == (first,)


@cache
def all_told() -> tuple[Finding, ...]:
    return tuple(one for fault in FAULTS[:80:10] for one in fault.case().findings())


def test_every_finding_has_a_known_name_and_a_mend_and_names_no_reader() -> None:
    for one in all_told():
        assert one.check in CHECKS
        assert one.what.endswith(".")
        assert one.mend
        assert "reader-of-preflight" not in str(one)


@pytest.mark.parametrize("key", [b"", b"\x30", b"\x30\x05\x02\x03\x01\x00", b"\x04\x02ab"])
def test_rubbish_is_no_rsa_key(key: bytes) -> None:
    assert rsa_bits(key) == 0
