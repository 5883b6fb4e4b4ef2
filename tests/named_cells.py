"""The sample cells, each simulated once per process. No test may change one."""

from functools import cache

import sample_cells

named_cell = cache(sample_cells.named_cell)
