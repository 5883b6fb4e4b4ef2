"""The library and the client as others install them: wheels, alone in an environment of each Python that is here."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sample_cells import named_cell, pickle_bytes
from tools.artifact_build.uv import ROOT, run_uv

LIBRARY = ROOT / "layers" / "analytics"
OLDEST_MINOR = 12
PAGES = (LIBRARY / "README.md", ROOT / "README.md")
EXAMPLES = [example for page in PAGES for example in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)]


def pythons() -> list[str]:
    """The interpreters on this machine that the library is for, one per minor version."""
    found = {sys.version_info.minor: sys.executable}
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(OLDEST_MINOR, 20):
        name = f"python3.{minor}"
        for path in (shutil.which(name), *sorted(managed.glob(f"3.{minor}.*/bin/{name}"))):
            if minor not in found and path is not None and _runs(str(path)):
                found[minor] = str(path)
    return [found[minor] for minor in sorted(found)]


def _runs(python: str) -> bool:
    """A version manager puts commands on the path that only say that they are not set."""
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheels")
    for package in ("battery-analytics", "battery-analytics-client"):
        run_uv(["build", "--quiet", "--wheel", "--package", package, "--out-dir", str(folder)])
    return [str(built) for built in sorted(folder.glob("*.whl"))]


@pytest.fixture(scope="module", params=pythons(), ids=lambda path: Path(path).name)
def environment(
    request: pytest.FixtureRequest, wheels: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A Python with the wheels and what they ask for, and nothing of this project besides."""
    folder = tmp_path_factory.mktemp("environment")
    run_uv(["venv", "--quiet", "--python", request.param, str(folder / "venv")])
    python = folder / "venv" / "bin" / "python"
    run_uv(["pip", "install", "--quiet", "--python", str(python), *wheels])
    for name in ("CALB_35_B249", "CALB_0_B188"):
        (folder / f"{name}.pkl").write_bytes(pickle_bytes(named_cell("SAMPLE_NMC_25_LINEAR")))
    yield python
    shutil.rmtree(folder)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_readmes_run_and_are_typed(environment: Path, example: str) -> None:
    script = environment.parents[2] / "example.py"
    script.write_text(example)

    ran = subprocess.run([environment, script.name], cwd=script.parent, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout

    strict = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(environment), script.name]
    typed = subprocess.run(strict, cwd=script.parent, capture_output=True, text=True, check=False)
    assert typed.returncode == 0, typed.stdout


def test_it_brings_nothing_of_the_service_and_says_its_version(environment: Path) -> None:
    program = (
        "import importlib.util, importlib.metadata, battery_analytics as library\n"
        "assert importlib.metadata.version('battery-analytics') == library.__version__\n"
        "for name in ('battery_service', 'boto3', 'aws_lambda_powertools'):\n"
        "    assert importlib.util.find_spec(name) is None, name\n"
    )
    ran = subprocess.run([environment, "-c", program], cwd="/", capture_output=True, text=True, check=False)
    assert ran.stderr == ""


def test_the_command_of_the_client_says_what_it_takes(environment: Path) -> None:
    command = environment.with_name("battery-analytics")
    ran = subprocess.run([command, "--help"], cwd="/", capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "--files" in ran.stdout
