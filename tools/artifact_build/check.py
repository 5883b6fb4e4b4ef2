"""Runs the artifact before it is deployed: `python -m tools.artifact_build.check --architecture x86_64`."""

import argparse
from collections.abc import Sequence

from local.template import DeclaredFunction
from tools.artifact_build import native
from tools.artifact_build.artifact import functions_of, layers_of
from tools.artifact_build.reach import failing_imports, missing_modules
from tools.artifact_build.same_answers import differences

SCIENCE = "UploadFunction"
# One missing file may fail hundreds of imports.
SHOWN = 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.artifact_build.check", description=__doc__)
    parser.add_argument("--architecture", choices=native.MACHINES, required=True)
    architecture: str = parser.parse_args().architecture
    functions = functions_of()
    runs_here = architecture == native.architecture_here()
    errors = [*of_another_architecture(functions, architecture), *conflicting_files(functions)]
    for function in functions:
        errors += failing_imports(function) if runs_here else missing_modules(function)
    if runs_here:
        errors += differences(next(function for function in functions if function.name == SCIENCE))
    if errors:
        raise SystemExit("\n".join([*errors[:SHOWN], f"The artifact fails {len(errors)} checks."]))
    if runs_here:
        print("All imports of the code work in the artifact, and it gives the same answers as the source tree.")
    else:
        print(f"Native code for {architecture} does not run on this machine: the files were checked, nothing was run.")


def of_another_architecture(functions: Sequence[DeclaredFunction], architecture: str) -> list[str]:
    """An error for each file of native code that is not for the architecture of the deployment."""
    return [
        f"{path} is for {found}, not for {architecture}."
        for layer in layers_of(functions)
        for path in native.shared_objects(layer)
        if (found := native.architecture_of(path)) != architecture
    ]


def conflicting_files(functions: Sequence[DeclaredFunction]) -> list[str]:
    """An error for each file that differs between two layers: one of them would hide the other."""
    [first, *others] = layers_of(functions)
    return [
        f"{path.relative_to(first)} is not the same in {first.name} and {other.name}."
        for other in others
        for path in first.rglob("*")
        if path.is_file() and (twin := other / path.relative_to(first)).is_file()
        if twin.read_bytes() != path.read_bytes()
    ]


if __name__ == "__main__":
    main()
