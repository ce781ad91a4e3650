"""The web doors: the reader's, with unsubscribing and the archive, and the editor's preview."""
