"""What `sam build` made: the functions of its template, where their code and layers lie, and how they are to be run."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from local.artifact.intrinsics import Intrinsics, is_intrinsic

BUILT: Final = Path(".aws-sam/build")
PSEUDO_PARAMETERS: Final[Mapping[str, str]] = {
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}


SETTINGS: Final = (
    "CodeUri",
    "Environment",
    "EphemeralStorage",
    "Handler",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "SnapStart",
    "Timeout",
)


class NotBuiltError(Exception):
    """There is no artifact to run."""


@dataclass(frozen=True, slots=True)
class BuiltFunction:
    """One function of the artifact. `layers` are in the order of the template, in which a later one hides an earlier."""

    name: str
    code: Path
    layers: tuple[Path, ...]
    handler: str
    memory_MB: int
    timeout_s: float
    scratch_MB: int
    variables: Mapping[str, str]
    log_format: str
    log_level: str
    has_snapshot: bool


def built_functions(
    folder: Path = BUILT,
    *,
    parameters: Mapping[str, object] | None = None,
    resources: Mapping[str, str] | None = None,
) -> dict[str, BuiltFunction]:
    """Every function that these parameters would deploy, by its name in the template.

    `resources` says what `Ref` gives for a bucket, a table or a queue: its name, or its URL. Raises NotBuiltError,
    and UnresolvedError where a function refers to what nobody gave.
    """
    template = _template(folder)
    names = {name: name for name in template["Resources"]}  # as `sam local` does, for what is not there
    values = Intrinsics(template, {**PSEUDO_PARAMETERS, **names, **(resources or {}), **(parameters or {})})
    shared = template.get("Globals", {}).get("Function", {})

    def layer(name: str) -> Path:
        return folder.resolve() / str(template["Resources"][name]["Properties"]["ContentUri"])

    return {
        name: _function(name, folder, _settings(shared, found["Properties"], values), layer)
        for name, found in template["Resources"].items()
        if found["Type"] == "AWS::Serverless::Function"
        and ("Condition" not in found or values.holds(found["Condition"]))
    }


def check_runs_here(folder: Path) -> None:
    """Raises NotBuiltError where there is no artifact, or one for another processor."""
    machine = platform.machine()
    here = {"aarch64": "arm64", "AMD64": "x86_64"}.get(machine, machine)
    built_for = _template(folder).get("Parameters", {}).get("Architecture", {}).get("Default", here)
    if built_for != here:
        raise NotBuiltError(f"the artifact is for {built_for} and this machine is {here}: run make package ARCH={here}")


def _template(folder: Path) -> dict[str, Any]:
    file = folder / "template.yaml"
    if not file.is_file():
        raise NotBuiltError(f"{file} is not there: run make package")
    template: dict[str, Any] = yaml.safe_load(file.read_text())
    return template


def _function(name: str, folder: Path, settings: Mapping[str, Any], layer: Callable[[str], Path]) -> BuiltFunction:
    """What the settings do not say is as Lambda has it then."""
    logging = settings.get("LoggingConfig", {})
    return BuiltFunction(
        name=name,
        code=folder.resolve() / settings["CodeUri"],
        layers=tuple(map(layer, settings.get("Layers", ()))),
        handler=settings["Handler"],
        memory_MB=int(settings.get("MemorySize", 128)),
        timeout_s=float(settings.get("Timeout", 3)),
        scratch_MB=int(settings.get("EphemeralStorage", {}).get("Size", 512)),
        variables={key: _text(value) for key, value in settings.get("Environment", {}).get("Variables", {}).items()},
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", "INFO"),
        has_snapshot=settings.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions",
    )


def _settings(shared: Mapping[str, Any], own: Mapping[str, Any], values: Intrinsics) -> dict[str, Any]:
    """What decides how a function runs, its own and what all functions have."""
    merged = _merged(shared, own)
    return {name: values.resolved(merged[name]) for name in SETTINGS if name in merged}


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """As SAM merges them: maps key by key, all else by what the function itself says."""
    return {**shared, **{name: _overlaid(shared.get(name), value) for name, value in own.items()}}


def _overlaid(shared: object, own: object) -> object:
    if isinstance(shared, Mapping) and isinstance(own, Mapping) and not is_intrinsic(own):
        return _merged(shared, own)
    return own


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
