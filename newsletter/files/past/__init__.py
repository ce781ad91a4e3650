"""Issues that were printed before this program was there, read from posts and pasted text. Pure."""
