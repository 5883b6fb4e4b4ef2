"""Degradation modes: the lithium and the active material that a cell has lost, by half-cell curves."""
