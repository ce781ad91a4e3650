"""Feeds and lists for programs."""
