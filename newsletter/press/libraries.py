"""Which libraries rendered an issue, so that a later rebuild can tell why bytes differ. I/O: disk"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

_LIBRARIES = ("css-inline", "jinja2", "markdown", "nh3", "pymdown-extensions")


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of each library that shapes a rendition, by name."""
    return tuple((name, version(name)) for name in _LIBRARIES)
