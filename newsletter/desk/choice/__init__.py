"""Which stories stand in the issue: scores, caps, and the chief editor's wishes. Pure."""
