"""What stands on a letter and in no file of its week: who sends it, who is answered, of which list it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.model.settings import Mail
from newsletter.model.week_state import Seal


def envelope_of(mail: Mail) -> dict[str, str]:
    """Sender, address for replies and name of the list, by their keys in newsletter.toml."""
    return {"mail.from": mail.sender, "mail.reply_to": mail.reply_to, "mail.list_id": mail.list_id}


def envelope_changes(seal: Seal, mail: Mail) -> Mapping[str, tuple[str, str]]:
    """What was approved and what is set now, by key, where the two differ; an older approval kept none."""
    now = envelope_of(mail)
    return {key: (then, now[key]) for key, then in seal.envelope.items() if key in now and now[key] != then}
