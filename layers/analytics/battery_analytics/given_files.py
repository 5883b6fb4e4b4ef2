"""What `analyze` may be given, as files: paths, folders, patterns, bytes, open files and DataFrames."""

import glob
import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from battery_analytics.files import BatteryFile

if TYPE_CHECKING:
    import pandas as pd

type GivenFile = "BatteryFile | str | Path | bytes | BinaryIO | pd.DataFrame"
type Given = GivenFile | Iterable[GivenFile]


def battery_files(given: Given, columns: Mapping[str, str] | None = None) -> list[BatteryFile]:
    """The files; `columns` renames the columns of DataFrames, from their names to names that a format knows.

    A folder stands for all files in it, and a text with `*`, `?` or `[` for all files that match it. Raises FileNotFoundError
    where there is none, what `open` raises for a path, and TypeError for anything else.
    """
    one = isinstance(given, BatteryFile | str | Path | bytes) or hasattr(given, "read") or _is_frame(given)
    found: list[BatteryFile] = []
    for item in [given] if one else given:  # type: ignore[union-attr]  # one of them, as has just been seen
        found.extend(_files_of(item, columns or {}, len(found) + 1))
    return found


def _files_of(item: object, columns: Mapping[str, str], number: int) -> list[BatteryFile]:
    if isinstance(item, BatteryFile):
        return [item]
    if isinstance(item, str | Path):
        return [BatteryFile(path.name, path.read_bytes()) for path in _paths(item)]
    if isinstance(item, bytes):
        return [BatteryFile(f"bytes {number}", item)]
    if _is_frame(item):
        return [BatteryFile(f"DataFrame {number}", _pickled(item, columns))]  # type: ignore[arg-type]  # it is one
    if hasattr(item, "read"):
        content = item.read()
        if not isinstance(content, bytes):
            raise TypeError(f"{item!r:.80} is open as text; open it with mode 'rb'.")
        return [BatteryFile(Path(str(getattr(item, "name", f"file {number}"))).name, content)]
    raise TypeError(f"A file is a path, bytes, an open file, a DataFrame or a BatteryFile, not {type(item).__name__}.")


def _paths(item: str | Path) -> list[Path]:
    path = Path(item)
    if path.is_dir():
        inside = sorted(one for one in path.rglob("*") if one.is_file() and not _is_hidden(one.relative_to(path)))
        if not inside:
            raise FileNotFoundError(f"There is no file in the folder {path}.")
        return inside
    if not path.exists() and glob.has_magic(str(item)):
        matching = sorted(Path(one) for one in glob.glob(str(item), recursive=True) if Path(one).is_file())
        if not matching:
            raise FileNotFoundError(f"No file matches {item}.")
        return matching
    return [path]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _is_frame(item: object) -> bool:
    return hasattr(item, "columns") and hasattr(item, "to_numpy")


def _pickled(frame: "pd.DataFrame", columns: Mapping[str, str]) -> bytes:
    """The columns as a pickled dict, which is read like any other file: numbers and dates as arrays, all else as text."""
    values = {}
    for name in frame.columns:
        column = frame[name].to_numpy()
        values[columns.get(str(name), str(name))] = column if column.dtype.kind in "biufM" else list(map(_text, column))
    return pickle.dumps(values)


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)  # noqa: PLR0124  # NaN is not equal to itself
