"""Runs the probe in an interpreter that sees the standard library and a function's folders, and nothing else."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.template import DeclaredFunction
from tools.artifact_build.artifact import opt_folders

PROBE = Path(__file__).with_name("probe.py")
# The base interpreter: that of a virtual environment would find the packages that are installed there.
PYTHON = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
# -I: no imports from the environment or the working folder; -S: no site-packages; -B: no bytecode is written.
ALONE = (str(PYTHON), "-I", "-S", "-B")
# Clients are made without a call to AWS.
VARIABLES = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}

type Result = dict[str, Any]


def probe_artifact(
    function: DeclaredFunction, *, imports: Sequence[str] = (), events: Mapping[str, object] | None = None
) -> Result:
    """The results of these imports and events in the built function."""
    return probe(ALONE, [function.code, *opt_folders(function)], function, imports=imports, events=events)


def probe(
    python: Sequence[str],
    folders: Sequence[Path],
    function: DeclaredFunction,
    *,
    imports: Sequence[str] = (),
    events: Mapping[str, object] | None = None,
) -> Result:
    """The results of these imports and events with the modules in these folders. A probe that dies stops the check."""
    with tempfile.TemporaryDirectory() as scratch:
        task = {
            "folders": [str(folder.resolve()) for folder in folders],
            "variables": {**function.variables, **VARIABLES, "MPLCONFIGDIR": scratch},
            "imports": list(imports),
            "events": dict(events or {}),
        }
        # Pillow would look for a missing font on this machine, under XDG_DATA_*.
        environment = {"LANG": "C.UTF-8", "TMPDIR": scratch, "XDG_DATA_HOME": scratch, "XDG_DATA_DIRS": scratch}
        done = subprocess.run(
            [*python, str(PROBE)],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            cwd=scratch,
        )
    if done.returncode != 0:
        raise SystemExit(f"{function.name} could not be run: {done.returncode}\n{done.stderr}")
    # The log lines of the function come first.
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result
