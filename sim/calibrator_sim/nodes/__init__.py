"""Nodes of the bench's physics."""
