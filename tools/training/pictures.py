"""The plots of projection against truth for the documentation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tools.training.cells import LabelledCell
from tools.training.protocol import Answers

COLOURS = {0: "#0072b2", 25: "#009e73", 35: "#e69f00", 45: "#d55e00"}
SHOWN = (10, 100)


def draw_pictures(folder: Path, cells: Sequence[LabelledCell], answers: Answers) -> None:
    """`projection-against-truth.png` with the 90 % intervals, and `error-by-cycles.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    lives = np.array([cell.life for cell in cells])
    temperatures = np.array([round(cell.temperature_C) for cell in cells])
    figure = Figure(figsize=(10, 5), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, count in zip(figure.subplots(1, 2), SHOWN, strict=True):
        axes.loglog([80, 2000], [80, 2000], color="#999999", linewidth=1)
        axes.fill_between([80, 2000], [68, 1700], [92, 2300], color="#999999", alpha=0.15, label="within 15 %")
        for temperature in np.unique(temperatures):
            at = temperatures == temperature
            life = answers.life[at, count - 1]
            error = np.abs(np.stack((answers.low[at, count - 1], answers.high[at, count - 1])) - life)
            axes.errorbar(
                lives[at],
                life,
                yerr=error,
                fmt="o",
                markersize=5,
                capsize=2,
                color=COLOURS.get(int(temperature), "#000000"),
                label=f"{temperature} °C",
            )
        axes.set(
            title=f"from the first {count} cycles", xlabel="true life (cycles)", ylabel="projected life, 90 % interval"
        )
        axes.legend(frameon=False)
    figure.savefig(folder / "projection-against-truth.png", dpi=100)
    figure = Figure(figsize=(10, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    cycles = np.arange(1, answers.life.shape[1] + 1)
    for temperature in np.unique(temperatures):
        at = temperatures == temperature
        error = 100 * np.abs(answers.life[at] / lives[at, np.newaxis] - 1.0)
        axes.plot(cycles, error.mean(axis=0), color=COLOURS.get(int(temperature), "#000000"), label=f"{temperature} °C")
    axes.plot(
        cycles, 100 * np.abs(answers.life / lives[:, np.newaxis] - 1.0).mean(axis=0), color="#000000", label="all"
    )
    axes.set(xlabel="cycles seen", ylabel="mean error (%)", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(folder / "error-by-cycles.png", dpi=100)
