"""Proof by simulation: stated against true. It validates software, not a facility (METROLOGY 25)."""
