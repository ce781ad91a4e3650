"""Who is written to next, how fast, and what an answer means."""
