"""The newsroom: all that the steps borrow from the world, and the only place where the real one is put together."""
