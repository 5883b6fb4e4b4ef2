"""Checks a deployment from outside: `python -m tools.smoke URL`."""
