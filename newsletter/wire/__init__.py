"""The wire: fetches feeds, parses them, makes their entries plain and trustworthy."""
