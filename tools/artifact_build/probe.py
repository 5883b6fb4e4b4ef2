"""Runs inside the artifact: reads imports and events as JSON on stdin, tries them, and writes the results to stdout.

It is run as a file, by an interpreter that sees only the standard library and the given folders.
"""

import base64
import gzip
import hashlib
import importlib
import json
import os
import sys
import traceback
from types import SimpleNamespace
from typing import Any

# The request id and the times of the stages differ from run to run.
OF_THE_RUN = ("request_id", "timings_ms")


def main() -> None:
    task = json.load(sys.stdin)
    sys.path[:0] = task["folders"]
    os.environ.update(task["variables"])
    print(
        json.dumps(
            {
                "failed": {name: error for name in task["imports"] if (error := _import_error(name))},
                "answers": {name: _answer(event) for name, event in task["events"].items()},
                "modules": sorted(sys.modules),
            }
        )
    )


def _import_error(name: str) -> str | None:
    """Why the name cannot be imported, or None. `a.b` may also be the name b in the module a."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        parent, _, thing = name.rpartition(".")
        if error.name == name and hasattr(sys.modules.get(parent), thing):
            return None
        return traceback.format_exc(limit=-3)
    except Exception:  # noqa: BLE001 - any exception of an import is the result
        return traceback.format_exc(limit=-3)
    return None


def _answer(event: dict[str, Any]) -> dict[str, Any]:
    """The status and size of the answer, and a hash of the report that does not depend on the run."""
    app = importlib.import_module("app")
    answer = app.lambda_handler(event, SimpleNamespace(aws_request_id="probe", function_name="probe"))
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    if answer["headers"].get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    report = json.dumps(_without_the_run(json.loads(body)), sort_keys=True).encode()
    return {"status": answer["statusCode"], "bytes": len(body), "sha256": hashlib.sha256(report).hexdigest()}


def _without_the_run(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_the_run(item) for key, item in value.items() if key not in OF_THE_RUN}
    if isinstance(value, list):
        return [_without_the_run(item) for item in value]
    return value


if __name__ == "__main__":
    main()
