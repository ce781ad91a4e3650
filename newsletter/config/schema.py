"""newsletter.toml as tables: every key with its kind, its default and its meaning, once. Pure.

Documentation, `config show` and the checks are all read off these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from newsletter.config import values
from newsletter.model.audience import Variant
from newsletter.model.members import Away, Rota
from newsletter.model.theme import CODE_FONT, DARK, FONT, LIGHT, Palette
from newsletter.model.week import SlotTime


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value looks like, in words that complete "… is"; `form` is how the environment writes it."""

    words: str
    form: Literal["text", "whole", "switch", "list"] = "text"


Line = Annotated[str, PlainValidator(values.line), Shape("text on one line")]
Filled = Annotated[str, PlainValidator(values.filled), Shape("text on one line, not empty")]
Text = Annotated[str, PlainValidator(values.text), Shape("text")]
Texts = Annotated[tuple[str, ...], PlainValidator(values.texts), Shape('a list of texts, ["…", "…"]', "list")]
Switch = Annotated[bool, Shape("true or false", "switch")]
Count = Annotated[int, PlainValidator(values.whole(0, 1000)), Shape("a whole number from 0 to 1000", "whole")]
AtMostTwo = Annotated[int, PlainValidator(values.whole(0, 2)), Shape("0, 1 or 2", "whole")]
Number = Annotated[int, PlainValidator(values.whole(0, 999_999)), Shape("a whole number from 0 to 999999", "whole")]
Port = Annotated[int, PlainValidator(values.whole(1, 65535)), Shape("a whole number from 1 to 65535", "whole")]
AtATime = Annotated[int, PlainValidator(values.whole(1, 500)), Shape("a whole number from 1 to 500", "whole")]
Slot = Annotated[SlotTime, PlainValidator(values.slot), Shape('a time of the week such as "fri 15:00"')]
OptionalSlot = Annotated[
    SlotTime | None, PlainValidator(values.optional_slot), Shape('a time of the week such as "thu 09:00", or ""')
]
Turns = Annotated[Rota | None, PlainValidator(values.rota), Shape('"weekly", "never", or a turn such as "1/2"')]
Absences = Annotated[
    tuple[Away, ...], PlainValidator(values.away), Shape('a list of days, ["2024-12-20..2025-01-05"]', "list")
]
NewFile = Annotated[str, PlainValidator(values.new_file), Shape('a web address with {path} and {text} in it, or ""')]
Percent = Annotated[int, PlainValidator(values.whole(1, 100)), Shape("a whole number from 1 to 100", "whole")]
Slots = Annotated[
    tuple[SlotTime, ...],
    PlainValidator(values.slots),
    Shape('a time such as "daily 06:00", or a list of such times', "list"),
]
Zone = Annotated[ZoneInfo, PlainValidator(values.zone), Shape('a time zone such as "Asia/Jakarta"')]
ZoneName = Annotated[str, PlainValidator(values.zone_name), Shape('a time zone such as "Asia/Jakarta"')]
Processes = Annotated[int, PlainValidator(values.whole(0, 64)), Shape("a whole number from 0 to 64", "whole")]
Duration = Annotated[timedelta, PlainValidator(values.duration), Shape('a length of time such as "45m", "6h" or "3d"')]
Patience = Annotated[
    timedelta, PlainValidator(values.positive_duration), Shape('a length of time such as "30s" or "2m"')
]
WordRange = Annotated[
    tuple[int, int], PlainValidator(values.word_range), Shape("the least and the most, [30, 130]", "list")
]
Pattern = Annotated[
    str,
    PlainValidator(values.pattern),
    Shape("text with {week} {year} {number} {topic} {name} in it"),
]
Site = Annotated[str, PlainValidator(values.site), Shape('a web address such as "https://pulse.example.com", or ""')]
Page = Annotated[str, PlainValidator(values.page), Shape("an address to link to")]
Sender = Annotated[str, PlainValidator(values.sender), Shape('a mailbox such as "Tech Pulse <pulse@example.com>"')]
OptionalSender = Annotated[str, PlainValidator(values.optional_sender), Shape('a mailbox such as "rani@example.com"')]
ListId = Annotated[str, PlainValidator(values.list_id), Shape('a name such as "pulse.example.com"')]
Colour = Annotated[str, PlainValidator(values.colour), Shape('a colour such as "#0b57b0"')]
Fonts = Annotated[
    str, PlainValidator(values.fonts), Shape('a list of families such as "Inter, Arial, sans-serif"', "list")
]
Picture = Annotated[str, PlainValidator(values.picture), Shape('a path such as "images/logo.png", or ""')]
Service = Annotated[str, PlainValidator(values.service), Shape("an address beginning with https://")]
FeedbackId = Annotated[
    str, PlainValidator(values.feedback_id), Shape('a name of 5 to 15 letters and digits such as "techpulse", or ""')
]
Cuts = Annotated[
    tuple[Variant, ...], PlainValidator(values.cuts), Shape('a list out of ["full", "news", "explainer"]', "list")
]
RelayName = Annotated[str, PlainValidator(values.member_id), Shape('a short name such as "second"')]
Domain = Annotated[str, PlainValidator(values.domain), Shape('a domain such as "example.com", or ""')]
Selector = Annotated[str, PlainValidator(values.selector), Shape('a name such as "pulse2026", or ""')]
GroupSize = Annotated[int, PlainValidator(values.whole(2, 500)), Shape("a whole number from 2 to 500", "whole")]
Language = Annotated[str, PlainValidator(values.language), Shape('a language tag such as "en"')]
MemberId = Annotated[str, PlainValidator(values.member_id), Shape('a short name such as "yoga"')]


class Table(BaseModel):
    """A table: nothing but its keys, and nothing converted behind the writer's back."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PublicationTable(Table):
    name: Filled = Field(description="The newsletter's name.")
    tagline: Line = Field("", description="A line below the name.")
    language: Language = Field("en", description="The language of the issues.")
    base_url: Site = Field("", description="Where the archive lives on the web; needed to send by SMTP.")
    title: Pattern = Field(
        "Week #{week} {year} - {topic}",
        description="The pattern of an issue's title; without an explainer it ends before {topic}.",
    )
    first_number: Number = Field(1, description="The running number of the first issue sent.")
    news_heading: Filled = Field("Tech News", description="The heading of the news.")
    pulse_heading: Filled = Field(
        "Current Tech Pulse: Our Team's Take:", description="The heading above the team's takes."
    )
    pulse_intro: Text = Field(
        "Each week we pick the news that made us stop and think, and say in our own words why it did.",
        description='The sentence below that heading; "" prints none.',
    )
    apart_heading: Filled = Field("Also from the team", description="The heading of takes without a story.")
    headlines_heading: Filled = Field("Also in the news", description="The heading of stories without a take.")
    postal_address: Text = Field("", description="The sender's postal address, printed at the foot of each letter.")


_COLOURS = {
    "page": "The ground around a letter or a page.",
    "card": "The ground of the text.",
    "tint": "The ground of the TL;DR and of takes.",
    "code": "The ground of code.",
    "text": "Running text.",
    "muted": "What matters less: sources, dates, the foot.",
    "accent": "Links, labels, names, and the ground of buttons.",
    "on_accent": "The words on a button.",
    "mast": "The band at the top.",
    "on_mast": "The publication's name in that band.",
    "mast_muted": "The line below the name.",
    "hair": "Thin lines.",
    "underline": "The line under a headline.",
}


def _colour(house: Palette, name: str) -> Any:
    return Field(getattr(house, name), description=_COLOURS[name])


class LightTable(Table):
    page: Colour = _colour(LIGHT, "page")
    card: Colour = _colour(LIGHT, "card")
    tint: Colour = _colour(LIGHT, "tint")
    code: Colour = _colour(LIGHT, "code")
    text: Colour = _colour(LIGHT, "text")
    muted: Colour = _colour(LIGHT, "muted")
    accent: Colour = _colour(LIGHT, "accent")
    on_accent: Colour = _colour(LIGHT, "on_accent")
    mast: Colour = _colour(LIGHT, "mast")
    on_mast: Colour = _colour(LIGHT, "on_mast")
    mast_muted: Colour = _colour(LIGHT, "mast_muted")
    hair: Colour = _colour(LIGHT, "hair")
    underline: Colour = _colour(LIGHT, "underline")


class DarkTable(Table):
    page: Colour = _colour(DARK, "page")
    card: Colour = _colour(DARK, "card")
    tint: Colour = _colour(DARK, "tint")
    code: Colour = _colour(DARK, "code")
    text: Colour = _colour(DARK, "text")
    muted: Colour = _colour(DARK, "muted")
    accent: Colour = _colour(DARK, "accent")
    on_accent: Colour = _colour(DARK, "on_accent")
    mast: Colour = _colour(DARK, "mast")
    on_mast: Colour = _colour(DARK, "on_mast")
    mast_muted: Colour = _colour(DARK, "mast_muted")
    hair: Colour = _colour(DARK, "hair")
    underline: Colour = _colour(DARK, "underline")


class ThemeTable(Table):
    font: Fonts = Field(FONT, description="The families of fonts of all words, the preferred one first.")
    code_font: Fonts = Field(CODE_FONT, description="Those of code.")
    logo: Picture = Field(
        "", description='A picture in the band at the top, in the place of the name; "" prints the name.'
    )
    light: LightTable = Field(
        default_factory=lambda: LightTable.model_validate({}), description="The colours on a light screen."
    )
    dark: DarkTable = Field(
        default_factory=lambda: DarkTable.model_validate({}), description="The colours on a dark screen."
    )


class WeekTable(Table):
    timezone: Zone = Field(
        default_factory=lambda: ZoneInfo("UTC"), description="The zone of all times in this file, and of dates."
    )
    window: Literal["since-last-issue", "iso-week"] = Field(
        "since-last-issue", description="What an issue covers: the time since the last one, or Monday to Monday."
    )
    late_grace: Duration = Field(
        timedelta(days=3), description="How far back a publisher may date what is seen only now."
    )


class ScheduleTable(Table):
    collect: Slots = Field(default_factory=lambda: values.slots("daily 06:00"), description="When feeds are fetched.")
    freeze: Slot = Field(default_factory=lambda: values.slot("fri 15:00"), description="When the week closes.")
    send: Slot = Field(default_factory=lambda: values.slot("fri 20:00"), description="When letters leave.")
    remind: OptionalSlot = Field(None, description='When members who have not filed are reminded; "" for never.')
    max_late: Duration = Field(
        timedelta(hours=6), description="How late a missed slot is still made up for; later, a person is asked."
    )
    auto_send: Switch = Field(False, description="Whether an issue goes out without an approval.")


class LimitsTable(Table):
    min_takes: Count = Field(1, description="Fewer takes hold the issue.")
    headlines: Count = Field(5, description="At most so many headlines without a take; 0 prints none.")
    per_publisher: Count = Field(2, description="Among those headlines at most so many of one publisher; 0: no bound.")
    take_words: WordRange = Field(
        (30, 130), description="Words of a take, from and to: a longer one gets a notice that names both."
    )
    tldr_words: WordRange = Field(
        (40, 110), description="Words of a TL;DR, from and to: a longer one gets a warning that names both."
    )

    explainer_words: WordRange = Field(
        (350, 1400), description="Words of an explainer, from and to: others get a notice that names both."
    )
    stories: WordRange = Field((2, 7), description="Stories with takes, from and to: others get a notice.")
    takes_per_story: Count = Field(6, description="More takes on one story get a notice; 0: no bound.")


class EmptyTable(Table):
    no_takes: Literal["hold", "headlines"] = Field("hold", description="Without enough takes: hold, or headlines only.")
    no_explainer: Literal["without", "hold"] = Field("without", description="Without an explainer: go on, or hold.")
    no_stories: Literal["hold", "without"] = Field("hold", description="Without a story: hold, or go on.")
    max_stale: Duration = Field(
        timedelta(days=7), description="If no feed has given anything for so long, the issue is held."
    )


class CollectTable(Table):
    concurrency: AtATime = Field(50, description="So many feeds at a time.")
    per_host: AtATime = Field(2, description="So many requests to one host at a time.")
    spacing: Duration = Field(timedelta(seconds=1), description="At least so long between two requests to one host.")
    timeout: Patience = Field(timedelta(seconds=30), description="How long a feed's server may take.")
    short_links: Switch = Field(True, description="Whether redirectors are asked, once, where short links lead.")
    workers: Processes = Field(
        4, description="At most so many processes read documents; 0 reads them in the program itself, without limits."
    )
    contact: Line = Field("", description="An address or a page in the user agent, for the publishers we fetch from.")
    keep: Duration = Field(timedelta(days=35), description="How long fetched documents are kept, for collect --replay.")


class CheckTable(Table):
    avoid: Texts = Field((), description="Words and phrases that the house does not print.")
    spelling: Texts = Field((), description="Names as the house spells them: GitHub, OpenAI.")
    publisher_share: Percent = Field(50, description="More of a hundred stories from one publisher get a notice.")


class RemindTable(Table):
    by: Literal["mail", "webhook"] = Field("mail", description="How members are told; a webhook gets one message.")
    new_file: NewFile = Field(
        "", description="The form on the web that makes a new file, for the links in reminders; {path} and {text}."
    )
    most: AtMostTwo = Field(2, description="At most so many reminders a week to one member: 0, 1 or 2.")


class MailTable(Table):
    sender: Sender = Field(alias="from", description="The sender of every letter.")
    reply_to: OptionalSender = Field("", description="Where answers go; the sender if not given.")
    transport: Literal["outbox", "smtp", "postmark"] = Field(
        "outbox", description="How letters leave: as files in var/, by SMTP, or by the service Postmark."
    )
    list_id: ListId = Field("", description="The list's name for mail programs; made from the sender if not given.")
    alarm_to: OptionalSender = Field("", description="Where alarms go; to reply_to, else the sender, if not given.")
    feedback_id: FeedbackId = Field(
        "", description="The sender's name in Feedback-ID, never changed; made from list_id if not given."
    )
    variants: Cuts = Field(
        ("full",), description="The cuts of an issue that readers may have; the first is everybody's."
    )


class SmtpTable(Table):
    host: Line = Field("", description="The relay.")
    port: Port = Field(587, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description='Encryption; "none" is for a relay on this machine.'
    )
    user: Line = Field("", description="The account; the password comes from the environment.")
    connections: AtATime = Field(2, description="So many connections at a time.")
    timeout: Patience = Field(
        timedelta(seconds=60),
        description="How long it may take to connect and to answer; a letter's end has ten minutes.",
    )
    per_minute: Number = Field(0, description="At most so many letters a minute through it; 0: no bound.")


class RelayTable(SmtpTable):
    name: RelayName = Field(description="A short name, for reports and for the variable of its password.")
    host: Filled = Field(description="The relay.")


class PostmarkTable(Table):
    stream: Filled = Field("broadcast", description="The message stream of newsletters.")
    api: Service = Field("https://api.postmarkapp.com", description="Where the service answers.")
    connections: AtATime = Field(2, description="So many calls at a time.")
    timeout: Patience = Field(timedelta(seconds=60), description="How long one call may take.")
    per_minute: Number = Field(0, description="At most so many letters a minute; 0: no bound.")


class DkimTable(Table):
    domain: Domain = Field("", description="The domain that signs; the sender's if not given.")
    rsa_selector: Selector = Field(
        "", description="The name below _domainkey of the RSA key; without it, no signature."
    )
    ed25519_selector: Selector = Field("", description="That of the Ed25519 key, which goes beside RSA, never alone.")


class DeliveryTable(Table):
    record: Literal["strict", "group"] = Field(
        "strict", description="When a result must be on the disk: before the connection's next letter, or some later."
    )
    group: GroupSize = Field(100, description='With record = "group": at most so many results wait for one another.')
    on_unknown: Literal["resend", "hold"] = Field(
        "resend", description="A letter without an answer after its end: again, the same bytes, or a person decides."
    )
    envelope_ahead: Switch = Field(
        False, description="Announce the next letter with the end of the one before, where the relay pipelines."
    )
    per_domain: Number = Field(0, description="At most so many letters a minute to one domain; 0: no bound.")
    ramp: Duration = Field(timedelta(0), description="How long rates take to rise from a tenth to what they are.")
    max_refused: Percent = Field(10, description="The mailing is paused if more of a hundred letters are refused.")


class MemberTable(Table):
    id: MemberId = Field(description="A short name, never changed.")
    name: Filled = Field(description="The name as printed.")
    link: Page = Field("", description="The member's page.")
    aka: Texts = Field((), description="Other names by which takes are signed.")
    role: Literal["editor", "chief", "guest", "former"] = Field("editor", description="What the member does.")
    zone: ZoneName = Field("", description="The member's time zone; the publication's if not given.")
    rota: Turns = Field(Rota(), description='The weeks this member writes: every week, never, or a turn such as "1/2".')
    away: Absences = Field((), description="Days without this member, both ends included: no reminder, no silence.")


class NewsletterToml(Table):
    publication: PublicationTable = Field(description="The words of the house.")
    theme: ThemeTable = Field(
        default_factory=lambda: ThemeTable.model_validate({}), description="How letters and pages look."
    )
    week: WeekTable = Field(default_factory=lambda: WeekTable.model_validate({}), description="What an issue covers.")
    schedule: ScheduleTable = Field(
        default_factory=lambda: ScheduleTable.model_validate({}), description="What happens when."
    )
    limits: LimitsTable = Field(
        default_factory=lambda: LimitsTable.model_validate({}), description="How many, how long."
    )
    empty: EmptyTable = Field(
        default_factory=lambda: EmptyTable.model_validate({}), description="What to do when there is nothing."
    )
    collect: CollectTable = Field(
        default_factory=lambda: CollectTable.model_validate({}), description="How feeds are fetched."
    )
    check: CheckTable = Field(
        default_factory=lambda: CheckTable.model_validate({}), description="What proofreading looks for as well."
    )
    remind: RemindTable = Field(
        default_factory=lambda: RemindTable.model_validate({}), description="How members are reminded."
    )
    mail: MailTable = Field(description="How letters are addressed.")
    smtp: SmtpTable = Field(default_factory=lambda: SmtpTable.model_validate({}), description="The relay.")
    postmark: PostmarkTable = Field(
        default_factory=lambda: PostmarkTable.model_validate({}), description="The service, instead of a relay."
    )
    delivery: DeliveryTable = Field(
        default_factory=lambda: DeliveryTable.model_validate({}), description="How letters are handed over."
    )
    dkim: DkimTable = Field(
        default_factory=lambda: DkimTable.model_validate({}), description="How letters are signed, if not by the relay."
    )
    relay: list[RelayTable] = Field(
        default_factory=list, description="Further relays beside that of [smtp], a [[relay]] each."
    )
    member: list[MemberTable] = Field(default_factory=list, description="The people on the team, a [[member]] each.")
