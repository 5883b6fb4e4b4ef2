"""Files in, cells out: every format is declared once, recognised by its content, and found in one registry."""
