"""The search: what can be found, and the files that find it."""
