"""What the archive was made of last time, kept so that it need not be made again. I/O: disk

A file for each thing made, named by a digest of all that it was made of. Nothing depends on it: what is missing,
damaged or cannot be kept is made again.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.templates.folders import template_names
from newsletter.press.filling.environment import FixedTemplates
from newsletter.press.libraries import versions

_PACKAGE = Path(__file__).parent.parent.parent
#: The parts of the program that shape what lies in the site.
_MAKERS = ("*", "archive/**/*", "model/**/*", "newsroom/**/*", "press/**/*")
_DIGEST = sha256().digest_size


class SiteCache:
    """The things made for one site. `maker` stands for all that made them; another maker finds none of them."""

    def __init__(self, folder: Path, maker: str) -> None:
        self._folder = folder
        self._maker = maker
        self._used: set[str] = set()
        #: How many things of each kind were not at hand.
        self.made: Counter[str] = Counter()
        mark = self.key("maker")
        #: Whether this maker has made nothing yet.
        self.is_new = self.get(mark) is None
        if self.is_new:
            self.put(mark, b"")

    def key(self, kind: str, *made_of: object) -> str:
        """Name a thing by what it is made of: values whose `repr` says all that there is to them."""
        said = "\0".join((self._maker, kind, *map(repr, made_of)))
        return f"{kind}-{sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()}"

    def get(self, key: str) -> bytes | None:
        """The thing, if it is at hand and is what was kept."""
        self._used.add(key)
        try:
            raw = (self._folder / key).read_bytes()
        except OSError:
            return None
        content = raw[_DIGEST:]
        return content if sha256(content).digest() == raw[:_DIGEST] else None

    def put(self, key: str, content: bytes) -> None:
        """Keep the thing, if the disk lets us."""
        with suppress(OSError):
            if not self.made:
                self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / key).write_bytes(sha256(content).digest() + content)
        self.made[key.partition("-")[0]] += 1

    def sweep(self) -> None:
        """Throw away what was not asked for since this was opened."""
        with suppress(OSError):
            for one in self._folder.iterdir():
                if one.name not in self._used:
                    one.unlink()


def fixed(room: Newsroom) -> FixedTemplates:
    """All templates of the workspace as they stand now: no page is made of another version than its neighbour.

    Raises FaultyTemplate if one cannot be read.
    """
    found = {name: room.templates.source(name) for name in template_names(room.root)}
    return FixedTemplates({name: source for name, source in found.items() if source is not None})


def maker(templates: FixedTemplates) -> str:
    """A digest of this program, of Python and the libraries that shape a page, and of the templates in force."""
    digest = sha256(repr((sys.version_info, versions())).encode())
    for path in sorted(path for pattern in _MAKERS for path in _PACKAGE.glob(pattern)):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"\0{path.relative_to(_PACKAGE).as_posix()}\0".encode())
            digest.update(sha256(path.read_bytes()).digest())
    digest.update(repr(sorted(templates.sources.items())).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
