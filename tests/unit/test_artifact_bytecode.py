"""Bytecode of a layer: libraries without their sources, our own with them, and both the same wherever they are built."""

import importlib.util
import marshal
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from tools.artifact_build.bytecode import compile_libraries, compile_own

SOURCE = "def double(value):\n    return 2 * value\n"
HEADER_BYTES = 16
UNCHECKED_HASH = 0b01


def layer(folder: Path) -> Path:
    for name in ("library/__init__.py", "library/deep/module.py", "single.py"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE)
    return folder


def code_in(file: Path) -> CodeType:
    code = marshal.loads(file.read_bytes()[HEADER_BYTES:])
    assert isinstance(code, CodeType)
    return code


def test_libraries_are_bytecode_alone_and_run(tmp_path: Path) -> None:
    compile_libraries(layer(tmp_path))
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == [
        "library/__init__.pyc",
        "library/deep/module.pyc",
        "single.pyc",
    ]
    program = "import single, library.deep.module as deep; print(single.double(3), deep.double(4))"
    alone = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"]
    assert subprocess.run(alone, capture_output=True, text=True, check=True).stdout == "6 8\n"


def test_our_own_package_keeps_its_sources_with_the_bytecode_where_python_looks_for_it(tmp_path: Path) -> None:
    compile_own(layer(tmp_path) / "library")
    for name in ("library/__init__.py", "library/deep/module.py"):
        source = tmp_path / name
        assert source.read_text() == SOURCE
        assert Path(importlib.util.cache_from_source(source)).is_file()


def test_a_traceback_names_the_place_in_lambda(tmp_path: Path) -> None:
    compile_libraries(layer(tmp_path))
    assert code_in(tmp_path / "library/deep/module.pyc").co_filename == "/opt/python/library/deep/module.py"


def test_bytecode_is_not_compared_with_a_source_so_its_time_does_not_matter(tmp_path: Path) -> None:
    compile_libraries(layer(tmp_path))
    flags = int.from_bytes((tmp_path / "single.pyc").read_bytes()[4:8], "little")
    assert flags == UNCHECKED_HASH


def test_the_same_sources_give_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    first, second = layer(tmp_path / "first"), layer(tmp_path / "second" / "deeper")
    compile_libraries(first)
    compile_libraries(second)
    for path in first.rglob("*.pyc"):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


def test_a_library_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    (layer(tmp_path) / "library" / "broken.py").write_text("def (:\n")
    with pytest.raises(SystemExit, match="Not every module"):
        compile_libraries(tmp_path)
