"""The mail: an issue encoded once, a letter for each reader, and the ways it leaves."""
