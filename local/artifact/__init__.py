"""Runs the built artifact without Docker: AWS's own runtime client in a sandbox, with the rest of Lambda around it."""
