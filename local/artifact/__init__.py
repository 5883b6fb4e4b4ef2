"""Runs the built artifact without Docker: AWS's own runtime client in a sandbox, and everything that Lambda does around it."""
