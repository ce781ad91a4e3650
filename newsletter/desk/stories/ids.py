"""Short names for stories, each its own, that stay when more news comes in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from newsletter.model.news import Entry
from newsletter.text import slug


def story_ids(leads: Sequence[Entry], names: Mapping[str, str]) -> list[str]:
    """A short id for each, in their order: who comes first has the shortest that is free.

    A later story that would have the same gets more words of its headline, at last a mark of its own: an id that
    somebody wrote down is never taken from its story. `names` is headline → its slug.
    """
    taken: set[str] = set()
    ids = []
    for lead in leads:
        short = names[lead.title]
        longer = (slug(lead.title, most=most) for most in (4, 6, 9))
        name = next((one for one in (short, *longer) if one not in taken), "") if short in taken else short
        ids.append(name or _marked(lead, short, taken))
        taken.add(ids[-1])
    return ids


def _marked(lead: Entry, short: str, taken: set[str]) -> str:
    told = 0
    while True:
        # Faulty feeds give two entries one id.
        named = f"{lead.feed}\n{lead.id}" + "\n" * told
        mark = blake2b(named.encode(errors="surrogatepass"), digest_size=4).hexdigest()
        if (name := f"{short}-{mark}") not in taken:
            return name
        told += 1
