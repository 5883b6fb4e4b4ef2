"""Pictures: one module each, results to PNG bytes; drawn on `sheet` and `panel`, safe in any number of threads."""
