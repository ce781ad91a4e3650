"""The reader's door: unsubscribing and the archive."""
