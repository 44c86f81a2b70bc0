"""Procedures: what is measured and how, one folder each."""
