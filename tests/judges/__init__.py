"""Strict judges of letters and pages: programs that others wrote, and counts of our own. Not part of the test suite."""
