"""Sources on wires that fail."""
