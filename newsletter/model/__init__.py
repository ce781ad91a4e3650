"""The words of the house as frozen types; every department speaks them, none owns them. Pure."""
