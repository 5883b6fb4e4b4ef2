"""The floors: the least work for any analysis of these files, done with numpy, pandas and matplotlib alone.

A ratio of the library's time to a floor holds across machines; seconds do not.
"""

import io
import pickle

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_FIGURES = (((10, 8), 2), ((10, 6), 1), ((10, 6), 1), ((10, 6), 1))
_DPI = 100


def pickle_load(content: bytes) -> object:
    """The pickle as plain Python objects."""
    return pickle.load(io.BytesIO(content))


def read_csv(content: bytes) -> pd.DataFrame:
    """The cycles table as pandas reads it."""
    return pd.read_csv(io.BytesIO(content))


def four_figures() -> list[bytes]:
    """Four usual figures as PNG: one of 10 x 8 inches with two panels, three of 10 x 6, two lines in each panel.

    Figure and Agg without pyplot, 100 dpi, no tight bounding box.
    """
    cycles = np.arange(1, 101)
    capacity_Ah = 58 - 0.002 * cycles
    charged_Ah = np.linspace(0, 58, 120)
    voltage_V = 4.3 - 1.2 * (charged_Ah / 58) ** 2
    return [_figure_png(size, n_panels, (cycles, capacity_Ah), (charged_Ah, voltage_V)) for size, n_panels in _FIGURES]


type _Line = tuple[np.ndarray, np.ndarray]


def _figure_png(size: tuple[int, int], n_panels: int, capacity: _Line, voltage: _Line) -> bytes:
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    for axes in np.atleast_1d(figure.subplots(n_panels, 1)):
        axes.plot(*capacity, label="capacity")
        axes.plot(*voltage, label="voltage")
        axes.set_xlabel("Cycle number")
        axes.set_ylabel("Capacity (Ah)")
        axes.set_title("Title")
        axes.legend()
        axes.grid(True)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=_DPI)
    return png.getvalue()
