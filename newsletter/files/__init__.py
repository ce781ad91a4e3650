"""The files that people write, and the ones that the machine keeps of each week."""
