"""Where a take belongs: the story that its author meant, or the question to ask. Pure."""
