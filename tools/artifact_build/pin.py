"""Pins the built template to its layers' architecture: `python -m tools.artifact_build.pin --architecture arm64`.

With another architecture the functions could not load their libraries; so CloudFormation rejects such a deployment.
"""

import argparse
from pathlib import Path
from typing import Any

import yaml

from local.artifact.built_template import BUILT
from tools.artifact_build.native import MACHINES

PARAMETER = "Architecture"


def pinned(template: dict[str, Any], architecture: str) -> dict[str, Any]:
    """The template with this architecture as the parameter's default and its only value."""
    parameters = template["Parameters"]
    only = {**parameters[PARAMETER], "Default": architecture, "AllowedValues": [architecture]}
    return {**template, "Parameters": {**parameters, PARAMETER: only}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.artifact_build.pin", description=__doc__)
    parser.add_argument("--architecture", choices=MACHINES, required=True)
    file: Path = BUILT / "template.yaml"
    template = pinned(yaml.safe_load(file.read_text()), parser.parse_args().architecture)
    file.write_text(yaml.safe_dump(template, sort_keys=False, allow_unicode=True))


if __name__ == "__main__":
    main()
