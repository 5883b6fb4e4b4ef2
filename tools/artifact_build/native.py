"""The native code of a layer: its architecture, and how its symbol tables are removed."""

import platform
import shutil
import subprocess
from pathlib import Path
from struct import unpack_from

# The name in the template's parameter -> the name in Linux, wheels and cross compilers.
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
_ELF_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


def architecture_here() -> str | None:
    """The architecture of this machine; None if it is not Linux."""
    names = {machine: architecture for architecture, machine in MACHINES.items()}
    return names.get(platform.machine()) if platform.system() == "Linux" else None


def architecture_of(file: Path) -> str | None:
    """The architecture of a shared object; None if the file is not one."""
    with file.open("rb") as opened:
        head = opened.read(20)
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return None
    [machine] = unpack_from("<H", head, 18)
    return _ELF_MACHINES.get(machine, f"machine {machine:#x}")


def shared_objects(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.so*") if path.is_file())


def strip(folder: Path, architecture: str) -> None:
    """Remove the symbol tables of the shared objects if this machine has a `strip` for them; otherwise print that."""
    # auditwheel rewrote the files in *.libs; they do not load any more after strip.
    objects = [path for path in shared_objects(folder) if not path.parent.name.endswith(".libs")]
    if not objects:
        return
    tool = "strip" if architecture == architecture_here() else f"{MACHINES[architecture]}-linux-gnu-strip"
    if shutil.which(tool) is None:
        print(f"There is no {tool} here, so native code keeps its symbol tables, 11 to 14 MB.")
        return
    subprocess.run([tool, "--strip-unneeded", *objects], check=True)
