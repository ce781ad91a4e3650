"""Proofreading: what an editor should mend before an issue goes out, beside pairings and leftovers. Pure."""
