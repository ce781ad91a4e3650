"""Plain letters to people of the team, that no reader gets."""
