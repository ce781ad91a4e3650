"""Secrets: from the environment, or from files that it names, never from newsletter.toml. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.model.remarks import Remark
from newsletter.model.settings import NO_SECRET, Secret

#: Keys that people type into newsletter.toml although they are secrets, and where each belongs.
_BELONGS = {
    "secret": "NEWSLETTER_SECRET",
    "secret_key": "NEWSLETTER_SECRET",
    "password": "NEWSLETTER_SMTP_PASSWORD",
    "smtp_password": "NEWSLETTER_SMTP_PASSWORD",
    "token": "NEWSLETTER_SECRET",
    "api_key": "NEWSLETTER_SECRET",
    "database_url": "DATABASE_URL",
    "server_token": "NEWSLETTER_POSTMARK_TOKEN",
    "rsa_key": "NEWSLETTER_DKIM_RSA_KEY",
    "ed25519_key": "NEWSLETTER_DKIM_ED25519_KEY",
    "webhook": "NEWSLETTER_WEBHOOK",
    "webhook_url": "NEWSLETTER_WEBHOOK",
}
_SHORTEST = 16
_RESTORE = "Bring back its copy; if no letter has left yet, delete it, and a new one is made."


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    secret: Secret
    smtp_password: Secret
    database_url: Secret
    webhook: Secret
    postmark_token: Secret
    dkim_rsa_key: Secret
    dkim_ed25519_key: Secret
    #: By the names of the relays that have one.
    relay_passwords: Mapping[str, Secret]


def read_secrets(
    root: Path, environ: Mapping[str, str], *, relays: Sequence[str] = ()
) -> tuple[Secrets, tuple[Remark, ...]]:
    """Read all of them; each "" if not set. `relays` are the names of those of [[relay]].

    `X` holds a value, `X_FILE` names a file, relative to the workspace or not.

    The secret of tokens and Message-IDs may also lie in var/secret.
    """
    remarks: list[Remark] = []
    secret = _secret(root, environ, "NEWSLETTER_SECRET", remarks)
    if not secret:
        secret = _kept(root, remarks)
    if secret and len(secret) < _SHORTEST:
        what = f"The secret has {len(secret)} signs; readers' tokens can be guessed."
        mend = ('Make one:  python3 -c "import secrets; print(secrets.token_urlsafe(32))"',)
        remarks.append(Remark("NEWSLETTER_SECRET", 0, "error", "weak-secret", what, mend))
    found = Secrets(
        secret=secret,
        smtp_password=_secret(root, environ, "NEWSLETTER_SMTP_PASSWORD", remarks),
        database_url=_secret(root, environ, "DATABASE_URL", remarks),
        webhook=_secret(root, environ, "NEWSLETTER_WEBHOOK", remarks),
        postmark_token=_secret(root, environ, "NEWSLETTER_POSTMARK_TOKEN", remarks),
        dkim_rsa_key=_secret(root, environ, "NEWSLETTER_DKIM_RSA_KEY", remarks),
        dkim_ed25519_key=_secret(root, environ, "NEWSLETTER_DKIM_ED25519_KEY", remarks),
        relay_passwords={name: _secret(root, environ, password_variable(name), remarks) for name in relays},
    )
    return found, tuple(remarks)


def password_variable(relay: str) -> str:
    """Where the password of a relay of [[relay]] is looked for: NEWSLETTER_RELAY_SECOND_PASSWORD."""
    return f"NEWSLETTER_RELAY_{relay.upper().replace('-', '_')}_PASSWORD"


def _secret(root: Path, environ: Mapping[str, str], name: str, remarks: list[Remark]) -> Secret:
    typed, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if typed and file:
        what = f"{name} and {name}_FILE are both set."
        remarks.append(Remark(name, 0, "error", "two-secrets", what, ("Unset one of them.",)))
    if typed or not file:
        return Secret(typed.strip())
    return _from_file(root / file, f"{name}_FILE", remarks)


def _kept(root: Path, remarks: list[Remark]) -> Secret:
    """The secret that was made for the outbox; a file without one would leave the readers' links without a key."""
    path = root / "var" / "secret"
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return NO_SECRET
    except OSError:
        pass  # reading it says why
    before = len(remarks)
    secret = _from_file(path, "var/secret", remarks)
    if not secret and len(remarks) == before:
        remarks.append(Remark("var/secret", 0, "error", "weak-secret", "The file holds no secret.", (_RESTORE,)))
    return secret


def _from_file(path: Path, shown: str, remarks: list[Remark]) -> Secret:
    try:
        return Secret(path.read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as fault:
        why = (fault.strerror or "no reason given").lower() if isinstance(fault, OSError) else "it is not UTF-8"
        what = f"The file {path.name} cannot be read: {why}."
        remarks.append(Remark(shown, 0, "error", "secret-file", what, ("Mend the path or the file's access rights.",)))
        return NO_SECRET


def without_secrets(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[tuple[tuple[str, ...], str], ...]]:
    """The tables without keys that are secrets; and of each such key its place and the variable it belongs into."""
    kept: dict[str, Any] = {}
    found: list[tuple[tuple[str, ...], str]] = []
    for key, value in values.items():
        if key.lower() in _BELONGS:
            found.append(((key,), _BELONGS[key.lower()]))
        elif isinstance(value, dict):
            kept[key], inner = without_secrets(value)
            found.extend(((key, *place), variable) for place, variable in inner)
        else:
            kept[key] = value
    return kept, tuple(found)
