"""Whether a deployment works, asked from outside: `python -m tools.smoke URL`."""
