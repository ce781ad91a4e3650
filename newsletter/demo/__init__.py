"""The demo: a bundled week, played on this machine alone."""
