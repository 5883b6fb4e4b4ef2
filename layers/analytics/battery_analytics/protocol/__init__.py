"""What the test did: its steps, the kind of each cycle, and the groups of cycles that can be compared."""
