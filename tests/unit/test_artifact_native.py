"""Native code: which architecture it is for."""

import platform
import struct
import sys
from pathlib import Path

import pytest

from tools.artifact_build.native import MACHINES, architecture_here, architecture_of


def elf(machine: int) -> bytes:
    """The head of a 64-bit little-endian shared object: identification, then type 3 and the machine."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine) + bytes(44)


@pytest.mark.parametrize(
    ("machine", "architecture"), [(62, "x86_64"), (183, "arm64"), (243, "machine 0xf3")], ids=["amd", "arm", "riscv"]
)
def test_a_shared_object_says_what_it_is_for(machine: int, architecture: str, tmp_path: Path) -> None:
    file = tmp_path / "library.so"
    file.write_bytes(elf(machine))
    assert architecture_of(file) == architecture


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"INPUT(libm.so.6)" * 4])
def test_a_file_that_is_no_shared_object_is_for_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "library.so"
    file.write_bytes(content)
    assert architecture_of(file) is None


@pytest.mark.skipif(platform.system() != "Linux", reason="the interpreter is an ELF file on Linux only")
def test_the_interpreter_is_for_the_architecture_of_this_machine() -> None:
    assert architecture_of(Path(sys.executable).resolve()) == architecture_here()


def test_wheels_and_lambda_have_names_of_their_own_for_the_same_machines() -> None:
    assert MACHINES == {"x86_64": "x86_64", "arm64": "aarch64"}
