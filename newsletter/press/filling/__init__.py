"""Templates: how they are filled in, and what is wrong with one."""
