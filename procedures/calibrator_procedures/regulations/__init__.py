"""Regulations, specifications and guides, a TOML file an edition; `docs/regulations.md` says what is in it."""
