"""What every letter is held to before the first one leaves."""
