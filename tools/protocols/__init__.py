"""Measures on how many simulated tests the report is right, and writes docs/protocols.md."""
