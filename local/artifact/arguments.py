"""The options that all commands of the runner have: the artifact, and the template's parameters."""

import argparse
from pathlib import Path

from local.artifact.built_template import BUILT


def add_artifact(parser: argparse.ArgumentParser) -> None:
    """`--build` and `--parameter`, whose value is a list of pairs."""
    parser.add_argument("--build", type=Path, default=BUILT, help=f"the built artifact; default: {BUILT}")
    parser.add_argument(
        "--parameter",
        type=_parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the template, such as SnapStart=off; may be given several times",
    )


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value
