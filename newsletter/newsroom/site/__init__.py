"""The building of the archive."""
