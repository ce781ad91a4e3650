"""Terms that are explained somewhere, and their mentions."""
