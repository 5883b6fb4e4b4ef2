"""Files made to harm: each ends in an error with a code, soon, and without taking much memory."""

import gzip
import pickle
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from battery_analytics.cell import Cell
from battery_analytics.errors import BatteryDataError
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

START = b"\x80\x04"
SEVERAL_SECONDS = 20.0  # some two on a machine of its own; the bombs below would take hours


def text(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


def number(value: float) -> bytes:
    return b"G" + struct.pack(">d", value)


def long_text(length: int) -> bytes:
    return b"X" + struct.pack("<I", length) + b"a" * length


def named(module: str, name: str) -> bytes:
    return text(module) + text(name) + b"\x93"


def array(dtype: bytes, shape: bytes, content: bytes) -> bytes:
    """A numpy array as its pickle spells it, with parts that numpy would never write."""
    called = named("numpy._core.multiarray", "_reconstruct") + b")R"
    return called + b"(K\x01" + shape + named("numpy", "dtype") + dtype + b"\x85R\x89" + content + b"tb"


def cell_of(cycle: bytes) -> bytes:
    return START + b"}" + text("cycle_data") + b"]" + cycle + b"as."


class Runs:
    """Pickles as a call of this function with these arguments."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


def fault_of(content: bytes, name: str = "cell.pkl") -> BatteryDataError:
    started = time.process_time()
    with pytest.raises(BatteryDataError) as fault:
        read_cells([BatteryFile(name, content)])
    assert time.process_time() - started < SEVERAL_SECONDS
    assert len(fault.value.message) < 2_500
    fault.value.message.encode("utf-8")
    return fault.value


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (eval, ("1 + 1",)),
        (exec, ("import os",)),
        (print, ("called",)),
        (getattr, ("", "join")),
        (__import__, ("os",)),
        (subprocess.Popen, (["true"],)),
        (open, ("/etc/passwd",)),
        (bytes, (10**10,)),
        (np.zeros, (10**10,)),
        (np.fromfile, ("/etc/passwd",)),
        (range, (10**12,)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_call_is_never_made(
    function: object, arguments: tuple[object, ...], protocol: int, capsys: pytest.CaptureFixture[str]
) -> None:
    content = pickle.dumps({"cycle_data": [{"voltage_in_V": Runs(function, *arguments)}]}, protocol)

    fault = fault_of(content)

    assert fault.code in {"unsafe_pickle", "missing_columns", "corrupted_file"}
    assert capsys.readouterr().out == ""


def test_the_name_that_was_refused_is_told(tmp_path: Path) -> None:
    fault = fault_of(b"cposix\nsystem\n(S'touch %s'\ntR." % str(tmp_path / "made").encode())

    assert fault.code == "unsafe_pickle"
    assert fault.details["name"] == "posix.system"
    assert not (tmp_path / "made").exists()


HALF_SURROGATE = b"X\x03\0\0\0" + "\ud800".encode("utf-8", "surrogatepass")

HOSTILE: dict[str, tuple[bytes, str]] = {
    "list that is its own cycle": (START + b"}" + text("cycle_data") + b"]\x94h\0as.", "unsupported_structure"),
    "dict that is its own cycle data": (START + b"}\x94" + text("cycle_data") + b"h\0s.", "missing_columns"),
    "text longer than the file": (START + b"X\xff\xff\xff\x7fabc.", "corrupted_file"),
    "bytes longer than the file": (START + b"\x8e" + b"\xff" * 8 + b"abc.", "corrupted_file"),
    "number longer than the file": (START + b"\x8b\xff\xff\xff\x7fabc.", "corrupted_file"),
    "memo far beyond its end": (START + b"]r\xff\xff\xff\x7f.", "unsafe_pickle"),
    "memo that grows in jumps": (
        START + b"]" + b"".join(b"r" + struct.pack("<I", 4_000 * place) for place in range(200_000)),
        "unsafe_pickle",
    ),
    "extension registry": (START + b"\x82\x01.", "unsafe_pickle"),
    "persistent object": (START + b"K\x01Q.", "unsafe_pickle"),
    "out-of-band buffer": (b"\x80\x05\x97.", "unsafe_pickle"),
    "inside of a value changed": (START + b"]}b.", "unsafe_pickle"),
    "decimal number of a million digits": (b"L" + b"9" * 1_000_000 + b"L\n.", "corrupted_file"),
    "lists nested 200,000 deep": (START + b"]" * 200_000 + b"a" * 199_999 + b".", "unsupported_structure"),
    "tuples nested 200,000 deep": (START + b")" + b"\x85" * 200_000 + b".", "unsupported_structure"),
    "metadata nested 200,000 deep": (
        START + b"}" + text("cell_id") + b"]" * 200_000 + b"a" * 199_999 + b"s" + text("cycle_data") + b"]s.",
        "no_cycles",
    ),
    "key nested 200,000 deep": (START + b"})" + b"\x85" * 200_000 + b"Ns.", "unsafe_pickle"),
    "ordered dict with a key nested 200,000 deep": (
        START + named("collections", "OrderedDict") + b")R)" + b"\x85" * 200_000 + b"Ns.",
        "unsafe_pickle",
    ),
    "keys that collide": (
        START
        + b"}("
        + b"".join(b"\x8a\x0c" + ((2**61 - 1) * place).to_bytes(12, "little") + b"N" for place in range(50_000))
        + b"u.",
        "unsafe_pickle",
    ),
    "long equal keys compared over and over": (
        START + b"}" + long_text(500_000) + b"\x94" + long_text(500_000) + b"\x94N\x94(" + b"h\0h\2h\1h\2" * 100_000 + b"u.",
        "unsafe_pickle",
    ),
    "large numbers as keys over and over": (
        START + b"}\x8b" + struct.pack("<I", 1_000_000) + b"\x7f" * 1_000_000 + b"\x94" + b"h\0Ns" * 100_000 + b".",
        "unsafe_pickle",
    ),
    "million empty dicts": (START + b"(" + b"}" * 1_100_000 + b"l.", "unsafe_pickle"),
    "million marks": (START + b"(" * 1_100_000, "unsafe_pickle"),
    "one cell a million times": (
        START + b"](}\x94" + text("cycle_data") + b"]s" + b"h\0" * 1_000_000 + b"e.",
        "unsupported_structure",
    ),
    "one cycle a million times": (
        START
        + b"}"
        + text("cycle_data")
        + b"](}\x94("
        + text("voltage_in_V")
        + b"](" + number(3.7) * 50_000 + b"e"
        + text("current_in_A")
        + b"](" + number(1.0) * 50_000 + b"eu"
        + b"h\0" * 1_000_000
        + b"es.",
        "unsupported_structure",
    ),
    "one large cycle sixty times, spelled slowly": (
        START
        + b"}"
        + text("cycle_data")
        + b"](}\x94("
        + text("voltage_in_V")
        + b"](" + (number(3.7) + b"N") * 30_000 + b"e"
        + text("current_in_A")
        + b"](" + (number(1.0) + b"N") * 30_000 + b"eu"
        + b"h\0" * 60
        + b"es.",
        "unsupported_structure",
    ),
    "shape of text": (
        cell_of(array(text("O8"), b"(" + text("a" * 200) + b"\x8a\x06" + (10**12).to_bytes(6, "little") + b"t", b"]")),
        "corrupted_file",
    ),
    "shape of huge numbers": (
        START + b"\x8b" + struct.pack("<I", 200_000) + b"\x7f" * 200_000 + b"\x940"
        + array(text("f8"), b"(" + b"h\0" * 1_000 + b"t", b"C\x00") + b".",
        "corrupted_file",
    ),
    "huge shape": (
        cell_of(array(text("f8"), b"\x8a\x05" + (10**11).to_bytes(5, "little") + b"\x85", b"C\x00")),
        "corrupted_file",
    ),
    "negative shape": (cell_of(array(text("f8"), b"J\xff\xff\xff\xff\x85", b"C\x00")), "corrupted_file"),
    "compound type": (cell_of(array(text("f8,i4"), b")", b"C\x00")), "corrupted_file"),
    "object type over bytes": (cell_of(array(text("O8"), b"K\x01\x85", b"C\x08" + b"A" * 8)), "corrupted_file"),
    "type that is a doubling list": (
        START + b"]\x94" + b"".join(b"](h" + bytes([place]) * 1 + b"h" + bytes([place]) + b"e\x94" for place in range(60))
        + array(b"h\x3b", b")", b"C\x00") + b".",
        "corrupted_file",
    ),
    "half a surrogate as a name": (START + HALF_SURROGATE + text("x") + b"\x93.", "unsafe_pickle"),
    "half a surrogate as a column": (cell_of(b"}" + HALF_SURROGATE + b"K\1s"), "missing_columns"),
    "name of a megabyte": (START + long_text(500_000) + long_text(500_000) + b"\x93.", "unsafe_pickle"),
    "column's name of brackets and spaces": (
        cell_of(b"}X" + struct.pack("<I", 900) + b" " * 450 + b"(" * 450 + b"Ns"),
        "missing_columns",
    ),
    "thousand columns": (
        cell_of(b"}(" + b"".join(text(f"column {place}") + b"N" for place in range(1_000)) + b"u"),
        "unsupported_structure",
    ),
    "gzip": (gzip.compress(b"\x80\x04]."), "unsupported_structure"),
    "nothing": (b"", "empty_file"),
    "noise": (bytes(range(255, 0, -1)), "corrupted_file"),
    "HTML": (b"<!DOCTYPE html><html></html>", "corrupted_file"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_its_error_soon(case: str) -> None:
    content, code = HOSTILE[case]

    assert fault_of(content).code == code


@pytest.mark.parametrize("labels", [10**12, 10**30])
def test_a_range_of_very_many_labels_is_not_written_out(labels: int) -> None:
    index = (
        named("pandas.core.indexes.base", "_new_Index")
        + named("pandas.core.indexes.range", "RangeIndex")
        + b"}(" + text("start") + b"K\0" + text("stop") + b"\x8a\x10" + labels.to_bytes(16, "little")
        + text("step") + b"K\1u\x86R"
    )  # fmt: skip
    manager = named("pandas.core.internals.managers", "BlockManager") + b")](" + index + index + b"e\x86R"

    fault = fault_of(START + named("pandas.core.frame", "DataFrame") + b")\x81}" + text("_mgr") + manager + b"sb.")

    assert fault.code == "corrupted_file"


def small_cell() -> dict[str, object]:
    return {
        "cell_id": "CALB_35_B1",
        "nominal_capacity_in_Ah": 58,
        "charge_protocol": [{"rate_in_C": 0.5, "°": None}],
        "cycle_data": [
            {
                "cycle_number": 1,
                "voltage_in_V": [3.0 + index / 20 for index in range(12)],
                "current_in_A": list(np.linspace(-1, 1, 12)),
                "time_in_s": np.arange(12) * 30,
                "temperature_in_C": ["25,5"] * 12,
            }
        ],
    }


def cells_or_fault(content: bytes) -> list[Cell] | BatteryDataError:
    try:
        return read_cells([BatteryFile("cell.pkl", content)])
    except BatteryDataError as fault:
        fault.message.encode("utf-8")
        return fault


@pytest.mark.parametrize("protocol", [pytest.param(0, marks=pytest.mark.slow), 2, 4, 5])
def test_a_pickle_cut_off_anywhere_is_corrupted(protocol: int) -> None:
    content = pickle.dumps(small_cell(), protocol)
    assert not isinstance(cells_or_fault(content), BatteryDataError)

    for length in range(1, len(content)):
        fault = cells_or_fault(content[:length])

        assert isinstance(fault, BatteryDataError)
        assert fault.code in {"corrupted_file", "unsafe_pickle"}


@examples(300)
@given(data=st.data(), protocol=st.sampled_from([0, 2, 4, 5]))
def test_changed_bytes_give_a_cell_or_a_named_fault_and_nothing_else(data: st.DataObject, protocol: int) -> None:
    content = bytearray(pickle.dumps(small_cell(), protocol))
    places = st.integers(0, len(content) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)):
        content[place] = byte

    cells_or_fault(bytes(content))


@examples(200)
@given(
    pieces=st.lists(
        st.sampled_from(
            [bytes([code]) for code in range(256)] + [text("cycle_data"), text("voltage"), number(3.7) * 9]
        ),
        max_size=40,
    )
)
def test_any_instructions_give_a_cell_or_a_named_fault_and_nothing_else(pieces: list[bytes]) -> None:
    cells_or_fault(START + b"".join(pieces) + b".")


_PEAK = """
import re, sys
from battery_analytics.files import BatteryFile
from battery_analytics.errors import BatteryDataError
from battery_analytics.formats.reading import read_cells

unit, count = bytes.fromhex(sys.argv[1]), int(sys.argv[2])
content = b"\\x80\\x04(" + unit * count + b"l."
def peak_kB():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
before = peak_kB()
try:
    read_cells([BatteryFile("a.pkl", content)])
except BatteryDataError as fault:
    print((peak_kB() - before) / 1000, fault.code)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak memory from /proc")
@pytest.mark.parametrize(
    "unit",
    [b"}K\0K\0s", b"]", b"\x8c\x02ab", b"M\0\x10N", b"cnumpy\ndtype\n", b"K\x07"],
    ids=["dicts", "lists", "texts", "numbers", "names", "bytes"],
)
def test_megabytes_of_one_thing_take_little_memory(unit: bytes) -> None:
    count = 3_000_000 // len(unit)

    done = subprocess.run(
        [sys.executable, "-c", _PEAK, unit.hex(), str(count)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32)),
    )

    megabytes, code = done.stdout.split()
    assert float(megabytes) < 8 * 3 + 200
    assert code in {"unsafe_pickle", "unsupported_structure", "corrupted_file"}
