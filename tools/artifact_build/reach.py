"""What each function could ever import is there: tried where its native code runs, looked up where not."""

import importlib.machinery
import sys
from pathlib import Path

from local.template import DeclaredFunction
from tools.artifact_build.artifact import OWN_PACKAGES, opt_folders
from tools.artifact_build.imports import modules_of, reached
from tools.artifact_build.isolated import said_by_artifact

# The module of every function that Lambda calls.
DOOR = "app"


def door_of(function: DeclaredFunction) -> Path:
    """The file that Lambda calls; it stops the check where a function has none."""
    door = function.code / f"{DOOR}.py"
    if not door.is_file():
        raise SystemExit(f"{function.name} has no {door}.")
    return door


def reachable_imports(function: DeclaredFunction) -> list[str]:
    """What is reached from the function's door, and from every module of ours in its layers that could run there."""
    own = {
        name: path
        for folder in opt_folders(function)
        for package in OWN_PACKAGES
        for name, path in modules_of(folder / package).items()
    }
    missing = {package for package in OWN_PACKAGES if package not in own}
    found = reached(door_of(function), DOOR, own)
    for name, path in own.items():
        beyond = reached(path, name, own)
        # A light function carries the bridge to the science, too, but not the science.
        if not any(_root(it) in missing for it in beyond):
            found |= {name} | beyond
    return sorted(found)


def failing_imports(function: DeclaredFunction) -> list[str]:
    """A complaint for each reachable import that fails in the artifact."""
    said = said_by_artifact(function, imports=[DOOR, *reachable_imports(function)])
    return [f"{function.name} cannot import {name}:\n{error}" for name, error in said["failed"].items()]


def missing_modules(function: DeclaredFunction) -> list[str]:
    """A complaint for each reachable library that has no file in the artifact."""
    folders = [function.code, *opt_folders(function)]
    roots = {_root(name) for name in reachable_imports(function)} - sys.stdlib_module_names
    return [f"{function.name} has no {root}." for root in sorted(roots) if not _is_there(root, folders)]


def _is_there(root: str, folders: list[Path]) -> bool:
    return importlib.machinery.PathFinder.find_spec(root, [str(folder) for folder in folders]) is not None


def _root(name: str) -> str:
    return name.partition(".")[0]
