"""Bytecode: /opt is read-only, so a module that is not compiled here is compiled again at every cold start."""

import compileall
from pathlib import Path
from py_compile import PycInvalidationMode

# Where Lambda unpacks a layer. Tracebacks name it, and the bytes do not depend on where they are built.
LAMBDA_FOLDER = "/opt/python"


def compile_libraries(folder: Path) -> None:
    """Compile every module and remove its source: both together would not fit."""
    _compile(folder, folder, legacy=True)
    for source in folder.rglob("*.py"):
        source.unlink()


def compile_own(package: Path) -> None:
    """Compile a package of ours and keep its sources, so that tracebacks read well."""
    _compile(package, package.parent, legacy=False)


def _compile(part: Path, folder: Path, *, legacy: bool) -> None:
    """Legacy bytecode takes the place of its source, the other kind is in __pycache__; neither is compared with a source."""
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
