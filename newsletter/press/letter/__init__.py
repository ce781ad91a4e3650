"""The letter: its HTML and its text part."""
