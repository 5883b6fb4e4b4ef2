"""The library as a notebook or a script uses it: what it takes, and what a report shows and saves."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from battery_analytics import BatteryFile, analyze
from battery_analytics.given_files import battery_files

from sample_cells.plain import cell, pickled
from tests.known_cell import COLUMNS, column

CONTENT = pickled(cell("A", n_cycles=4))
FRAME = pd.DataFrame({name: column(name) for name in ("cycle_number", *COLUMNS)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "A.pkl").write_bytes(CONTENT)
    (tmp_path / "inner" / "B.pkl").write_bytes(pickled(cell("B", n_cycles=4)))
    (tmp_path / ".hidden").write_bytes(b"not a cell")
    return tmp_path


def names(files: object) -> list[str]:
    return [file.name for file in battery_files(files)]  # type: ignore[arg-type]  # what is tried


def test_a_folder_is_all_its_files_that_are_not_hidden(folder: Path) -> None:
    assert names(folder) == names(str(folder)) == ["A.pkl", "B.pkl"]


def test_a_pattern_is_the_files_that_match(folder: Path) -> None:
    assert names(str(folder / "*.pkl")) == ["A.pkl"]
    assert names(str(folder / "**" / "*.pkl")) == ["A.pkl", "B.pkl"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "cell [1].pkl"
    path.write_bytes(CONTENT)

    assert names(str(path)) == ["cell [1].pkl"]


@pytest.mark.parametrize("nothing", ["*.csv", "none.pkl", "empty"])
def test_nothing_is_a_file_not_found(folder: Path, nothing: str) -> None:
    (folder / "empty").mkdir()

    with pytest.raises(FileNotFoundError):
        battery_files(str(folder / nothing))


def test_bytes_and_open_files_are_read(folder: Path) -> None:
    whole = analyze(BatteryFile("A.pkl", CONTENT), plots="none").body["capacity_fade"]
    with (folder / "A.pkl").open("rb") as opened:
        assert analyze(opened, plots="none").body["capacity_fade"] == whole
    assert analyze(CONTENT, plots="none").body["capacity_fade"] == whole
    assert analyze(io.BytesIO(CONTENT), plots="none").body["capacity_fade"] == whole


def test_a_file_that_is_open_as_text_is_refused() -> None:
    with pytest.raises(TypeError, match="open it with mode 'rb'"):
        battery_files(io.StringIO("a"))


@pytest.mark.parametrize("wrong", [3, None, {"a": 1}.keys()])
def test_anything_else_is_refused_by_its_type(wrong: object) -> None:
    with pytest.raises(TypeError):
        battery_files([wrong])  # type: ignore[list-item]  # what is tried


def test_a_frame_is_a_cell() -> None:
    report = analyze(FRAME, plots="none")

    assert report.capacity_fade.discharge_capacities == pytest.approx([9.9, 9.88, 9.86])
    assert report.source.files == ("DataFrame 1",)


def test_a_frames_columns_can_be_renamed() -> None:
    own = FRAME.rename(columns={"voltage_in_V": "my volts", "current_in_A": "amps"})
    report = analyze(own, columns={"my volts": "voltage_in_V", "amps": "current_in_A"}, plots="none")

    assert report.capacity_fade.discharge_capacities == pytest.approx([9.9, 9.88, 9.86])


def test_a_frame_may_hold_dates_and_text() -> None:
    frame = FRAME.assign(
        date=pd.Timestamp("2024-05-01") + pd.to_timedelta(FRAME["time_in_s"], unit="s"),
        note=pd.Series(["x", None] * 93, dtype=object),
    )

    assert analyze(frame, plots="none").n_cycles == 3


def test_tables_are_frames_with_the_cell_in_the_first_column() -> None:
    report = analyze(
        [BatteryFile("A.pkl", CONTENT), BatteryFile("B.pkl", pickled(cell("B", n_cycles=2)))], plots="none"
    )

    assert report.cycles.groupby("cell").size().to_dict() == {"A": 4, "B": 2}
    assert report.cycles["discharge_capacity_Ah"].notna().all()
    assert len(report.points) == report.n_points
    assert list(report.points.columns[:4]) == ["cell", "cycle_number", "time_s", "voltage_V"]
    assert set(report.curves["direction"]) == {"charge", "discharge"}
    assert list(report.findings.columns) == ["cell", "code", "severity", "message", "cycles"]


def test_a_report_shows_itself_in_a_line_and_not_as_base64() -> None:
    report = analyze(BatteryFile("A.pkl", CONTENT))

    assert repr(report).startswith("Report(A: 4 cycles, retention 9")
    assert len(repr(report)) < 200
    assert "<h4>A: 4 cycles" in report._repr_html_()
    assert report._repr_html_().count("data:image/png;base64,") == 4


def test_several_cells_are_shown_one_to_a_line_with_the_failures() -> None:
    report = analyze([BatteryFile("A.pkl", CONTENT), BatteryFile("<b>.pkl", b"nonsense")], plots="none")

    assert len(repr(report).splitlines()) == 4
    assert "&lt;b&gt;.pkl" in report._repr_html_()


def test_a_plot_is_drawn_when_it_is_asked_for() -> None:
    report = analyze(BatteryFile("A.pkl", CONTENT), plots="none")
    picture = report.plot("capacity")

    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert picture._repr_png_() == picture
    assert report.plot("rate_capability") is None
    with pytest.raises(KeyError, match="no plot nonsense; there are capacity_plot"):
        report.plot("nonsense")


def test_a_report_is_saved_whole(tmp_path: Path) -> None:
    report = analyze(BatteryFile("A.pkl", CONTENT))
    saved = report.save(tmp_path / "out" / "A")

    assert json.loads((saved / "report.json").read_bytes()) == report.body
    assert len(pd.read_csv(saved / "cycles.csv")) == 4
    assert sorted(path.name for path in saved.glob("*.png")) == [
        "capacity_plot.png",
        "differential_voltage_plot.png",
        "temperature_vs_capacity_plot.png",
        "voltage_profile_plot.png",
    ]


def test_a_quantity_that_was_not_measured_is_no_column_of_the_points() -> None:
    measured, unmeasured = (
        analyze(frame, plots="none").points for frame in (FRAME, FRAME.assign(temperature_in_C=np.nan))
    )

    assert set(measured) - set(unmeasured) == {"temperature_C"}
