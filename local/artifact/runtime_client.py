"""AWS's own runtime client in a folder of its own, as Lambda has it at /var/runtime."""

import compileall
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final

MODULES: Final = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


def installed_into(folder: Path) -> Path:
    """Copy the client and its dependencies from this interpreter's packages, with bytecode as in Lambda. Returns the folder."""
    for name in MODULES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"{name} is not installed: run make .venv/.dev")
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, folder / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, folder)
    compileall.compile_dir(folder, quiet=2)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder
