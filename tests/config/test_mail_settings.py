"""Relays, signatures, rates and variants in newsletter.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.config.keys import show
from newsletter.config.load import load_settings
from newsletter.model.remarks import Remark
from newsletter.model.settings import Settings
from newsletter.press.pictures.image_size import image_size

_LEAST = '[publication]\nname = "Pulse"\n'


def load(root: Path, text: str, **environ: str) -> tuple[Settings | None, tuple[Remark, ...]]:
    mail = "" if "[mail]" in text else '[mail]\nfrom = "Pulse <pulse@example.com>"\n'
    (root / "newsletter.toml").write_text(_LEAST + mail + text)
    return load_settings(root, environ, image_size=image_size)


def sound(root: Path, text: str, **environ: str) -> Settings:
    settings, remarks = load(root, text, **environ)
    assert remarks == ()
    assert settings is not None
    return settings


RELAYS = """[smtp]
host = "mail.example.com"
per_minute = 600
[[relay]]
name = "second-one"
host = "mail2.example.com"
connections = 7
[[relay]]
name = "third"
host = "mail3.example.com"
"""


def test_further_relays_stand_beside_the_first_each_with_a_password_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "third.txt").write_text("of the third\n")

    settings = sound(
        tmp_path,
        RELAYS,
        NEWSLETTER_SMTP_PASSWORD="of the first",
        NEWSLETTER_RELAY_SECOND_ONE_PASSWORD="of the second",
        NEWSLETTER_RELAY_THIRD_PASSWORD_FILE="third.txt",
    )

    first, (second, third) = settings.smtp, settings.further_relays
    assert [(one.name, one.host, str(one.password)) for one in (first, second, third)] == [
        ("smtp", "mail.example.com", "of the first"),
        ("second-one", "mail2.example.com", "of the second"),
        ("third", "mail3.example.com", "of the third"),
    ]
    assert (first.per_minute, second.per_minute, second.connections) == (600, 0, 7)
    assert "of the second" not in str(show(settings))
    assert ("relay second-one", "mail2.example.com:587 · starttls · password set") in show(settings)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (RELAYS.replace('"third"', '"second-one"'), 13, '"second-one" is the name of another relay.'),
        (RELAYS.replace('"third"', '"smtp"'), 13, '"smtp" is the name of another relay.'),
        (RELAYS.replace('host = "mail.example.com"\n', ""), 7, "[smtp] names no host"),
        ('[mail]\nfrom = "a@example.com"\nfeedback_id = "x"\n', 5, '"feedback_id" is a name of 5 to 15'),
        ('[mail]\nfrom = "a@example.com"\nvariants = ["full", "full"]\n', 5, '"variants" is a list out of'),
        ('[mail]\nfrom = "a@example.com"\nvariants = []\n', 5, '"variants" is a list out of'),
        ('[dkim]\nrsa_selector = "a b"\n', 6, '"rsa_selector" is a name such as'),
        ('[dkim]\ndomain = "example"\n', 6, '"domain" is a domain such as'),
        ('[postmark]\napi = "postmark"\n', 6, '"api" is an address beginning with https://'),
        ("[delivery]\ngroup = 1\n", 6, '"group" is a whole number from 2 to 500'),
        ('[delivery]\nrecord = "fast"\n', 6, '"record" is "strict" or "group"'),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    settings, remarks = load(tmp_path, text)

    assert settings is None
    assert [(remark.line, words in remark.what) for remark in remarks] == [(line, True)]


def test_a_key_in_the_file_is_refused_and_named_after_its_variable(tmp_path: Path) -> None:
    _, remarks = load(tmp_path, '[dkim]\nrsa_key = "-----BEGIN PRIVATE KEY-----"\n')

    assert [remark.code for remark in remarks] == ["secret-in-file"]
    assert "NEWSLETTER_DKIM_RSA_KEY" in str(remarks[0])


@pytest.mark.parametrize(
    ("sender", "expected"),
    [("pulse@example.com", "pulseexamplecom"), ("a@b.c", "abcxx"), ("weekly@news.example.org", "weeklynewsexamp")],
)
def test_the_name_in_feedback_id_is_made_of_the_list_and_fits(tmp_path: Path, sender: str, expected: str) -> None:
    settings = sound(tmp_path, f'[mail]\nfrom = "{sender}"\n')

    assert settings.mail.feedback_id == expected
    assert 5 <= len(expected) <= 15
