"""The sections of a cell's report, one module each: its type, its computation, and its plots."""
