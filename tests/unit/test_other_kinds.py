"""A file that cannot be read is called what it is, under whatever name it comes."""

import bz2
import io
import json
import lzma
import pickle
import random
import zipfile
import zlib

import numpy as np
import pytest
from battery_analytics import BatteryDataError, BatteryFile
from battery_analytics.formats.reading import read_cells

from sample_cells.plain import cell, csv_set, pickled

PICKLE = pickled(cell("A"))
TABLE = csv_set(cell("A"), "A")["A_cycles.csv"]


def refusal_of(name: str, content: bytes) -> BatteryDataError:
    with pytest.raises(BatteryDataError) as refusal:
        read_cells([BatteryFile(name, content)])
    assert name in refusal.value.message
    return refusal.value


def zipped(*members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member in members:
            archive.writestr(member, b"content")
    return packed.getvalue()


def npz() -> bytes:
    packed = io.BytesIO()
    np.savez(packed, voltage=np.arange(3.0))
    return packed.getvalue()


@pytest.mark.parametrize("name", ["cell.pkl", "cell_cycles.csv"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (bz2.compress(TABLE), "compressed with bzip2"),
        (lzma.compress(TABLE), "compressed with xz"),
        (zlib.compress(PICKLE), "a joblib file"),
        (b"\x80\x04\x95\x00\x01\x00\x00\x00\x00\x00\x00\x8c\x13joblib.numpy_pickle\x94" + b"." * 300, "a joblib file"),
        (npz(), r"a NumPy archive \(npz\)"),
        (json.dumps({"voltage": [1, 2]}).encode(), "a JSON document"),
        (b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "an HTML page"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(name: str, content: bytes, kind: str) -> None:
    refusal = refusal_of(name, content)

    assert refusal.code == "corrupted_file"
    assert f"is {kind.replace(chr(92), '')}" in refusal.message


@pytest.mark.parametrize("name", ["cell.pkl", "cell_cycles.csv"])
def test_a_body_that_a_gateway_read_as_text_is_recognised(name: str) -> None:
    data = pickle.dumps({"cycle_data": [{"voltage_in_V": np.random.default_rng(0).random(500)}]})

    assert "was damaged while it was sent" in refusal_of(name, data.decode("utf-8", "replace").encode()).message
    assert "was damaged while it was sent" in refusal_of(name, data.decode("latin-1").encode()).message


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_no_table_under_a_pickles_name(seed: int) -> None:
    refusal = refusal_of("cell.pkl", random.Random(seed).randbytes(2_000))

    assert "CSV" not in refusal.message
    assert "table" not in refusal.message


def test_text_under_a_pickles_name_is_called_text() -> None:
    assert "It is text" in refusal_of("cell.pkl", b"Some words about a cell.\nMore of them.\n").message
