"""The title of an issue from the publication's pattern. Pure."""

from __future__ import annotations

import re

from newsletter.model.week import Week
from newsletter.text import one_line

_DASHES = r"[\s\-–—:|·,]*"
_TOPIC = re.compile(rf"{_DASHES}(\(\{{topic\}}\)|\[\{{topic\}}\]|[\"“]?\{{topic\}}[\"”]?)")


def title_of(pattern: str, *, week: Week, number: int, topic: str, name: str) -> str:
    """Fill the pattern in; ISO week and ISO year. Without a topic it falls away with its brackets and its dash."""
    if not topic:
        pattern = re.sub(rf"^{_DASHES}", "", _TOPIC.sub("", pattern))
    values = {
        "week": str(week.number),
        "year": str(week.year),
        "number": str(number),
        "topic": one_line(topic),
        "name": name,
    }
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), pattern).strip()
