"""What receivers will find when they look us up: names, keys, policies, the relay itself."""
