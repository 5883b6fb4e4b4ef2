"""Asks the probe: an interpreter that sees the standard library and a function's folders, and nothing else of this machine."""

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
# The interpreter itself: one of a virtual environment would find the packages that are installed there.
PYTHON = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
# -I: neither the environment nor the working folder says what can be imported; -S: no site-packages; -B: nothing is written.
ALONE = (str(PYTHON), "-I", "-S", "-B")
# Clients are made without a call to AWS.
VARIABLES = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}

type Said = dict[str, Any]


def said_by_artifact(
    function: DeclaredFunction, *, imports: Sequence[str] = (), events: Mapping[str, object] | None = None
) -> Said:
    """What comes of these imports and events in the built function."""
    return said_by(ALONE, [function.code, *opt_folders(function)], function, imports=imports, events=events)


def said_by(
    python: Sequence[str],
    folders: Sequence[Path],
    function: DeclaredFunction,
    *,
    imports: Sequence[str] = (),
    events: Mapping[str, object] | None = None,
) -> Said:
    """What comes of these imports and events where modules lie in these folders. A probe that dies stops the check."""
    with tempfile.TemporaryDirectory() as scratch:
        task = {
            "folders": [str(folder.resolve()) for folder in folders],
            "variables": {**function.variables, **VARIABLES, "MPLCONFIGDIR": scratch},
            "imports": list(imports),
            "events": dict(events or {}),
        }
        # Pillow would look for a font that is not in the artifact among this machine's own, below XDG_DATA_*.
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
    # What the function logs comes first.
    said: Said = json.loads(done.stdout.splitlines()[-1])
    return said
