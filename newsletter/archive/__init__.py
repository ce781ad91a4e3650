"""The archive: every issue sent, as a site of plain files that works from any folder."""
