"""Members, sources and terms, and what the archive has of each."""
