"""A weekly team newsletter: news off the wire, across the desk, through the press, into the mail and the archive."""

__version__ = "0.2.0"
