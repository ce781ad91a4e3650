"""One story from many entries: what they say, how alike they are, which stand for one thing. Pure."""
