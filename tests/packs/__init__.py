"""Whole weeks in a neutral form, turned into workspaces and played from the feeds to the letters."""
