"""The sandbox of an instance: bubblewrap with the same limits as Lambda, or a bare process where that is not allowed.

Inside are /var/task and /opt of the artifact and /var/runtime, all read-only, 512 MB of /tmp, a user without rights, no
other process, and of this machine only its interpreter and its C libraries. The network is shared, because the Runtime
API and the embedded AWS listen on it.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from local.template import DeclaredFunction

# Lambda's own numbers for its user.
USER, GROUP = 993, 990
# Address space is not memory: the interpreter, its libraries and threads reserve more than they use.
RESERVED_MB: Final = 512
MB: Final = 1024 * 1024
INTERPRETER: Final = Path(sys.base_prefix)
PYTHON: Final = INTERPRETER / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
# Packages of the interpreter are not in Lambda, so a function must not find them if the artifact lacks them.
SITE_PACKAGES: Final = sysconfig.get_path("purelib", vars={"base": sys.base_prefix})


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths at which a function finds its code, its layers and the runtime client."""

    task_root: str
    runtime: str
    python_path: str


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Namespaces of its own; `runtime` is the folder of the runtime client."""

    runtime: Path
    name: str = "bubblewrap"

    def paths(self, function: DeclaredFunction) -> Paths:  # noqa: ARG002  # the same for all functions
        return Paths("/var/task", "/var/runtime", "/var/task:/opt/python:/var/runtime")

    def command(self, function: DeclaredFunction, environment: Mapping[str, str], python: Sequence[str]) -> list[str]:
        """What runs the interpreter with these arguments."""
        mounts = {"/var/task": function.code, "/var/runtime": self.runtime, **merged(function.layers, "/opt")}
        return [
            *_limited(function),
            *("bwrap", "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
            *_identity(),
            *_system(),
            *_read_only(mounts),
            *("--perms", "1777", "--size", str(function.scratch_MB * MB), "--tmpfs", "/tmp"),  # noqa: S108  # Lambda's own
            # Mounts in it do not change; only the root itself is still an ordinary folder of the user.
            *("--remount-ro", "/", "--chdir", "/var/task", "--clearenv"),
            *(part for name, value in environment.items() for part in ("--setenv", name, value)),
            "--",
            *_without_rights(),
            *(str(PYTHON), *python),
        ]


@dataclass(frozen=True, slots=True)
class Bare:
    """A process of this machine with Lambda's environment and memory limit, without the other limits of the sandbox."""

    runtime: Path
    name: str = "bare process"

    def paths(self, function: DeclaredFunction) -> Paths:
        layers = (str(layer / "python") for layer in reversed(function.layers))
        return Paths(str(function.code), str(self.runtime), ":".join([str(function.code), *layers, str(self.runtime)]))

    def command(self, function: DeclaredFunction, environment: Mapping[str, str], python: Sequence[str]) -> list[str]:
        variables = (f"{name}={value}" for name, value in environment.items())
        place = ("env", "--ignore-environment", f"--chdir={function.code}", *variables)
        return [*_limited(function), *place, str(PYTHON), *python]


type Sandbox = Bubblewrap | Bare


@cache
def why_not_bubblewrap() -> str | None:
    """Why bubblewrap cannot be used on this machine; None where it can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    probe = ["bwrap", "--unshare-pid", *_identity(), "--ro-bind", "/", "/", "--", *_without_rights(), "true"]
    ended = subprocess.run(probe, capture_output=True, text=True, check=False)  # noqa: S603  # a fixed command
    return None if ended.returncode == 0 else f"namespaces are not allowed here ({ended.stderr.strip()})"


def merged(layers: Sequence[Path], root: str) -> dict[str, Path]:
    """The mounts that put all layers under `root`; files of a later layer hide those of an earlier one.

    A folder that only one layer has is mounted whole.
    """
    found: dict[str, list[Path]] = {}
    for layer in layers:
        for entry in sorted(layer.iterdir()):
            found.setdefault(entry.name, []).append(entry)
    mounts: dict[str, Path] = {}
    for name, entries in found.items():
        if len(entries) > 1 and all(entry.is_dir() for entry in entries):
            mounts |= merged(entries, f"{root}/{name}")
        else:
            mounts[f"{root}/{name}"] = entries[-1]
    return mounts


def _limited(function: DeclaredFunction) -> Iterator[str]:
    yield from ("prlimit", f"--as={(function.memory_MB + RESERVED_MB) * MB}", "--core=0", "--")


def _identity() -> Sequence[str]:
    """A user of this machine has no rights in the sandbox; root drops its rights inside, by `_without_rights`."""
    return () if os.geteuid() == 0 else ("--unshare-user", "--uid", str(USER), "--gid", str(GROUP))


def _without_rights() -> Sequence[str]:
    if os.geteuid() != 0:
        return ()
    return ("/usr/bin/setpriv", f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups", "--no-new-privs", "--")


def _system() -> list[str]:
    """The interpreter and the C libraries, but none of this machine's programs."""
    links = [
        part
        for name in ("/lib", "/lib64")
        if Path(name).exists()
        for part in (("--symlink", os.readlink(name), name) if Path(name).is_symlink() else ("--ro-bind", name, name))
    ]
    libraries = [name for name in ("/usr/lib", "/usr/lib64") if Path(name).is_dir()]
    programs = ["/usr/bin/setpriv"] if os.geteuid() == 0 else []
    return [
        *("--proc", "/proc", "--dev", "/dev"),
        *_read_only({name: Path(name) for name in (*libraries, *programs)}),
        *links,
        *_read_only({str(INTERPRETER): INTERPRETER}),
        *(("--tmpfs", SITE_PACKAGES) if Path(SITE_PACKAGES).is_dir() else ()),
    ]


def _read_only(mounts: Mapping[str, Path]) -> list[str]:
    """Mounts in folders that every user may enter; folders that bubblewrap makes would be only root's."""
    parents = dict.fromkeys(str(parent) for target in mounts for parent in reversed(Path(target).parents))
    return [
        *(part for parent in parents if parent != "/" for part in ("--perms", "0755", "--dir", parent)),
        *(part for target, source in mounts.items() for part in ("--ro-bind", str(source), target)),
    ]
