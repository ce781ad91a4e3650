"""Short names for stories, each its own. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from newsletter.model.news import Entry
from newsletter.text import slug


def story_ids(leads: Sequence[Entry], names: Mapping[str, str]) -> list[str]:
    """A short id for each; those that would share one get more words, at last a mark of their own.

    `names` is headline → its slug, what a story is called if no other wants that name.
    """
    ids = [""] * len(leads)
    open_places = list(range(len(leads)))
    taken: set[str] = set()
    for most in (3, 4, 6, 9):
        wanted: dict[str, list[int]] = defaultdict(list)
        for i in open_places:
            title = leads[i].title
            wanted[names[title] if most == 3 else slug(title, most=most)].append(i)
        for name, places in wanted.items():
            if len(places) == 1 and name not in taken:
                ids[places[0]] = name
                taken.add(name)
        open_places = [i for i in open_places if not ids[i]]
    for i in open_places:
        told = 0
        while not ids[i] or ids[i] in taken:
            # Faulty feeds give two entries one id.
            name = f"{leads[i].feed}\n{leads[i].id}" + "\n" * told
            mark = blake2b(name.encode(errors="surrogatepass"), digest_size=4).hexdigest()
            ids[i], told = f"{names[leads[i].title]}-{mark}", told + 1
        taken.add(ids[i])
    return ids
