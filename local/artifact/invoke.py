"""Calls one function of the artifact with one event: `python -m local.artifact.invoke WorkerFunction -e events/sqs_job.json`.

Its AWS services are embedded ones that end with this command. They hold the fixtures that the sample events refer to.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from events.fixtures import create_fixtures
from local.artifact.arguments import add_artifact
from local.artifact.built_template import NotBuiltError, check_runs_here
from local.artifact.runtime_api import FunctionError
from local.artifact.stack import ArtifactStack


def main(arguments: Sequence[str]) -> int:
    """Print the answer, and the function's log to stderr. Returns 1 where the function failed."""
    parser = argparse.ArgumentParser(description="Invoke a function of the built artifact with an event.")
    parser.add_argument("function", help="its name in template.yaml")
    parser.add_argument("-e", "--event", type=Path, required=True, help="a JSON file, such as those of events/")
    add_artifact(parser)
    options = parser.parse_args(arguments)
    try:
        check_runs_here(options.build)
    except NotBuiltError as error:
        parser.error(str(error))
    stack = ArtifactStack(options.build, log=_to_stderr, parameters=dict(options.parameter))
    try:
        stack.start()
        if options.function not in stack.artifact.functions:
            parser.error(f"there is no {options.function}; there are {', '.join(stack.artifact.functions)}")
        create_fixtures(stack.environment)
        answer = stack.artifact.functions[options.function](json.loads(options.event.read_text()))
    except FunctionError as error:
        print(json.dumps({"errorType": error.type, "errorMessage": error.message}))
        return 1
    finally:
        stack.stop()
    print(json.dumps(answer))
    return 0


def _to_stderr(name: str, line: str) -> None:
    print(f"{name}: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
