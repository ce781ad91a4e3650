"""The doctor as an operator calls it: a workspace, a relay with TLS and a name server, all on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.doctor import letter_size
from tests.mail.doctor.names import WELL, NameServer, Records, changed
from tests.mail.letter.signed import rsa_pem
from tests.mail.relays import PAIR, Relay
from tests.room import ENVIRON, lay_out, workspace

PASSWORD = "open sesame"


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """A relay with TLS and sign-in, and a workspace in tmp_path that sends by it."""
    lay_out(tmp_path)
    with Relay(tls="starttls", user="pulse", password=PASSWORD) as running:
        environ = ENVIRON | {
            "NEWSLETTER_SMTP_PASSWORD": PASSWORD,
            "NEWSLETTER__MAIL__FROM": "Pulse <pulse@example.com>",
            "NEWSLETTER__MAIL__TRANSPORT": "smtp",
            "NEWSLETTER__SMTP__HOST": running.host,
            "NEWSLETTER__SMTP__PORT": str(running.port),
            "NEWSLETTER__SMTP__USER": "pulse",
            "SSL_CERT_FILE": str(PAIR),
        }
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield running


def doctor(root: Path, records: Records, *options: str) -> int:
    with NameServer(records) as server:
        named = ("--nameserver", server.address, "--outgoing", "192.0.2.25")
        return main(["doctor", "mail", "--root", str(root), *named, *options])


def test_an_installation_that_is_well_is_told_so_and_nobody_is_written_to(
    relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.rglob("*"))

    code = doctor(tmp_path, WELL)

    said = capsys.readouterr().out
    assert code == 0
    assert "\nok    tls" in said
    assert "\nok    spf" in said
    assert said.endswith("0 failed, 1 warning, 14 well.\n")
    assert relay.messages == []
    assert sorted(tmp_path.rglob("*")) == before


def test_what_failed_is_told_with_what_to_do(relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor(tmp_path, changed("example.com", "TXT", "v=spf1 ip4:192.0.2.25 -all", "v=spf1 -all"))

    said = capsys.readouterr().out
    assert code == 3
    assert "example.com has two SPF records; receivers treat that as none. Keep one." in said


def test_programs_get_every_line_and_no_secret(
    relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = doctor(tmp_path, changed("_dmarc.example.com", "TXT"), "--selector", "s1", "--json")

    said = capsys.readouterr().out
    told = json.loads(said)
    failed = [(line["check"], line["about"]) for line in told["lines"] if line["level"] == "fail"]
    assert code == 3
    assert told["well"] is False
    assert told["failed"] == len(failed)
    assert failed == [("dkim", "s1._domainkey.example.com"), ("dmarc", "_dmarc.example.com")]
    assert PASSWORD not in said


def test_a_record_to_publish_is_printed_whole_on_a_line_of_its_own_however_narrow_the_screen(
    relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NEWSLETTER__DKIM__RSA_SELECTOR", "s1")
    monkeypatch.setenv("NEWSLETTER_DKIM_RSA_KEY", str(rsa_pem()))

    code = doctor(tmp_path, WELL)

    said = capsys.readouterr().out
    heading, record = said.partition("\nTXT at s1._domainkey.example.com")[2].splitlines()[:2]
    assert code == 3
    assert "255 octets" in heading
    assert record.startswith("v=DKIM1; k=rsa; p=MII")
    assert len(record) > 400
    assert record.endswith("IDAQAB")


@pytest.mark.parametrize(("option", "typed"), [("--outgoing", "mail.example.com"), ("--nameserver", "dns.example.com")])
def test_an_address_that_is_none_is_a_usage_fault(
    relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, typed: str
) -> None:
    code = main(["doctor", "mail", "--root", str(tmp_path), option, typed])

    assert code == 2
    assert typed in capsys.readouterr().err


def test_the_size_of_a_letter_is_that_of_the_newest_week_that_has_one(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        before = letter_size(space.room)
        space.freeze()

        html = (space.folder() / "email.html").stat().st_size
        assert before == 0
        assert html < letter_size(space.room) < 4 * html
