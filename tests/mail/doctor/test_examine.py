"""The whole examination: settings, relays and names together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from newsletter.config.load import load_settings
from newsletter.mail.doctor.examine import Circumstances, examine
from newsletter.mail.doctor.report import Line, Report
from newsletter.mail.letter.dkim import public_record
from newsletter.model.settings import Dkim, Mail, Postmark, Secret, Settings, Smtp
from tests.mail.doctor.names import WELL, Records, Zone, changed
from tests.mail.letter.signed import both, make_keys
from tests.mail.postmark_double import TOKEN, PostmarkDouble
from tests.mail.relays import ScriptedRelay
from tests.room import ENVIRON, lay_out

#: Letters are signed by the relay, unless a test says otherwise: a private key takes its time to load.
GIVEN = Circumstances(
    now=datetime(2026, 11, 22, tzinfo=UTC),
    outgoing=(ip_address("192.0.2.25"),),
    selectors=("pulse2026", "pulse2026e"),
)
SELECTORS = {name: {"TXT": [value]} for name, value in public_record(make_keys())}
ALL_WELL: Records = {**WELL, **SELECTORS}


@pytest.fixture
def relay() -> Iterator[ScriptedRelay]:
    with ScriptedRelay() as running:
        yield running


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("pulse")
    lay_out(root)
    settings, _ = load_settings(root, ENVIRON, image_size=lambda _: None)
    assert settings is not None
    mail = Mail(sender="Pulse <pulse@example.com>", transport="smtp", list_id="weekly.example.com")
    return replace(settings, mail=mail)


def set_for(workspace: Settings, relay: ScriptedRelay, **changes: Any) -> Settings:
    smtp = Smtp(host=relay.host, port=relay.port, security="none", timeout=timedelta(seconds=5))
    return replace(replace(workspace, smtp=smtp), **changes)


def of(report: Report, check: str) -> list[Line]:
    return [line for line in report.lines if line.check == check]


def levels(report: Report) -> Mapping[str, str]:
    return {line.check: line.level for line in report.lines if line.level != "ok"}


def test_where_all_is_well_every_line_says_so_and_nobody_is_written_to(
    workspace: Settings, relay: ScriptedRelay
) -> None:
    report = examine(set_for(workspace, relay), GIVEN, Zone(ALL_WELL))

    assert levels(report) == {}
    assert report.is_well
    checks = dict.fromkeys(line.check for line in report.lines)
    assert list(checks) == [
        *("settings", "list-id", "relay", "tls", "extensions", "envelope"),
        *("spf", "spf-covers", "ptr", "dkim", "dmarc", "alignment", "mx", "base-url"),
    ]
    assert not {"RCPT", "DATA"} & set(relay.verbs)


def test_each_relay_is_asked(workspace: Settings, relay: ScriptedRelay) -> None:
    with ScriptedRelay({"MAIL": "550 5.7.1 Not here"}) as second:
        further = Smtp(name="second", host=second.host, port=second.port, security="none")
        report = examine(set_for(workspace, relay, further_relays=(further,)), GIVEN, Zone(ALL_WELL))

    assert [(line.about, line.level) for line in of(report, "envelope")] == [("smtp", "ok"), ("second", "fail")]


@pytest.mark.parametrize(
    ("records", "failed"),
    [
        (changed("example.com", "TXT"), {"spf", "spf-covers"}),
        (changed("example.com", "TXT", "v=spf1 ip4:192.0.2.99 -all"), {"spf-covers"}),
        (changed("example.com", "MX", "10 gone.example.com"), {"mx"}),
        (changed("_dmarc.example.com", "TXT"), {"dmarc"}),
        (changed("25.2.0.192.in-addr.arpa", "PTR"), {"ptr"}),
        (changed("pulse.example.com", "A"), {"base-url"}),
    ],
)
def test_one_record_amiss_is_one_failure(
    workspace: Settings, relay: ScriptedRelay, records: Records, failed: set[str]
) -> None:
    report = examine(set_for(workspace, relay), GIVEN, Zone({**SELECTORS, **records}))

    assert {line.check for line in report.lines if line.level == "fail"} == failed
    assert all(line.mend for line in report.lines if line.level != "ok")


def test_keys_that_nobody_published_leave_spf_to_vouch_alone(workspace: Settings, relay: ScriptedRelay) -> None:
    report = examine(set_for(workspace, relay), GIVEN, Zone(WELL))

    assert [line.level for line in of(report, "dkim")] == ["fail", "fail"]
    assert of(report, "alignment")[0].what == "SPF can vouch for example.com, as From says."


def test_without_spf_and_keys_nothing_vouches(workspace: Settings, relay: ScriptedRelay) -> None:
    report = examine(set_for(workspace, relay), GIVEN, Zone(changed("example.com", "TXT")))

    assert of(report, "alignment")[0].level == "fail"


def test_our_own_keys_are_looked_for_where_receivers_look(workspace: Settings, relay: ScriptedRelay) -> None:
    report = examine(set_for(workspace, relay, dkim=both()), replace(GIVEN, selectors=()), Zone(ALL_WELL))

    assert [line.level for line in of(report, "dkim")] == ["ok", "ok"]
    assert all(line.what.endswith(", ours.") for line in of(report, "dkim"))


def test_keys_that_are_no_good_are_told_before_any_letter(workspace: Settings, relay: ScriptedRelay) -> None:
    settings = set_for(workspace, relay, dkim=Dkim(rsa_selector="s1", rsa_key=Secret("no key")))

    report = examine(settings, replace(GIVEN, selectors=()), Zone(ALL_WELL))

    (line,) = of(report, "dkim")
    assert line.level == "fail"
    assert "no key" not in line.what
    assert line.mend


def test_a_relay_that_signs_is_believed_only_by_its_selector(workspace: Settings, relay: ScriptedRelay) -> None:
    settings = set_for(workspace, relay, dkim=Dkim())
    names = Zone({**WELL, "s1._domainkey.example.com": {"TXT": [public_record(make_keys())[0][1]]}})

    unknown = examine(settings, replace(GIVEN, selectors=()), names)
    named = examine(settings, replace(GIVEN, selectors=("s1", "s2")), names)

    assert [line.level for line in of(unknown, "dkim")] == ["warn"]
    assert [line.level for line in of(named, "dkim")] == ["ok", "fail"]


def test_of_a_relay_on_this_machine_the_outgoing_address_is_not_guessed(
    workspace: Settings, relay: ScriptedRelay
) -> None:
    report = examine(set_for(workspace, relay), replace(GIVEN, outgoing=()), Zone(ALL_WELL))

    (line,) = of(report, "spf-covers")
    assert line.level == "warn"
    assert "--outgoing" in line.mend
    assert of(report, "ptr") == []


def test_when_the_name_service_is_silent_nothing_is_called_wrong_that_was_not_seen(
    workspace: Settings, relay: ScriptedRelay
) -> None:
    silent: Records = {name: dict.fromkeys(("A", "AAAA", "MX", "TXT", "PTR"), "!") for name in ALL_WELL}

    report = examine(set_for(workspace, relay), GIVEN, Zone(silent))

    told = [line for line in report.lines if line.check in ("spf", "dkim", "dmarc", "mx", "ptr", "base-url")]
    assert {line.level for line in told} == {"fail"}
    assert all("could not be looked up" in line.what for line in told)
    assert of(report, "alignment")[0].level == "warn"


def test_what_sending_needs_and_is_not_set_is_told_at_once(workspace: Settings, relay: ScriptedRelay) -> None:
    settings = set_for(workspace, relay, secret=Secret(""))

    report = examine(settings, GIVEN, Zone(ALL_WELL))
    in_the_outbox = examine(replace(settings, mail=replace(settings.mail, transport="outbox")), GIVEN, Zone(ALL_WELL))

    assert levels(report) == {"settings": "fail"}
    assert of(report, "settings")[0].what == "No secret is set."
    assert levels(in_the_outbox) == {"settings": "warn", "transport": "warn"}


@pytest.mark.parametrize(
    ("mail", "check"),
    [
        (Mail(sender="nobody", transport="smtp"), "sender"),
        (Mail(sender="pulse@example.com", reply_to="nobody", transport="smtp"), "mx"),
    ],
)
def test_a_mailbox_that_is_none_is_told(workspace: Settings, relay: ScriptedRelay, mail: Mail, check: str) -> None:
    report = examine(set_for(workspace, relay, mail=mail), GIVEN, Zone(ALL_WELL))

    assert of(report, check)[0].level == "fail"


@pytest.mark.parametrize("list_id", ["weekly", "weekly.example.org"])
def test_a_list_named_below_somebody_elses_domain_is_a_warning(
    workspace: Settings, relay: ScriptedRelay, list_id: str
) -> None:
    settings = set_for(workspace, relay, mail=replace(workspace.mail, list_id=list_id))

    report = examine(settings, GIVEN, Zone(ALL_WELL))

    assert levels(report) == {"list-id": "warn"}


def test_answers_to_another_domain_have_to_arrive_there(workspace: Settings, relay: ScriptedRelay) -> None:
    settings = set_for(workspace, relay, mail=replace(workspace.mail, reply_to="rani@example.org"))

    report = examine(settings, GIVEN, Zone(ALL_WELL))

    assert [(line.about, line.level) for line in of(report, "mx")] == [("example.com", "ok"), ("example.org", "fail")]


def test_our_own_keys_vouch_for_nothing_where_the_service_makes_the_letters_anew(workspace: Settings) -> None:
    mail = replace(workspace.mail, transport="postmark")
    settings = replace(workspace, mail=mail, dkim=replace(both(), domain="signing.example"))

    report = examine(settings, replace(GIVEN, outgoing=(), selectors=()), Zone(ALL_WELL))

    (line,) = of(report, "dkim")
    assert (line.level, line.about) == ("warn", "example.com")
    assert "Verify example.com at Postmark" in line.mend


@pytest.mark.parametrize(("alias", "level"), [("pm.mtasv.net", "ok"), ("other.example", "warn")])
def test_the_service_is_asked_for_the_token_and_its_bounces_are_looked_up(
    workspace: Settings, alias: str, level: str
) -> None:
    mail = replace(workspace.mail, transport="postmark")
    names = Zone({**ALL_WELL, "pm-bounces.example.com": {"CNAME": [alias]}})

    with PostmarkDouble() as double:
        service = Postmark(token=Secret(TOKEN), api=double.api)
        report = examine(replace(workspace, mail=mail, postmark=service), replace(GIVEN, outgoing=()), names)

    assert double.taken == []
    assert [line.level for line in of(report, "relay")] == ["ok"]
    assert [line.level for line in of(report, "spf")] == [level]
    assert report.is_well


def test_looks_are_counted_before_and_told_one_by_one(workspace: Settings, relay: ScriptedRelay) -> None:
    told: list[int] = []

    examine(set_for(workspace, relay), GIVEN, Zone(ALL_WELL), on_start=told.append, on_look=lambda: told.append(1))

    assert told[0] == sum(told[1:])
