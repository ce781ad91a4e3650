"""A collection: feeds asked, judged, kept, and what came of the news."""
