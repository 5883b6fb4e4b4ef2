"""Inputs that mean harm or are broken, each with the status and the code that answer it."""

import gzip
import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sample_cells.plain import cell, csv_set, pickled

BOUNDARY = "hostile-boundary"


@dataclass(frozen=True, slots=True)
class Hostile:
    """Files by name, or a whole body with its content type, and the answer that it deserves."""

    status: int
    code: str
    files: tuple[tuple[str, bytes], ...] = ()
    body: Callable[[], bytes] | None = None
    content_type: str = f"multipart/form-data; boundary={BOUNDARY}"


class _Calls:
    """Pickles as a call of whatever it was given."""

    def __init__(self, target: object, *args: object) -> None:
        self.target, self.args = target, args

    def __reduce__(self) -> tuple[object, ...]:
        return self.target, self.args


def pkl(content: bytes, code: str = "corrupted_file", *, name: str = "cell.pkl") -> Hostile:
    return Hostile(400, code, ((name, content),))


def cycles_csv(content: bytes, code: str, *, name: str = "x.csv") -> Hostile:
    return Hostile(400, code, ((name, content),))


def calling(module: str, name: str, argument: bytes = b"Vtouch /tmp/harmed\n") -> bytes:
    """A protocol 0 pickle that calls module.name."""
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n(" + argument + b"tR."


def _ndarray(shape: bytes, content: bytes = b"C\x08" + bytes(8)) -> bytes:
    """A protocol 4 pickle of a numpy array with any shape and content, as `_reconstruct` and its state."""
    dtype = b"cnumpy\ndtype\n(X\x02\x00\x00\x00f8\x89\x88tR(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR"
    return b"\x80\x04}X\x0a\x00\x00\x00cycle_data" + array + b"(K\x01" + shape + dtype + b"\x89" + content + b"tbs."


def _nested(depth: int) -> bytes:
    return b"\x80\x04" + b"]" * depth + b"a" * (depth - 1) + b"."


def _doubling(levels: int) -> bytes:
    """Lists that hold the list before twice: 2 to the power of levels items, were they written out."""
    inner: list[object] = []
    for _ in range(levels):
        inner = [inner, inner]
    return pickle.dumps({"cycle_data": inner})


def _with_cycles(cycles: object) -> bytes:
    return pickle.dumps({**cell(), "cycle_data": cycles})


def _many_parts(count: int) -> bytes:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n1\r\n'
    return part.encode() * count + f"--{BOUNDARY}--\r\n".encode()


def _part(disposition: str, content: bytes, *, end: str = "--\r\n") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()
    return head + content + f"\r\n--{BOUNDARY}{end}".encode()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cell.pkl", bytes(1_000_000))
    return buffer.getvalue()


_GOOD = pickled(cell())
_CSV = dict(csv_set(cell(), "X"))
_CYCLES_CSV = next(content for name, content in _CSV.items() if name.endswith("_cycles.csv"))
_METADATA = next((name, content) for name, content in _CSV.items() if name.endswith("_metadata.csv"))

HOSTILE: dict[str, Hostile] = {
    # pickles that would run something
    "os.system": pkl(calling("os", "system"), "unsafe_pickle"),
    "posix.system": pkl(calling("posix", "system"), "unsafe_pickle"),
    "builtins.eval": pkl(calling("builtins", "eval"), "unsafe_pickle"),
    "builtins.exec of python 2": pkl(calling("__builtin__", "execfile"), "unsafe_pickle"),
    "builtins.getattr": pkl(calling("builtins", "getattr"), "unsafe_pickle"),
    "subprocess.Popen": pkl(pickle.dumps(_Calls(__import__("subprocess").Popen, "id")), "unsafe_pickle"),
    "numpy loads": pkl(calling("numpy", "load"), "unsafe_pickle"),
    "numpy testing runs strings": pkl(calling("numpy.testing._private.utils", "runstring"), "unsafe_pickle"),
    "pandas reads an address": pkl(calling("pandas", "read_pickle"), "unsafe_pickle"),
    "a dotted name into os": pkl(b"\x80\x04\x8c\x05numpy\x8c\x0fos.system.thing\x93.", "unsafe_pickle"),
    "an INST of a class": pkl(b"(ios\nsystem\n.", "unsafe_pickle"),
    "an OBJ of a class": pkl(b"(cos\nsystem\nVid\no.", "unsafe_pickle"),
    "a persistent id": pkl(b"\x80\x04X\x01\x00\x00\x00xQ.", "unsafe_pickle"),
    "an extension code": pkl(b"\x80\x04\x82\x01.", "unsafe_pickle"),
    "a call of a value": pkl(b"\x80\x04K\x01)R.", "unsafe_pickle"),
    "a hidden call in metadata": pkl(pickle.dumps({**cell(), "reference": _Calls(eval, "1")}), "unsafe_pickle"),
    # pickles that would fill the memory
    "bytes times ten to the ten": pkl(b"cbuiltins\nbytes\n(L10000000000L\ntR."),
    "a memo index of two to the 31": pkl(b"\x80\x02K\x01r\xff\xff\xff\x7f.", "unsafe_pickle"),
    "an array of a huge shape": pkl(_ndarray(b"\x8a\x05\x00\xe4\x0bT\x02\x85")),
    "an array of a negative shape": pkl(_ndarray(b"J\xff\xff\xff\xff\x85")),
    "a byte string longer than the file": pkl(b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x."),
    "a byte array longer than the file": pkl(b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"x."),
    "lists doubled forty times": pkl(_doubling(40), "unsupported_structure"),
    "lists nested a hundred thousand deep": pkl(_nested(100_000), "unsupported_structure"),
    "three million empty lists": pkl(b"\x80\x04" + b"]" * 3_000_000 + b".", "unsafe_pickle"),
    "a list that holds itself": pkl(b"\x80\x04}X\x0a\x00\x00\x00cycle_data]\x94h\x00as.", "unsupported_structure"),
    # pickles that are broken
    "an empty pickle": pkl(b"", "empty_file"),
    "half a pickle": pkl(_GOOD[: len(_GOOD) // 2]),
    "a pickle without its end": pkl(_GOOD[:-1]),
    "text as a pickle": pkl(b"cycle_number,current_in_A\n1,2\n", "missing_columns"),
    "a picture as a pickle": pkl(b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "a gzip bomb": pkl(gzip.compress(bytes(50_000_000)), "too_costly"),
    "a zip archive": pkl(_zip()),
    # pickles of something else
    "a number": pkl(pickle.dumps(42), "unsupported_structure"),
    "a cell without cycles": pkl(_with_cycles([]), "no_cycles"),
    "cycles that are text": pkl(_with_cycles("1, 2, 3"), "unsupported_structure"),
    "cycles without voltage": pkl(_with_cycles([{"cycle_number": 1, "current_in_A": [1.0, 2.0]}]), "missing_columns"),
    "a column that is a dict": pkl(
        _with_cycles([{"cycle_number": 1, "voltage_in_V": {"a": 1}, "current_in_A": [1.0]}]), "unsupported_structure"
    ),
    "columns of very unequal lengths": pkl(
        _with_cycles([{"voltage_in_V": [3.0] * 90, "current_in_A": [1.0] * 9, "time_in_s": [1.0] * 90}]),
        "inconsistent_lengths",
    ),
    "nothing but NaN": pkl(
        _with_cycles(
            [{"voltage_in_V": np.full(9, np.nan), "current_in_A": np.full(9, np.inf), "time_in_s": [1.0] * 9}]
        ),
        "no_cycles",
    ),
    # CSV
    "an empty CSV": cycles_csv(b"", "empty_file"),
    "a header alone": cycles_csv(b"cycle_number,current_in_A,voltage_in_V,time_in_s\n", "empty_file"),
    "a million columns": cycles_csv(b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n", "unsupported_structure"),
    "binary as CSV": cycles_csv(bytes(range(256)) * 1_000, "corrupted_file"),
    "half of UTF-16": cycles_csv(b"\xff\xfe" + _CYCLES_CSV.decode().encode("utf-16-le")[:1_001], "corrupted_file"),
    "a quote that never closes": cycles_csv(
        b'cycle_number,current_in_A,voltage_in_V,time_in_s\n1,"2,3,4\n' + b"1,2,3,4\n" * 9, "corrupted_file"
    ),
    "rows that grow longer": cycles_csv(
        b"cycle_number,current_in_A,voltage_in_V,time_in_s\n1,2,3,4\n1,2,3,4,5,6,7\n", "corrupted_file"
    ),
    "no such columns": cycles_csv(b"name,price\napple,1\n", "missing_columns"),
    "a set without its cycles": Hostile(400, "incomplete_csv_set", (_METADATA,)),
    "one file twice": Hostile(400, "unsupported_structure", (("a.csv", _CYCLES_CSV), ("a.csv", _CYCLES_CSV))),
    # names
    "a path as a name": cycles_csv(b"", "empty_file", name="../../etc/x.csv"),
    "a name that is a script": Hostile(400, "unsupported_file_type", (("<script>alert(1)</script>", b"x"),)),
    "an executable": Hostile(400, "unsupported_file_type", (("virus.exe", b"MZ"),)),
    "a name of ten thousand letters": cycles_csv(b"", "malformed_multipart", name="a" * 10_000 + ".csv"),
    # bodies
    "ten thousand parts": Hostile(413, "too_large", body=lambda: _many_parts(10_000)),
    "no end of the body": Hostile(
        400, "malformed_multipart", body=lambda: _part('name="file"; filename="x.pkl"', _GOOD, end="")[:-20]
    ),
    "a part without a name": Hostile(400, "no_files", body=lambda: _part('filename="x.pkl"', _GOOD)),
    "no file in the form": Hostile(400, "no_files", body=lambda: _part('name="comment"', b"hello")),
    "a boundary of nothing": Hostile(
        400, "malformed_multipart", body=lambda: b"x", content_type="multipart/form-data; boundary="
    ),
    "JSON instead of a form": Hostile(415, "malformed_multipart", body=lambda: b"{}", content_type="application/json"),
    "headers of a megabyte": Hostile(
        400, "malformed_multipart", body=lambda: _part('name="file"; filename="' + "x" * 1_000_000 + '.pkl"', _GOOD)
    ),
}
