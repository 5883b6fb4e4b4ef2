"""Artifacts of one small function, for what no function of ours should do."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.artifact.artifact import Artifact
from local.artifact.built_template import built_template
from local.artifact.function import Function
from local.artifact.instance import Instance


@dataclass
class Tiny:
    """The function, how another instance of it is started, and what it printed."""

    function: Function
    started: Callable[[], Instance]
    lines: list[str] = field(default_factory=list)

    def __call__(self, event: object = None) -> Any:
        return self.function({"value": event}, "a-request")


@contextmanager
def tiny_function(folder: Path, source: str, *, at_once: int = 1, **properties: object) -> Iterator[Tiny]:
    """Run `source`, which defines `handle(value, context)`; properties are those of its resource in the template."""
    code = folder / "Tiny"
    code.mkdir()
    (code / "app.py").write_text(
        f"{source}\ndef lambda_handler(event, context):\n    return handle(event['value'], context)\n"
    )
    described = {"CodeUri": "Tiny", "Handler": "app.lambda_handler", "MemorySize": 256, "Timeout": 10, **properties}
    resource = {"Type": "AWS::Serverless::Function", "Properties": described}
    (folder / "template.yaml").write_text(yaml.safe_dump({"Resources": {"Tiny": resource}}))
    lines: list[str] = []
    template = built_template(folder)
    with closing(Artifact(template, log=lambda _name, line: lines.append(line), at_once=at_once)) as artifact:
        yield Tiny(artifact.functions["Tiny"], lambda: artifact.start("Tiny"), lines)
