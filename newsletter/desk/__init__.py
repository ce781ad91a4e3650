"""The desk decides: which entries are news, which tell one story, which take stands where. Pure."""
