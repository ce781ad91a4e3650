"""One reader's letter: the issue as frozen MIME, cut where letters differ, joined, signed."""
