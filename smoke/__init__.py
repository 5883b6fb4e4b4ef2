"""Whether a deployment works, asked from outside: `python -m smoke URL`."""
