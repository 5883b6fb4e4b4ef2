"""Bytecode: /opt is read-only, so what is not compiled here is compiled anew at every cold start."""

import compileall
from pathlib import Path
from py_compile import PycInvalidationMode

# Where Lambda unpacks a layer; tracebacks name it, and the same sources give the same bytes wherever they are built.
LAMBDA_FOLDER = "/opt/python"


def compile_libraries(folder: Path) -> None:
    """Compile every module and leave its source out: both together would not fit."""
    _compile(folder, folder, legacy=True)
    for source in folder.rglob("*.py"):
        source.unlink()


def compile_own(package: Path) -> None:
    """Compile a package of ours and keep its sources, so that tracebacks read well."""
    _compile(package, package.parent, legacy=False)


def _compile(part: Path, folder: Path, *, legacy: bool) -> None:
    """Legacy bytecode lies where its source was, the other kind in __pycache__; neither is compared with a source."""
    compiled = compileall.compile_dir(
        part,
        maxlevels=64,
        quiet=1,
        legacy=legacy,
        workers=0,
        stripdir=str(folder),
        prependdir=LAMBDA_FOLDER,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise SystemExit(f"Not every module of {part.name} compiles; see above.")
