"""Fuzzers: inputs that no program writes, for the readers of files, forms and JSON bodies."""
