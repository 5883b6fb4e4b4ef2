"""The parts of which plots are made: `sheet`, `panel`, `scale` and `cycle_colors`; safe in any number of threads."""
