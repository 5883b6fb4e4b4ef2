"""The template that `sam build` wrote, and a check that the artifact exists and is for this machine."""

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.template import Template

BUILT: Final = Path(".aws-sam/build")


class NotBuiltError(Exception):
    """There is no artifact that can be run."""


def built_template(folder: Path = BUILT, *, parameters: Mapping[str, object] | None = None) -> Template:
    """The template of the artifact in this folder. Raises NotBuiltError."""
    file = folder / "template.yaml"
    if not file.is_file():
        raise NotBuiltError(f"{file} is not there: run make package")
    return Template.read(file, parameters=parameters)


def check_runs_here(folder: Path) -> None:
    """Raises NotBuiltError where there is no artifact, or one for another processor."""
    machine = platform.machine()
    here = {"aarch64": "arm64", "AMD64": "x86_64"}.get(machine, machine)
    built_for = built_template(folder).parameter("Architecture")
    if built_for != here:
        raise NotBuiltError(f"the artifact is for {built_for} and this machine is {here}: run make package ARCH={here}")
