from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path

import pytest

from newsletter.config.load import load_settings
from newsletter.model.members import Member
from newsletter.model.remarks import Remark
from newsletter.model.settings import Settings
from newsletter.model.week import SlotTime
from newsletter.press.pictures.image_size import image_size

LEAST = '[publication]\nname = "Tech Pulse"\n[mail]\nfrom = "Tech Pulse <pulse@example.com>"\n'


def loaded(
    root: Path, text: str | bytes, environ: Mapping[str, str] | None = None
) -> tuple[Settings | None, tuple[Remark, ...]]:
    (root / "newsletter.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(root, environ or {}, image_size=image_size)


def settings_of(root: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    found, remarks = loaded(root, text, environ)
    assert remarks == ()
    assert found is not None
    return found


def test_a_name_and_a_sender_are_enough(tmp_path: Path) -> None:
    found = settings_of(tmp_path, LEAST)

    assert found.publication.wording.name == "Tech Pulse"
    assert found.publication.title == "Week #{week} {year} - {topic}"
    assert found.publication.wording.pulse_intro
    assert found.week.zone.key == "UTC"
    assert found.week.window == "since-last-issue"
    assert found.schedule.collect == (SlotTime(None, time(6)),)
    assert (found.schedule.freeze, found.schedule.send) == (SlotTime(4, time(15)), SlotTime(4, time(20)))
    assert not found.schedule.auto_send
    assert found.limits.headlines == 5
    assert found.mail.transport == "outbox"
    assert (found.mail.list_id, found.mail.alarm_to) == ("pulse.example.com", "Tech Pulse <pulse@example.com>")
    assert (found.secret, found.smtp.password, found.database_url) == ("", "", "")


def test_every_table_finds_its_settings(tmp_path: Path) -> None:
    found = settings_of(
        tmp_path,
        """[publication]
name = "AI Insider"
tagline = "a line"
language = "en-GB"
base_url = "https://pulse.example.com/"
title = "{name} #{number} {year} - {topic}"
first_number = 51
pulse_intro = ""
postal_address = "1 Street\\nTown"
[week]
timezone = "Asia/Jakarta"
window = "iso-week"
late_grace = "1d 12h"
[schedule]
collect = ["daily 06:00", "Friday 12:30"]
freeze = "thu 9:00"
send = "fri 20:00"
max_late = "90m"
auto_send = true
[limits]
min_takes = 2
headlines = 0
take_words = [20, 200]
[empty]
no_takes = "headlines"
[collect]
concurrency = 5
timeout = "10s"
contact = "wire@example.com"
[mail]
from = "pulse@example.com"
reply_to = "Rani <rani@example.com>"
transport = "smtp"
list_id = "<insider.example.com>"
[smtp]
host = "mail.example.com"
port = 25
security = "none"
connections = 4
timeout = "2m"
[[member]]
id = "yoga"
name = "Yoga"
link = "https://people.example.com/yoga"
aka = ["Yoga F."]
role = "chief"
zone = "Asia/Jakarta"
""",
    )

    assert found.publication.wording.base_url == "https://pulse.example.com"
    assert found.publication.wording.pulse_intro == ""
    assert found.publication.first_number == 51
    assert found.week.late_grace == timedelta(days=1, hours=12)
    assert found.schedule.collect == (SlotTime(None, time(6)), SlotTime(4, time(12, 30)))
    assert found.schedule.freeze == SlotTime(3, time(9))
    assert found.limits.take_words == (20, 200)
    assert found.collecting.timeout == timedelta(seconds=10)
    assert (found.mail.list_id, found.mail.alarm_to) == ("insider.example.com", "Rani <rani@example.com>")
    assert (found.smtp.host, found.smtp.port, found.smtp.connections) == ("mail.example.com", 25, 4)
    assert found.members == (
        Member(
            id="yoga",
            name="Yoga",
            link="https://people.example.com/yoga",
            aka=("Yoga F.",),
            role="chief",
            zone="Asia/Jakarta",
        ),
    )


# Faults --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "line", "code", "words"),
    [
        ("[shedule]\n", 5, "unknown-key", 'Did you mean "schedule"?'),
        ("[schedule]\nfrieze = 'fri 15:00'", 6, "unknown-key", 'Did you mean "freeze"?'),
        (
            "[schedule]\nfreeze = '5 15:00'",
            6,
            "value",
            '"freeze" is a time of the week such as "fri 15:00", not "5 15:00".',
        ),
        ("[schedule]\nfreeze = 'fir 15:00'", 6, "value", 'Did you mean "fri"?'),
        ("[schedule]\nfreeze = 'daily 15:00'", 6, "value", "for collecting only"),
        ("[schedule]\nfreeze = 'fri 25:00'", 6, "value", "25:00 is no time of day"),
        ("[schedule]\nsend = 'fri 3pm'", 6, "value", "24 hours"),
        ("[schedule]\ncollect = []", 6, "value", "At least one"),
        ("[schedule]\ncollect = ['daily 06:00', '1 06:00']", 6, "value", '"daily 06:00" or "mon 06:00"'),
        ("[schedule]\nmax_late = '6 hours'", 6, "value", "not a duration"),
        ("[schedule]\nmax_late = 6", 6, "value", '"max_late" is a length of time such as "45m", "6h" or "3d", not 6.'),
        ("[schedule]\nauto_send = 'yes'", 6, "value", '"auto_send" is true or false, not "yes".'),
        ("[week]\ntimezone = 'Asia/Jakata'", 6, "value", 'Did you mean "Asia/Jakarta"?'),
        ("[week]\ntimezone = 'Asia'", 6, "value", "Zones have names"),
        ("[week]\nwindow = 'week'", 6, "value", '"window" is "since-last-issue" or "iso-week", not "week".'),
        ("[limits]\ntake_words = [130, 30]", 6, "value", "The first is the smaller one"),
        ("[limits]\ntake_words = 30", 6, "value", "[30, 130]"),
        ("[limits]\nheadlines = -1", 6, "value", "The least is 0"),
        ("[limits]\nheadlines = 5.0", 6, "value", "a whole number from 0 to 1000, not 5.0"),
        ("[smtp]\nport = '587'", 6, "value", '"port" is a whole number from 1 to 65535, not "587".'),
        ("[smtp]\npassword = 'word'", 6, "secret-in-file", "NEWSLETTER_SMTP_PASSWORD_FILE"),
        ("[collect]\ntimeout = '0s'", 6, "value", "longer than nothing"),
        ("smtp = 5", 5, "unknown-key", '"smtp" is not a key.'),
        ("[[member]]\nname = 'Yoga'", 5, "missing-key", '"id" is missing in [[member]].'),
        ("[[member]]\nid = 'Yoga F'\nname = 'Yoga'", 6, "value", 'a short name such as "yoga"'),
        ("[[member]]\nid = 'yoga'\nname = 'Yoga'\nemail = 'y@example.com'", 8, "unknown-key", "var/addresses.toml"),
        ("[[member]]\nid = 'yoga'\nname = 'Yoga'\nrole = 'boss'", 8, "value", '"role" is "editor" or "chief"'),
        ("[[member]]\nid = 'yoga'\nname = 'Yoga'\nlink = 'javascript:x'", 8, "value", "https://"),
        ("[[member]]\nid = 'yoga'\nname = 'Yoga'\nzone = 'Java'", 8, "value", "Zones have names"),
        ("[member]\nid = 'yoga'", 5, "value", '"member" is a table  [[member]]  for each, not a table.'),
        ("[limits", 5, "toml", "Expected"),
    ],
)
def test_a_fault_is_named_with_its_line_and_its_mend(
    tmp_path: Path, more: str, line: int, code: str, words: str
) -> None:
    found, remarks = loaded(tmp_path, LEAST + more)

    assert found is None
    assert [(remark.path, remark.line, remark.level, remark.code) for remark in remarks] == [
        ("newsletter.toml", line, "error", code)
    ]
    assert words in str(remarks[0])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('title = "Week {weeek}"', "Did you mean {week}?"),
        ('title = "Week {week:02}"', "stands alone between its braces"),
        ('title = "Week {week"', "brace"),
        ('title = "Week {}"', "{} is not known."),
        ('title = ""', "It is empty."),
        ('base_url = "pulse.example.com"', "https://"),
        ('base_url = "ftp://pulse.example.com"', "https://"),
        ('base_url = "https://pulse.example.com/?a=1"', "before any ?"),
        ('language = "English please"', "en-GB"),
        ('tagline = "two\\nlines"', "one line"),
        ("tagline = 5", '"tagline" is text on one line, not 5.'),
    ],
)
def test_the_words_of_the_house_are_checked(tmp_path: Path, typed: str, words: str) -> None:
    found, remarks = loaded(tmp_path, LEAST.replace("[mail]", f"{typed}\n[mail]"))

    assert found is None
    assert [remark.line for remark in remarks] == [3]
    assert words in str(remarks[0])


@pytest.mark.parametrize(
    "sender", ["", "Tech Pulse", "pulse@", "a@b.example\\nBcc: c@d.example", "Tech Pulse <pulse example.com>"]
)
def test_a_sender_is_a_mailbox_on_one_line(tmp_path: Path, sender: str) -> None:
    found, remarks = loaded(tmp_path, f'[publication]\nname = "x"\n[mail]\nfrom = "{sender}"\n')

    assert found is None
    assert [(remark.line, remark.code) for remark in remarks] == [(4, "value")]


def test_all_faults_are_named_at_once_in_line_order(tmp_path: Path) -> None:
    found, remarks = loaded(
        tmp_path,
        '[publication]\nnmae = "x"\n[week]\nwindow = "x"\n[smtp]\npassword = "x"\n',
        {"NEWSLETTER_SECRET": "short"},
    )

    assert found is None
    assert [(remark.path, remark.line, remark.code) for remark in remarks] == [
        ("NEWSLETTER_SECRET", 0, "weak-secret"),
        ("newsletter.toml", 1, "missing-key"),
        ("newsletter.toml", 1, "missing-key"),
        ("newsletter.toml", 2, "unknown-key"),
        ("newsletter.toml", 4, "value"),
        ("newsletter.toml", 6, "secret-in-file"),
    ]


def test_smtp_needs_a_relay(tmp_path: Path) -> None:
    found, remarks = loaded(tmp_path, LEAST + 'transport = "smtp"\n')

    assert found is None
    assert [(remark.line, remark.code) for remark in remarks] == [(5, "missing-key")]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ('id = "yoga"\nname = "Other"', '"yoga" is a member already, on line 5.'),
        ('id = "other"\nname = "YOGA"', '"YOGA" names two members, Yoga and YOGA.'),
        ('id = "other"\nname = "Other"\naka = ["yoga f"]', '"yoga f" names two members, Yoga and Other.'),
    ],
)
def test_no_word_names_two_members(tmp_path: Path, second: str, words: str) -> None:
    first = '[[member]]\nid = "yoga"\nname = "Yoga"\naka = ["Yoga F."]\n'

    found, remarks = loaded(tmp_path, f"{LEAST}{first}[[member]]\n{second}\n")

    assert found is None
    assert [remark.code for remark in remarks] == ["duplicate"]
    assert words.replace("line 5", "line 6") in remarks[0].what or words in remarks[0].what


def test_without_a_file_the_mend_is_named(tmp_path: Path) -> None:
    found, remarks = load_settings(tmp_path, {}, image_size=image_size)

    assert found is None
    assert [remark.code for remark in remarks] == ["no-file"]


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    found, remarks = loaded(tmp_path, LEAST.encode() + b"# caf\xe9\n")

    assert found is None
    assert [(remark.line, remark.code) for remark in remarks] == [(5, "toml")]


# Environment ---------------------------------------------------------------------------------------


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    environ = {
        "NEWSLETTER__MAIL__FROM": "other@example.org",
        "NEWSLETTER__LIMITS__HEADLINES": "0",
        "NEWSLETTER__SCHEDULE__AUTO_SEND": "yes",
        "NEWSLETTER__SCHEDULE__COLLECT": '["daily 06:00", "fri 12:00"]',
        "NEWSLETTER__LIMITS__TAKE_WORDS": "[1, 2]",
        "NEWSLETTER__PUBLICATION__TAGLINE": "2024",
        "NEWSLETTER_NOW": "2024-06-07T12:00:00Z",
        "HOME": "/nowhere",
    }

    found = settings_of(tmp_path, LEAST, environ)

    assert found.mail.sender == "other@example.org"
    assert found.limits.headlines == 0
    assert found.schedule.auto_send
    assert len(found.schedule.collect) == 2
    assert found.limits.take_words == (1, 2)
    assert found.publication.wording.tagline == "2024"


@pytest.mark.parametrize(
    ("variable", "value", "code", "words"),
    [
        ("NEWSLETTER__LIMITS__HEADLINES", "many", "value", 'a whole number from 0 to 1000, not "many"'),
        ("NEWSLETTER__SCHEDULE__AUTO_SEND", "perhaps", "value", "true or false"),
        ("NEWSLETTER__SCHEDULE__COLLECT", "[", "value", "daily 06:00"),
        ("NEWSLETTER__MAIL__TRANSPROT", "smtp", "unknown-key", "Did you mean NEWSLETTER__MAIL__TRANSPORT?"),
        ("NEWSLETTER__MEMBER__ID", "x", "unknown-key", "No key"),
        ("NEWSLETTER__SMTP__PASSWORD", "x", "unknown-key", "NEWSLETTER__SMTP__"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(
    tmp_path: Path, variable: str, value: str, code: str, words: str
) -> None:
    found, remarks = loaded(tmp_path, LEAST, {variable: value})

    assert found is None
    assert [(remark.path, remark.line, remark.code) for remark in remarks] == [(variable, 0, code)]
    assert words in str(remarks[0])


# Secrets -------------------------------------------------------------------------------------------

SECRET = "a-secret-of-thirty-two-characters"


@pytest.mark.parametrize("how", ["variable", "file", "relative file", "var/secret"])
def test_the_secret_comes_from_the_environment_or_a_file(tmp_path: Path, how: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / ("secret" if how == "var/secret" else "other")).write_text(f"{SECRET}\n")
    environ = {
        "variable": {"NEWSLETTER_SECRET": SECRET},
        "file": {"NEWSLETTER_SECRET_FILE": str(tmp_path / "var" / "other")},
        "relative file": {"NEWSLETTER_SECRET_FILE": "var/other"},
        "var/secret": {},
    }[how]

    found = settings_of(tmp_path, LEAST, environ)

    assert found.secret == SECRET
    assert SECRET not in repr(found)


def test_passwords_and_the_database_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("word\n")

    found = settings_of(
        tmp_path, LEAST, {"NEWSLETTER_SMTP_PASSWORD_FILE": "password", "DATABASE_URL": "sqlite:///x.db"}
    )

    assert (found.smtp.password, found.database_url) == ("word", "sqlite:///x.db")


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"NEWSLETTER_SECRET": "short"}, "weak-secret"),
        ({"NEWSLETTER_SECRET_FILE": "nowhere"}, "secret-file"),
        ({"NEWSLETTER_SECRET": SECRET, "NEWSLETTER_SECRET_FILE": "x"}, "two-secrets"),
    ],
)
def test_a_secret_that_cannot_serve_is_an_error(tmp_path: Path, environ: dict[str, str], code: str) -> None:
    found, remarks = loaded(tmp_path, LEAST, environ)

    assert found is None
    assert [remark.code for remark in remarks] == [code]
    assert SECRET not in str(remarks[0])
