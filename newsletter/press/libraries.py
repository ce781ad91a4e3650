"""What rendered an issue, this program included, so that a later rebuild can tell why bytes differ. I/O: disk"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from newsletter import __version__

#: The stemmer too: takes are placed anew among the stories that the freeze kept.
_LIBRARIES = ("css-inline", "jinja2", "markdown", "nh3", "pymdown-extensions", "snowballstemmer")


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of this program and of each library that shapes a rendition, by name."""
    return (*((name, version(name)) for name in _LIBRARIES), ("tech-pulse", __version__))
