"""What `sam build` made: the functions of its template, where their code and layers lie, and how they are to be run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from artifact_runner.intrinsics import Intrinsics

BUILT: Final = Path(".aws-sam/build")
PSEUDO_PARAMETERS: Final[Mapping[str, str]] = {
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}


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
    template = yaml.safe_load(checked(folder).read_text())
    layers = {name: name for name, found in template["Resources"].items() if found["Type"].endswith("LayerVersion")}
    named = {**PSEUDO_PARAMETERS, **layers, **(resources or {}), **(parameters or {})}
    values = Intrinsics(template, named)
    shared = template.get("Globals", {}).get("Function", {})
    return {
        name: _function(name, folder, template["Resources"], shared, values)
        for name, found in template["Resources"].items()
        if found["Type"] == "AWS::Serverless::Function"
        and ("Condition" not in found or values.holds(found["Condition"]))
    }


def checked(folder: Path) -> Path:
    """The built template. Raises NotBuiltError."""
    file = folder / "template.yaml"
    if not file.is_file():
        raise NotBuiltError(f"{file} is not there: run make package")
    return file


def _function(
    name: str, folder: Path, resources: Mapping[str, Any], shared: Mapping[str, Any], values: Intrinsics
) -> BuiltFunction:
    own = resources[name]["Properties"]

    def setting(key: str, otherwise: Any = None) -> Any:
        return values.resolved(own.get(key, shared.get(key, otherwise)))

    def merged(key: str) -> dict[str, Any]:
        """Where a function and all functions say something each, as SAM merges the two."""
        return {**values.resolved(shared.get(key, {})), **setting_of_its_own(key)}

    def setting_of_its_own(key: str) -> dict[str, Any]:
        # The group of a log is named by its resource, which there is none of here.
        kept = {part: value for part, value in own.get(key, {}).items() if part != "LogGroup"}
        found: dict[str, Any] = values.resolved(kept)
        return found

    logging = merged("LoggingConfig")
    shared_variables = shared.get("Environment", {}).get("Variables", {})
    own_variables = own.get("Environment", {}).get("Variables", {})
    variables = values.resolved({**shared_variables, **own_variables})
    return BuiltFunction(
        name=name,
        code=(folder / own["CodeUri"]).resolve(),
        layers=tuple(
            (folder / resources[layer]["Properties"]["ContentUri"]).resolve() for layer in setting("Layers", [])
        ),
        handler=setting("Handler"),
        memory_MB=int(setting("MemorySize", 128)),
        timeout_s=float(setting("Timeout", 3)),
        scratch_MB=int(setting("EphemeralStorage", {"Size": 512})["Size"]),
        variables={variable: _text(value) for variable, value in variables.items()},
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", "INFO"),
        has_snapshot=setting("SnapStart", {"ApplyOn": "None"})["ApplyOn"] == "PublishedVersions",
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
