"""What earlier issues printed, and how it is known again. Pure."""
