"""The sections of a cell's report, one module each: its type, how it is computed, and its pictures."""
