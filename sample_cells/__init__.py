"""Synthetic but physical lithium-ion cells whose true capacities and true end of life are known."""

from sample_cells.arrays import FloatArray
from sample_cells.cell import CycleRecord, SimulatedCell, Truth
from sample_cells.cycler import simulate
from sample_cells.files import calb_dict, csv_triplet, pickle_bytes, write_cell
from sample_cells.named import SAMPLES, named_cell

__all__ = [
    "SAMPLES",
    "CycleRecord",
    "FloatArray",
    "SimulatedCell",
    "Truth",
    "calb_dict",
    "csv_triplet",
    "named_cell",
    "pickle_bytes",
    "simulate",
    "write_cell",
]
