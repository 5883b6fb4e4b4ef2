"""Reads files into cells: every format is declared once, recognised by its content, and found in one registry."""
