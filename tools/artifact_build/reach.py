"""Checks that everything a function may import is in the artifact: by import if its native code runs here, else by file."""

import importlib.machinery
import sys
from pathlib import Path

from local.template import DeclaredFunction
from tools.artifact_build.artifact import OWN_PACKAGES, opt_folders
from tools.artifact_build.imports import modules_of, reached
from tools.artifact_build.isolated import probe_artifact

# The module of every function that has the handler.
HANDLER_MODULE = "app"


def handler_file(function: DeclaredFunction) -> Path:
    """The file with the handler that Lambda calls. It stops the check if a function has none."""
    file = function.code / f"{HANDLER_MODULE}.py"
    if not file.is_file():
        raise SystemExit(f"{function.name} has no {file}.")
    return file


def reachable_imports(function: DeclaredFunction) -> list[str]:
    """The imports of the function's handler, and of every module of ours in its layers that could run there."""
    own = {
        name: path
        for folder in opt_folders(function)
        for package in OWN_PACKAGES
        for name, path in modules_of(folder / package).items()
    }
    missing = {package for package in OWN_PACKAGES if package not in own}
    found = reached(handler_file(function), HANDLER_MODULE, own)
    for name, path in own.items():
        beyond = reached(path, name, own)
        # A light function has the bridge to the library too, but not the library.
        if not any(_root(it) in missing for it in beyond):
            found |= {name} | beyond
    return sorted(found)


def failing_imports(function: DeclaredFunction) -> list[str]:
    """An error for each reachable import that fails in the artifact."""
    result = probe_artifact(function, imports=[HANDLER_MODULE, *reachable_imports(function)])
    return [f"{function.name} cannot import {name}:\n{error}" for name, error in result["failed"].items()]


def missing_modules(function: DeclaredFunction) -> list[str]:
    """An error for each reachable library that has no file in the artifact."""
    folders = [function.code, *opt_folders(function)]
    roots = {_root(name) for name in reachable_imports(function)} - sys.stdlib_module_names
    return [f"{function.name} has no {root}." for root in sorted(roots) if not _is_there(root, folders)]


def _is_there(root: str, folders: list[Path]) -> bool:
    return importlib.machinery.PathFinder.find_spec(root, [str(folder) for folder in folders]) is not None


def _root(name: str) -> str:
    return name.partition(".")[0]
