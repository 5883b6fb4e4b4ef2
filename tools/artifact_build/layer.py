"""Builds one layer: `python3.13 -m tools.artifact_build.layer layers/analytics --architecture x86_64 --into FOLDER`.

`sam build` calls it through the layer's Makefile. It needs no package except Python's standard library.
"""

import argparse
import os
import shutil
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools.artifact_build import bytecode, native
from tools.artifact_build.trim import trim
from tools.artifact_build.uv import locked_requirements, run_uv

# All files of a layer get this time, so that the same sources give the same bytes: 2020-01-01.
BUILT_AT = 1577836800


def build_layer(source: Path, architecture: str, folder: Path) -> None:
    """Fill the folder, /opt/python of the layer: the locked libraries, trimmed, and the package in `source` itself."""
    name = tomllib.loads((source / "pyproject.toml").read_text())["project"]["name"]
    package = name.replace("-", "_")
    install(locked_requirements("--package", name), architecture, folder)
    trim(folder)
    native.strip(folder, architecture)
    bytecode.compile_libraries(folder)
    shutil.copytree(source / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "py.typed"))
    bytecode.compile_own(folder / package)
    for path in (folder, *folder.rglob("*")):
        # Lambda runs as another user, so all must be able to read the files, whatever this machine's umask is.
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (BUILT_AT, BUILT_AT))


def install(requirements: Sequence[str], architecture: str, folder: Path) -> None:
    """Unpack the wheels for Lambda's system; their hashes must be those of the lock file."""
    listed = folder.with_name("requirements.txt")
    folder.mkdir(parents=True)
    listed.write_text("\n".join(requirements))
    python = ["--python", sys.executable, "--python-version", "3.13"]
    system = ["--python-platform", f"{native.MACHINES[architecture]}-manylinux_2_28", "--only-binary", ":all:"]
    # Copied, because with links `strip` would write into uv's own cache.
    what = ["--requirement", str(listed), "--require-hashes", "--no-deps", "--link-mode", "copy"]
    run_uv(["pip", "install", "--target", str(folder), *python, *system, *what])
    listed.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.artifact_build.layer", description=__doc__)
    parser.add_argument("source", type=Path, help="the layer's folder in the repository")
    parser.add_argument("--architecture", choices=native.MACHINES, required=True)
    parser.add_argument("--into", type=Path, required=True, help="the folder that becomes /opt/python")
    arguments = parser.parse_args()
    build_layer(arguments.source, arguments.architecture, arguments.into)


if __name__ == "__main__":
    main()
