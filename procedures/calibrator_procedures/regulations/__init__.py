"""Regulations, specifications and guides, a TOML file an edition: see `docs/regulations.md`."""
