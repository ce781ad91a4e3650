"""What parsing one document came to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from newsletter.model.feeds import Hints
from newsletter.model.news import RawEntry

#: What a page that is no feed seems to be instead.
Page = Literal["", "login", "challenge", "parked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One document read. "not-feed" is some other kind of document, "refused" one that cannot be read safely."""

    kind: Literal["feed", "not-feed", "refused"]
    #: As people call it: "RSS 2.0", "Atom 1.0", "JSON Feed 1.1"; "" unless `kind` is "feed".
    format: str = ""
    #: The feed's own name, plain text; may be empty.
    title: str = ""
    #: The address of the site it belongs to; may be empty.
    site: str = ""
    #: In document order; may be empty.
    entries: tuple[RawEntry, ...] = ()
    #: What was mended, in words for an editor; may be empty.
    repairs: tuple[str, ...] = ()
    hints: Hints = field(default_factory=Hints)
    #: Addresses of feeds that a web page names; absolute, in its order; may be empty.
    discovers: tuple[str, ...] = ()
    #: "" unless the document is a page of one of these kinds.
    page: Page = ""
    #: Why there are no entries, in words for an editor; "" if `kind` is "feed".
    problem: str = ""
