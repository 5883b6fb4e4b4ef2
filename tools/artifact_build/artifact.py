"""What `sam build` made: the functions with their layers, with made-up names for the resources of a deployment."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from local.artifact.built_template import BUILT, built_template
from local.template import DeclaredFunction

OWN_PACKAGES = ("battery_analytics", "battery_service")
A_QUEUE = "https://sqs.eu-central-1.amazonaws.com/000000000000/queue"


def functions_of(folder: Path = BUILT) -> list[DeclaredFunction]:
    """Every function of the artifact, with made-up names for buckets, tables and queues."""
    resources = yaml.safe_load((folder / "template.yaml").read_text())["Resources"]
    types = {name: resource["Type"] for name, resource in resources.items()}
    names = {
        name: A_QUEUE if kind == "AWS::SQS::Queue" else name.lower()
        for name, kind in types.items()
        if not kind.startswith("AWS::Serverless::")
    }
    return list(built_template(folder).given(names).functions.values())


def layers_of(functions: Iterable[DeclaredFunction]) -> list[Path]:
    """The folders of all layers of these functions, each once."""
    return sorted({layer for function in functions for layer in function.layers})


def opt_folders(function: DeclaredFunction) -> list[Path]:
    """The folders under /opt in which a function finds modules; a later layer hides an earlier one."""
    return [layer / "python" for layer in reversed(function.layers)]
