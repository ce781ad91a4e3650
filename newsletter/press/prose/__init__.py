"""Words that people typed, in HTML, Markdown and plain text."""
