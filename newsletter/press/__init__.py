"""The press: an issue in, its renditions out, the same bytes for the same issue."""

from newsletter.press.libraries import versions

__all__ = ["versions"]
