"""Every key of newsletter.toml with its default and meaning, and the settings as a person may see them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from newsletter.clock import read_duration, write_duration
from newsletter.config.schema import MemberTable, NewsletterToml, RelayTable, Shape, Table
from newsletter.model.members import Rota
from newsletter.model.settings import Settings
from newsletter.model.theme import Theme

#: Tables that a file may hold many of, [[member]].
ARRAYS: dict[str, type[Table]] = {"member": MemberTable, "relay": RelayTable}
#: Fields of `Settings` that bear another name than their key.
_FIELDS = {
    "collect": "collecting",
    "check": "checking",
    "delivery": "delivering",
    "remind": "reminding",
    "week.timezone": "zone",
    "mail.from": "sender",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of newsletter.toml."""

    #: "mail.from", "theme.light.accent" or "member.name".
    path: str
    shape: str
    #: As TOML; "" where a value has to be given.
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that overrides it; "" for members and relays, who stand in the file only."""
        return "" if self.path.split(".")[0] in ARRAYS else "NEWSLETTER__" + self.path.upper().replace(".", "__")


def shape_of(field: FieldInfo) -> Shape:
    """What values of the field look like."""
    if get_origin(field.annotation) is Literal:
        return Shape(" or ".join(f'"{word}"' for word in get_args(field.annotation)))
    return next((mark for mark in field.metadata if isinstance(mark, Shape)), Shape("a table"))


def table_of(name: str) -> type[Table] | None:
    """The table under a name, [[member]] and [[relay]] included; None if there is none."""
    field = NewsletterToml.model_fields.get(name)
    if name in ARRAYS:
        return ARRAYS[name]
    return _table_under(field) if field else None


def _table_under(field: FieldInfo) -> type[Table] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Table) else None


def fields_of(table: type[Table]) -> dict[str, FieldInfo]:
    """The fields of a table by the keys that people type, in order."""
    return {field.alias or name: field for name, field in table.model_fields.items()}


def inner_table(table: type[Table], key: str) -> type[Table] | None:
    """The table under a key of a table; None if there is none."""
    field = fields_of(table).get(key)
    return _table_under(field) if field else None


def leaves_of(table: type[Table]) -> dict[str, FieldInfo]:
    """The fields of a table that hold values, in order; those of a table within it under "light.accent"."""
    found: dict[str, FieldInfo] = {}
    for key, field in fields_of(table).items():
        if inner := _table_under(field):
            found.update({f"{key}.{name}": leaf for name, leaf in leaves_of(inner).items()})
        else:
            found[key] = field
    return found


def _keys() -> tuple[Key, ...]:
    found = []
    for name in NewsletterToml.model_fields:
        table = table_of(name)
        assert table is not None
        for key, field in leaves_of(table).items():
            default = field.get_default(call_default_factory=True, validated_data={})
            found.append(
                Key(
                    path=f"{name}.{key}",
                    shape=shape_of(field).words,
                    default="" if default is PydanticUndefined else as_toml(default),
                    meaning=field.description or "",
                )
            )
    return tuple(found)


def as_toml(value: Any) -> str:
    """A value as newsletter.toml writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if value is None:
        return '""'
    if isinstance(value, tuple):
        return f"[{', '.join(as_toml(part) for part in value)}]"
    escaped = _words(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _words(value: Any) -> str:
    if isinstance(value, timedelta):
        written = write_duration(value)
        return written if read_duration(written) == value else f"{int(value.total_seconds())}s"
    return value.key if isinstance(value, ZoneInfo) else str(value)


KEYS: tuple[Key, ...] = _keys()


def show(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Every key with the value in force, as TOML, then members and secrets; of a secret only whether it is set."""
    rows = [(key.path, as_toml(_in_force(settings, key.path))) for key in KEYS if key.variable]
    for relay in settings.further_relays:
        password = f"password {_whether(relay.password)}"
        rows.append((f"relay {relay.name}", f"{relay.host}:{relay.port} · {relay.security} · {password}"))
    for member in settings.members:
        turn = "" if member.rota == Rota() else f"rota {member.rota or 'never'}"
        parts = (member.name, member.role, member.zone, turn, member.link, *member.aka)
        rows.append((f"member {member.id}", " · ".join(part for part in parts if part)))
    rows.append(("secret", _whether(settings.secret)))
    rows.append(("smtp password", _whether(settings.smtp.password)))
    rows.append(("postmark token", _whether(settings.postmark.token)))
    rows.append(("dkim rsa key", _whether(settings.dkim.rsa_key)))
    rows.append(("dkim ed25519 key", _whether(settings.dkim.ed25519_key)))
    rows.append(("webhook", _whether(settings.webhook)))
    rows.append(("addresses of members", ", ".join(settings.addresses) or "none"))
    rows.append(("database", _whether(settings.database_url, otherwise="SQLite in var/")))
    return tuple(rows)


def _in_force(settings: Settings, path: str) -> Any:
    table, _, key = path.partition(".")
    if table == "theme":
        return _of_theme(settings.publication.theme, key)
    part: Any = getattr(settings, _FIELDS.get(table, table))
    name = _FIELDS.get(path, key)
    assert is_dataclass(part)
    return getattr(part, name) if hasattr(part, name) else getattr(settings.publication.wording, name)


def _of_theme(theme: Theme, key: str) -> str:
    if key == "logo":
        return theme.logo.path if theme.logo else ""
    value: str = attrgetter(key)(theme)
    return value


def _whether(secret: str, *, otherwise: str = "not set") -> str:
    return "set" if secret else otherwise
