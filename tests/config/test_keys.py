from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from newsletter.config.keys import ARRAYS, KEYS, Key, show
from newsletter.config.load import load_settings
from newsletter.press.pictures.image_size import image_size


def test_every_key_says_what_it_means_and_what_it_looks_like() -> None:
    assert [key.path for key in KEYS if not key.meaning.endswith(".") or not key.shape] == []
    assert len({key.path for key in KEYS}) == len(KEYS)


def test_only_a_name_a_sender_and_a_member_s_names_have_to_be_given() -> None:
    assert [key.path for key in KEYS if not key.default] == [
        "publication.name",
        "mail.from",
        "relay.host",
        "relay.name",
        "member.id",
        "member.name",
    ]


@pytest.mark.parametrize("key", [key for key in KEYS if key.default], ids=lambda key: key.path)
def test_a_default_typed_into_the_file_changes_nothing(tmp_path: Path, key: Key) -> None:
    table, _, name = key.path.partition(".")
    least = {
        "publication": 'name = "x"',
        "mail": 'from = "a@example.com"',
        "member": 'id = "y"\nname = "Y"',
        "relay": 'name = "second"\nhost = "mail2.example.com"',
    } | ({"smtp": 'host = "mail.example.com"'} if table == "relay" else {})
    brackets = f"[[{table}]]" if table in ARRAYS else f"[{table}]"
    needed = ("publication", "mail", "smtp") if table == "relay" else ("publication", "mail")
    others = [f"[{other}]\n{least[other]}\n" for other in needed if other != table]
    typed = f"{brackets}\n{least.get(table, '')}\n{name} = {key.default}\n{''.join(others)}"
    plain = "".join(others) + (f"{brackets}\n{least[table]}\n" if table in least else "")

    (tmp_path / "newsletter.toml").write_text(typed)
    with_default, remarks = load_settings(tmp_path, {}, image_size=image_size)
    (tmp_path / "newsletter.toml").write_text(plain)
    without, _ = load_settings(tmp_path, {}, image_size=image_size)

    assert remarks == ()
    assert with_default == without


def test_what_is_shown_is_toml_and_hides_every_secret(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(
        '[publication]\nname = "A \\"b\\""\n[mail]\nfrom = "a@example.com"\n'
        '[[member]]\nid = "yoga"\nname = "Yoga"\nrole = "chief"\n[week]\nlate_grace = "1d 2h 3m"\n'
    )
    settings, _ = load_settings(
        tmp_path, {"NEWSLETTER_SECRET": "s" * 32, "DATABASE_URL": "sqlite:///hidden"}, image_size=image_size
    )
    assert settings is not None

    rows = dict(show(settings))

    assert tomllib.loads(f"v = {rows['publication.name']}")["v"] == 'A "b"'
    assert rows["schedule.collect"] == '["daily 06:00"]'
    assert rows["mail.list_id"] == '"a.example.com"'
    assert rows["week.late_grace"] == '"93780s"'
    assert rows["member yoga"] == "Yoga · chief"
    assert (rows["secret"], rows["smtp password"], rows["database"]) == ("set", "not set", "set")
    assert "hidden" not in str(rows)
    assert set(rows) >= {key.path for key in KEYS if key.variable}


def test_the_environment_knows_every_key_but_those_of_members() -> None:
    variables = {key.path: key.variable for key in KEYS}

    assert variables["mail.from"] == "NEWSLETTER__MAIL__FROM"
    assert variables["member.id"] == ""
