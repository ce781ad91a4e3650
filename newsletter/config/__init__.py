"""newsletter.toml, the environment and the secret files, into frozen settings."""
