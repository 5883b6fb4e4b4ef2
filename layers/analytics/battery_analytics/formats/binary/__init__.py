"""Readers of binary files: from bytes to `SourceTable`s, with every size, count and offset checked."""
