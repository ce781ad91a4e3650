"""What newsletter.toml, the environment and the secret files say, checked and frozen. Pure.

`newsletter.config` alone knows TOML and pydantic; everybody else reads these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from newsletter.model.audience import Variant
from newsletter.model.issue import Wording
from newsletter.model.members import Member
from newsletter.model.theme import HOUSE, Theme
from newsletter.model.week import SlotTime


class Secret(str):
    """A string that shows itself masked, so that no log or traceback gives it away."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')" if self else "Secret('')"


NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The words of the house; `title` is a pattern of {week} {year} {number} {topic} {name}."""

    wording: Wording
    title: str = "Week #{week} {year} - {topic}"
    first_number: int = 1
    theme: Theme = HOUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSettings:
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    window: Literal["since-last-issue", "iso-week"] = "since-last-issue"
    #: How far back a publisher may date what we see only now.
    late_grace: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Slots in the publication's zone. `collect` has one or more; the rest have one a week."""

    collect: tuple[SlotTime, ...]
    freeze: SlotTime
    send: SlotTime
    #: When those who have not filed are reminded; None: never unasked.
    remind: SlotTime | None = None
    max_late: timedelta = timedelta(hours=6)
    auto_send: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    #: Fewer takes than this hold the issue.
    min_takes: int = 1
    #: At most so many headlines without takes; 0 prints none.
    headlines: int = 5
    #: Among them at most so many of one publisher; 0 sets no bound.
    per_publisher: int = 2
    #: Words, from and to: what the house runs. A longer take or TL;DR gets a remark.
    take_words: tuple[int, int] = (30, 130)
    tldr_words: tuple[int, int] = (40, 110)
    explainer_words: tuple[int, int] = (350, 1400)
    #: Stories with takes, from and to; more takes on one story than `takes_per_story` get a remark.
    stories: tuple[int, int] = (2, 7)
    takes_per_story: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What to do when there is nothing: hold the issue, or go on without."""

    no_takes: Literal["hold", "headlines"] = "hold"
    no_explainer: Literal["without", "hold"] = "without"
    no_stories: Literal["hold", "without"] = "hold"
    #: The issue is held if no feed has given anything for so long.
    max_stale: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """How the wire behaves. `contact` stands in the user agent."""

    concurrency: int = 50
    #: Requests to one host at a time, and the least time between the beginnings of two.
    per_host: int = 2
    spacing: timedelta = timedelta(seconds=1)
    timeout: timedelta = timedelta(seconds=30)
    #: At most so many processes read documents; with 0 this one does, and nothing limits what a document costs.
    workers: int = 4
    #: Whether redirectors are asked where short links lead.
    short_links: bool = True
    contact: str = ""
    #: How long the documents fetched are kept for reading them again.
    keep: timedelta = timedelta(days=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What proofreading looks for beside what it always does."""

    #: Words and phrases that the house does not print.
    avoid: tuple[str, ...] = ()
    #: Names in the house's spelling: "GitHub".
    spelling: tuple[str, ...] = ()
    #: At most so many of a hundred stories from one publisher.
    publisher_share: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """How members are told: by letter to the addresses in `Settings.addresses`, or by one message to a webhook."""

    by: Literal["mail", "webhook"] = "mail"
    #: The address of a form that makes a new file, with {path} and {text} in it; "" if there is none.
    new_file: str = ""
    #: At most so many reminders a week to one member.
    most: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`sender` is a mailbox with an optional name: Tech Pulse <pulse@example.com>."""

    sender: str
    reply_to: str = ""
    transport: Literal["outbox", "smtp", "postmark"] = "outbox"
    #: Constant over all issues (RFC 2919); made from the sender's domain if not given.
    list_id: str = ""
    #: The constant last part of Feedback-ID, 5 to 15 signs; made from the list's name if not given.
    feedback_id: str = ""
    #: The cuts of an issue that readers may have; the first is that of whoever chose none.
    variants: tuple[Variant, ...] = ("full",)
    #: Where alarms go: a stage that failed, an issue held.
    alarm_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """A relay: that of [smtp], or one of [[relay]]. All of them share the letters."""

    name: str = "smtp"
    host: str = ""
    port: int = 587
    #: "starttls" upgrades, "tls" starts encrypted, "none" is for a relay on this machine.
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret = NO_SECRET
    connections: int = 2
    timeout: timedelta = timedelta(seconds=60)
    #: At most so many letters a minute; 0 sets no bound.
    per_minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """How letters are handed over and their results kept."""

    #: "strict": a connection starts its next letter when the last one's result is on the disk. "group": up to `group`
    #: results may be in the air, and as many letters be repeated after a crash.
    record: Literal["strict", "group"] = "strict"
    group: int = 100
    #: What becomes of a letter whose final dot was never answered.
    on_unknown: Literal["resend", "hold"] = "resend"
    #: Whether the next letter's envelope goes out with the end of the one before: half the waiting for far relays.
    envelope_ahead: bool = False
    #: Letters a minute to one receiving domain; 0 sets no bound.
    per_domain: int = 0
    #: How long rates take to rise from a tenth to what they are; nothing without rates.
    ramp: timedelta = timedelta(0)
    #: A mailing is paused when more of a hundred letters are refused, of twenty tried at least.
    max_refused: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """Keys that letters are signed with, as PEM; a selector "" or a key that is not there: no such signature."""

    #: The sender's domain if not given.
    domain: str = ""
    rsa_selector: str = ""
    ed25519_selector: str = ""
    rsa_key: Secret = NO_SECRET
    ed25519_key: Secret = NO_SECRET


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmark:
    """The service of mail.transport = "postmark"."""

    token: Secret = NO_SECRET
    #: The message stream for newsletters.
    stream: str = "broadcast"
    api: str = "https://api.postmarkapp.com"
    connections: int = 2
    timeout: timedelta = timedelta(seconds=60)
    per_minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    publication: Publication
    week: WeekSettings
    schedule: Schedule
    limits: Limits
    empty: Empty
    collecting: Collecting
    mail: Mail
    smtp: Smtp
    #: Those of [[relay]], which share its letters.
    further_relays: tuple[Smtp, ...] = ()
    delivering: Delivering = Delivering()
    dkim: Dkim = Dkim()
    postmark: Postmark = Postmark()
    checking: Checking = Checking()
    reminding: Reminding = Reminding()
    members: tuple[Member, ...] = ()
    #: Members' mailboxes by id, out of var/addresses.toml and the environment; never in git.
    addresses: Mapping[str, str] = field(default_factory=dict)
    #: Where reminders go by webhook; "" if none is set.
    webhook: Secret = NO_SECRET
    #: Key of the readers' tokens and of Message-IDs; "" if none is set.
    secret: Secret = NO_SECRET
    #: "" means SQLite in var/.
    database_url: Secret = NO_SECRET
