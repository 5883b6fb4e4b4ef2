"""Callers: what one caller may use, and what it has used."""
