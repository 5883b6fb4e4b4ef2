"""What the fuzzers begin with: the known cell as each format writes it, real files where they are, and values of any kind."""

import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from battery_analytics.files import BatteryFile
from hypothesis import strategies as st

from sample_cells.plain import cell, csv_set
from tests.fuzz.edits import EDITS, edited
from tests.known_cell import column
from tests.unit.test_format_conformance import FILES, SUMMARY_FILES

REAL_FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cyclers"
LARGEST_REAL_BYTES = 400_000
BINARY_ENDINGS = (".nda", ".ndax", ".mpr", ".res", ".xlsx", ".xls", ".parquet", ".h5", ".hdf5", ".mat")

type Files = list[BatteryFile]

_COLUMNS = ("current_in_A", "voltage_in_V", "charge_capacity_in_Ah", "discharge_capacity_in_Ah", "time_in_s")
_ODD_NUMBERS = st.sampled_from(
    [0, -1, 2**53, 2**63, 10**400, 0.0, -0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), float("-inf")]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(2.5, 4.3),
    _ODD_NUMBERS,
    st.text(max_size=8),
    st.binary(max_size=8),
)


@cache
def seeds(kind: str) -> tuple[BatteryFile, ...]:
    """Files to edit: `pickle`, `text` or `binary`."""
    written = [file for writer in (*FILES.values(), *SUMMARY_FILES.values()) for file in writer()]
    return tuple(file for file in (*written, *_real_files()) if _kind_of(file) == kind)


def _real_files() -> Files:
    if not REAL_FILES.is_dir():
        return []
    paths = sorted(path for path in REAL_FILES.glob("*/*") if path.is_file())
    return [BatteryFile(path.name, path.read_bytes()) for path in paths if path.stat().st_size <= LARGEST_REAL_BYTES]


def _kind_of(file: BatteryFile) -> str:
    if file.name.endswith(BINARY_ENDINGS):
        return "binary"
    return "pickle" if file.content[:1] == b"\x80" or file.name.endswith((".pkl", ".pickle")) else "text"


def edited_files(kind: str) -> st.SearchStrategy[Files]:
    """One of the seeds, edited."""

    def of(index: int, edits: Any) -> Files:
        file = seeds(kind)[index % len(seeds(kind))]
        return [BatteryFile(file.name, edited(file.content, edits))]

    return st.builds(of, st.integers(0, 999), EDITS)


def _values(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["cycle_data", "cycle_number", "cell_id", "summary", *_COLUMNS, "V", ""]) | st.integers(
        0, 3
    )
    return st.one_of(
        st.lists(children, max_size=5),
        st.tuples(children, children),
        st.dictionaries(names, children, max_size=5),
        st.builds(lambda items: {"cycle_data": items}, st.lists(children, max_size=3)),
    )


_ARRAYS: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda kind, size: np.arange(size, dtype=kind),
        st.sampled_from(["f8", "f4", "i8", "u1", "f2"]),
        st.integers(0, 9),
    ),
    st.builds(lambda size: np.full((size, 2), np.nan), st.integers(0, 4)),
    st.builds(np.array, st.floats() | st.text(max_size=4)),
    st.builds(np.ma.masked_all, st.integers(0, 9)),
    st.builds(lambda size: np.zeros(size, dtype="M8[us]"), st.integers(0, 9)),
)
_ANYTHING: st.SearchStrategy[Any] = st.recursive(_SCALARS | _ARRAYS, _values, max_leaves=20)


def _cell_of(columns: Mapping[str, Any], shape: int) -> Any:
    """A cell whose columns are replaced by others, in one of the shapes that pickles have."""
    known = {name: column(name) for name in ("cycle_number", *_COLUMNS)}
    if shape == 0:
        cycles = [{**known, **columns, "cycle_number": number} for number in (1, 2)]
        return {"cell_id": "A", "cycle_data": cycles}
    if shape == 1:
        size = known["cycle_number"].size
        frame = {
            name: value if isinstance(value, np.ndarray) and value.shape == (size,) else [value] * size
            for name, value in (known | dict(columns)).items()
        }
        return pd.DataFrame(frame)
    return {**known, **columns}


def pickles() -> st.SearchStrategy[Files]:
    """Cells with columns of any kind, and trees of anything, written by pickle itself."""
    odd = st.dictionaries(
        st.sampled_from(["cycle_number", "temperature_in_C", *_COLUMNS]), _ANYTHING, min_size=1, max_size=3
    )
    trees = _ANYTHING | st.builds(_cell_of, odd, st.integers(0, 2))
    return st.builds(
        lambda value, protocol: [BatteryFile("any.pkl", pickle.dumps(value, protocol=protocol))],
        trees,
        st.integers(0, 5),
    )


_CELLS = st.one_of(
    st.floats(2, 5).map("{:.4g}".format), st.integers(0, 5).map(str), st.text(max_size=5), _ODD_NUMBERS.map(str)
)
_HEADERS = st.one_of(
    st.lists(
        st.sampled_from(
            [
                *(
                    "cycle_number",
                    "Cycle_Index",
                    "Step_Index",
                    "Voltage(V)",
                    "voltage_in_V",
                    "Ewe/V",
                    "Spannung[V]",
                    "电压(V)",
                ),
                *(
                    "Current(A)",
                    "current_in_mA",
                    "I/mA",
                    "Test_Time(s)",
                    "time/s",
                    "Date",
                    "Status",
                    "MD",
                    "Capacity(Ah)",
                ),
                *(
                    "discharge_capacity_in_Ah",
                    "Charge_Capacity(Ah)",
                    "Temperature",
                    "cell_id",
                    "Channel",
                    "freq/Hz",
                    "x",
                    "",
                ),
            ]
        ),
        min_size=2,
        max_size=9,
    )
)


def tables() -> st.SearchStrategy[Files]:
    """Tables with columns that some program has, in any order, with cells of any kind."""

    def of(header: list[str], rows: list[list[str]], separator: str, encoding: str, repeats: int) -> Files:
        lines = [separator.join(header), *(separator.join(row[: len(header)]) for row in rows * repeats)]
        return [BatteryFile("any.csv", "\n".join(lines).encode(encoding, "replace"))]

    return st.builds(
        of,
        _HEADERS,
        st.lists(st.lists(_CELLS, min_size=2, max_size=9), max_size=8),
        st.sampled_from([",", ";", "\t", " "]),
        st.sampled_from(["utf-8", "utf-16", "latin-1", "gbk"]),
        st.integers(1, 40),
    )


def csv_sets() -> st.SearchStrategy[Files]:
    """CSV files that belong together, each edited, with metadata of any kind."""
    files = csv_set(cell("A", n_cycles=3), "A")

    def of(edits: Any, which: int, metadata: dict[str, Any]) -> Files:
        chosen = sorted(files)[which % len(files)]
        contents = {name: edited(content, edits) if name == chosen else content for name, content in files.items()}
        if metadata:
            header, row = ",".join(map(_quoted, metadata)), ",".join(map(_quoted, metadata.values()))
            contents["A_metadata.csv"] = f"{header}\n{row}\n".encode("utf-8", "replace")
        return [BatteryFile(name, content) for name, content in contents.items()]

    names = st.sampled_from(
        ["cell_id", "nominal_capacity_in_Ah", "max_voltage_limit_in_V", "form_factor", "cathode_material"]
    )
    return st.builds(of, EDITS, st.integers(0, 9), st.dictionaries(names, _SCALARS, max_size=4))


def _quoted(value: object) -> str:
    return '"' + str(value).replace('"', '""') + '"'


def archives() -> st.SearchStrategy[Files]:
    """Seeds packed by gzip and zip, within each other too, then edited."""

    def of(index: int, packings: list[str], edits: Any) -> Files:
        file = seeds("text")[index % len(seeds("text"))]
        name, content = file.name, file.content
        for packing in packings:
            name, content = f"{name}.{packing}", _PACKINGS[packing](name, content)
        return [BatteryFile(name, edited(content, edits) if edits else content)]

    packings = st.lists(st.sampled_from(list(_PACKINGS)), min_size=1, max_size=4)
    return st.builds(of, st.integers(0, 999), packings, st.just([]) | EDITS)


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr(f"second_{name}", content)
    return packed.getvalue()


_PACKINGS: Mapping[str, Callable[[str, bytes], bytes]] = {
    "gz": lambda _name, content: gzip.compress(content, mtime=0),
    "zip": _zipped,
}


def json_texts() -> st.SearchStrategy[bytes]:
    """JSON with the keys of the bodies that the API takes, whole or edited."""
    scalars = st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | st.text(max_size=20)
    known = st.sampled_from(
        [
            *(
                "files",
                "options",
                "name",
                "size_bytes",
                "plots",
                "sections",
                "cycles",
                "eol_threshold",
                "format",
                "compare",
            )
        ]
    )
    names = known | st.text(max_size=9)
    values = st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
    )
    files = st.lists(
        st.fixed_dictionaries({"name": st.text(max_size=300), "size_bytes": st.integers(-1, 2**70)}), max_size=40
    )
    bodies = values | st.fixed_dictionaries({"files": files | values}, optional={"options": values})
    texts = bodies.map(lambda value: json.dumps(value).encode())
    deep = st.builds(lambda depth, opening: opening * depth, st.integers(1, 60_000), st.sampled_from([b"[", b'{"a":']))
    return st.one_of(texts, deep, st.builds(edited, texts, EDITS), st.binary(max_size=200))
