"""newsletter.toml, overridden by the environment, into `Settings`: all faults at once, in order. I/O: disk"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsletter.config.addresses import read_addresses
from newsletter.config.keys import ARRAYS, fields_of, inner_table, leaves_of, shape_of, table_of
from newsletter.config.schema import MemberTable, NewsletterToml, Shape
from newsletter.config.secret_files import Secrets, read_secrets, without_secrets
from newsletter.config.theme import ImageSize, checked_theme
from newsletter.config.values import feedback_id_of, list_id_of
from newsletter.model.issue import Wording
from newsletter.model.members import Member
from newsletter.model.remarks import Remark, errors_in, in_order
from newsletter.model.settings import (
    NO_SECRET,
    Checking,
    Collecting,
    Delivering,
    Dkim,
    Empty,
    Limits,
    Mail,
    Postmark,
    Publication,
    Reminding,
    Schedule,
    Settings,
    Smtp,
    WeekSettings,
)
from newsletter.model.theme import HOUSE, Theme
from newsletter.text import clip, fold, nearest
from newsletter.toml_lines import TomlFault, TomlText, read_toml

FILE = "newsletter.toml"
_PREFIX = "NEWSLETTER__"
_SWITCH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}

Place = tuple[str | int, ...]


def load_settings(
    root: Path, environ: Mapping[str, str], *, image_size: ImageSize
) -> tuple[Settings | None, tuple[Remark, ...]]:
    """Read the settings of a workspace; None if there is an error among the remarks. `image_size` measures the logo.

    `NEWSLETTER__MAIL__TRANSPORT=smtp` overrides `transport` in [mail]; secrets come from the environment or
    from files alone.
    """
    try:
        text = read_toml((root / FILE).read_bytes())
    except FileNotFoundError:
        what = "There is no newsletter.toml."
        return None, (Remark(FILE, 0, "error", "no-file", what, ("Make a workspace:  newsletter init DIR",)),)
    except OSError as fault:
        what = f"The file cannot be read: {(fault.strerror or 'no reason given').lower()}."
        return None, (Remark(FILE, 0, "error", "unreadable", what),)
    except TomlFault as fault:
        return None, (Remark(FILE, fault.line, "error", "toml", f"{fault.what}.", fault.mend),)
    report = _Report(text=text)
    values = _public(report)
    _override(report, values, environ)
    secrets, about_secrets = read_secrets(root, environ, relays=_names_of_relays(values))
    tables = _validated(report, values)
    if tables is not None:
        _check_smtp(report, tables)
        _check_relays(report, tables)
        _check_members(report, tables.member)
    theme = checked_theme(root, tables.theme, report.error, image_size=image_size) if tables is not None else HOUSE
    members = tables.member if tables is not None else []
    addresses, about_addresses = read_addresses(root, environ, [member.id for member in members])
    remarks = in_order((*report.remarks, *about_secrets, *about_addresses))
    if tables is None or errors_in(remarks):
        return None, remarks
    return _settings(tables, secrets, addresses, theme), remarks


@dataclass(slots=True)
class _Report:
    """Remarks while they gather, and where each value came from."""

    text: TomlText
    #: The variable that overrides a value, by the value's place.
    variables: dict[Place, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def error(self, place: Place, code: str, what: str, *mend: str) -> None:
        variable = self.variables.get(place[:3]) or self.variables.get(place[:2], "")
        path, line = (variable, 0) if variable else (FILE, self.text.line_of(*place))
        self.remarks.append(Remark(path, line, "error", code, what, mend))


def _public(report: _Report) -> dict[str, Any]:
    """The tables as typed, without what must not stand in a file that lies in git."""
    values, misplaced = without_secrets(report.text.values)
    for place, variable in misplaced:
        what = f'"{place[-1]}" is a secret, and newsletter.toml is no place for one.'
        mend = f"Set {variable} or {variable}_FILE instead, and change the secret if the file was ever committed."
        report.error(place, "secret-in-file", what, mend)
    return values


def _override(report: _Report, values: dict[str, Any], environ: Mapping[str, str]) -> None:
    for variable in sorted(environ):
        if not variable.startswith(_PREFIX):
            continue
        name, _, key = variable.removeprefix(_PREFIX).lower().partition("__")
        table = table_of(name) if name not in ARRAYS else None
        fields = leaves_of(table) if table else {}
        place = (name, *key.split("__"))
        report.variables[place] = variable
        if (path := ".".join(place[1:])) not in fields:
            near = nearest(variable, _variables(), cutoff=0.8)
            hint = f" Did you mean {near}?" if near else ""
            report.error(place, "unknown-key", f"No key of newsletter.toml belongs to this variable.{hint}")
        else:
            _put(values, place, _typed(environ[variable], shape_of(fields[path])))


def _put(values: dict[str, Any], place: tuple[str, ...], value: object) -> None:
    """Set the value at a place; where something else than a table stands on the way, that is told as a fault anyway."""
    *tables, key = place
    inner: Any = values
    for name in tables:
        inner = inner.setdefault(name, {})
        if not isinstance(inner, dict):
            return
    inner[key] = value


def _variables() -> tuple[str, ...]:
    names = [name for name in NewsletterToml.model_fields if name not in ARRAYS]
    places = (f"{name}.{key}" for name in names for key in leaves_of(_known(name)))
    return tuple(_PREFIX + place.replace(".", "__").upper() for place in places)


def _known(name: str) -> Any:
    table = table_of(name)
    assert table is not None
    return table


def _typed(words: str, shape: Shape) -> object:
    """The value of a variable, which is always text, in the form that the key asks for; as it is if it has not that."""
    if shape.form == "whole" and re.fullmatch(r"\s*-?\d{1,9}\s*", words):
        return int(words)
    if shape.form == "switch":
        return _SWITCH.get(words.strip().lower(), words)
    if shape.form == "list" and words.strip().startswith("["):
        try:
            return tomllib.loads(f"value = {words}")["value"]
        except tomllib.TOMLDecodeError:
            return words
    return words


# Checking ------------------------------------------------------------------------------------------


def _validated(report: _Report, values: dict[str, Any]) -> NewsletterToml | None:
    for required in ("publication", "mail"):
        values.setdefault(required, {})
    try:
        return NewsletterToml.model_validate(values)
    except ValidationError as fault:
        for error in fault.errors(include_url=False):
            _report_one(report, error["loc"], error["type"], error["input"], error.get("ctx", {}))
    return None


def _report_one(report: _Report, place: Place, kind: str, typed: object, context: Mapping[str, Any]) -> None:
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    fields = _fields_around(place)
    if kind == "extra_forbidden":
        near = nearest(key, fields)
        hint = f' Did you mean "{near}"?' if near else ""
        mend = (
            ("Addresses of people do not belong in a file that lies in git: write them into var/addresses.toml.",)
            if key == "email"
            else ()
        )
        report.error(place, "unknown-key", f'"{key}" is not a key.{hint} Keys: {", ".join(fields)}.', *mend)
    elif kind == "missing":
        where = f"[{place[0]}]" if place[0] not in ARRAYS else f"[[{place[0]}]]"
        report.error(
            place, "missing-key", f'"{key}" is missing in {where}.', f"Add  {key} = …  ({_wanted(fields, key)})"
        )
    else:
        cause = context.get("error")
        mend = (str(cause),) if isinstance(cause, ValueError) else ()
        wanted = f"a table  [{place[0]}.{key}]" if len(place) == 2 and _is_table(place) else _wanted(fields, key)
        report.error(place, "value", f'"{key}" is {wanted}, not {_shown(typed)}.', *mend)


def _fields_around(place: Place) -> dict[str, Any]:
    """The fields of the table that the last key of a place belongs to."""
    keys = [part for part in place if isinstance(part, str)]
    if len(keys) < 2:
        return dict(NewsletterToml.model_fields)
    table = table_of(keys[0])
    for key in keys[1:-1]:
        table = inner_table(table, key) if table else None
    return dict(fields_of(table)) if table else {}


def _is_table(place: Place) -> bool:
    table = table_of(str(place[0]))
    return table is not None and inner_table(table, str(place[1])) is not None


def _wanted(fields: Mapping[str, Any], key: str) -> str:
    if key in ARRAYS:
        return f"a table  [[{key}]]  for each"
    if table_of(key) is not None:
        return f"a table  [{key}]"
    return shape_of(fields[key]).words


def _shown(typed: object) -> str:
    if isinstance(typed, str):
        return f'"{clip(typed, 60)}"' if "\n" not in typed else "several lines"
    if isinstance(typed, bool):
        return "true" if typed else "false"
    if isinstance(typed, list):
        return f"[{', '.join(_shown(part) for part in typed)}]"
    return "a table" if isinstance(typed, dict) else str(typed)


def _check_smtp(report: _Report, tables: NewsletterToml) -> None:
    if tables.mail.transport == "smtp" and not tables.smtp.host:
        what = 'transport = "smtp" needs a relay, and [smtp] names none.'
        report.error(("mail", "transport"), "missing-key", what, 'Add to [smtp]:  host = "mail.example.com"')


def _check_relays(report: _Report, tables: NewsletterToml) -> None:
    """No two relays with one name, and none beside an [smtp] that names no host."""
    names = {"smtp"}
    for number, relay in enumerate(tables.relay):
        if relay.name in names:
            what = f'"{relay.name}" is the name of another relay.'
            report.error(
                ("relay", number, "name"), "duplicate", what, "[smtp] is called smtp; name the others otherwise."
            )
        names.add(relay.name)
    if tables.relay and not tables.smtp.host:
        what = "A [[relay]] stands beside that of [smtp], and [smtp] names no host."
        report.error(("relay", 0), "missing-key", what, "Write the first relay into [smtp].")


def _names_of_relays(values: Mapping[str, Any]) -> tuple[str, ...]:
    """As typed, before anything is checked: their passwords are looked for under these names."""
    typed = values.get("relay")
    rows = typed if isinstance(typed, list) else []
    return tuple(row["name"] for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str))


def _check_members(report: _Report, members: list[MemberTable]) -> None:
    """No two members with one id, and no word that names two of them."""
    names: dict[str, int] = {}
    ids: dict[str, int] = {}
    for number, member in enumerate(members):
        if member.id in ids:
            line = report.text.line_of("member", ids[member.id])
            report.error(("member", number, "id"), "duplicate", f'"{member.id}" is a member already, on line {line}.')
        ids.setdefault(member.id, number)
        for word in (member.id, member.name, *member.aka):
            other = names.setdefault(fold(word) or word, number)
            if other != number and members[other].id != member.id:
                what = f'"{word}" names two members, {members[other].name} and {member.name}.'
                report.error(("member", number), "duplicate", what, "Change one of them, or its aka.")


# Settings ------------------------------------------------------------------------------------------


def _settings(tables: NewsletterToml, secrets: Secrets, addresses: Mapping[str, str], theme: Theme) -> Settings:
    words = dict(tables.publication)
    title, first = words.pop("title"), words.pop("first_number")
    mail = tables.mail
    return Settings(
        publication=Publication(wording=Wording(**words), title=title, first_number=first, theme=theme),
        week=WeekSettings(zone=tables.week.timezone, window=tables.week.window, late_grace=tables.week.late_grace),
        schedule=Schedule(**dict(tables.schedule)),
        limits=Limits(**dict(tables.limits)),
        empty=Empty(**dict(tables.empty)),
        collecting=Collecting(**dict(tables.collect)),
        mail=Mail(
            sender=mail.sender,
            reply_to=mail.reply_to,
            transport=mail.transport,
            list_id=mail.list_id or list_id_of(mail.sender),
            alarm_to=mail.alarm_to or mail.reply_to or mail.sender,
            feedback_id=mail.feedback_id or feedback_id_of(mail.list_id or list_id_of(mail.sender)),
            variants=mail.variants,
        ),
        smtp=Smtp(**dict(tables.smtp), password=secrets.smtp_password),
        further_relays=tuple(
            Smtp(**dict(relay), password=secrets.relay_passwords.get(relay.name, NO_SECRET)) for relay in tables.relay
        ),
        delivering=Delivering(**dict(tables.delivery)),
        dkim=Dkim(**dict(tables.dkim), rsa_key=secrets.dkim_rsa_key, ed25519_key=secrets.dkim_ed25519_key),
        postmark=Postmark(**dict(tables.postmark), token=secrets.postmark_token),
        checking=Checking(**dict(tables.check)),
        reminding=Reminding(**dict(tables.remind)),
        addresses=addresses,
        webhook=secrets.webhook,
        members=tuple(Member(**dict(member)) for member in tables.member),
        secret=secrets.secret,
        database_url=secrets.database_url,
    )
