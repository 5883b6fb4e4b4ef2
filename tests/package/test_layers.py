"""What is in the layers that were built: sizes, bytecode, parts, and that nothing of them was left to chance."""

import importlib.util
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.template import DeclaredFunction
from tests.package.running_artifact import ROOT, needs_the_artifact
from tools.artifact_build.artifact import OWN_PACKAGES, functions_of, layers_of
from tools.artifact_build.check import of_another_architecture
from tools.artifact_build.libraries import python_libraries
from tools.artifact_build.native import MACHINES, architecture_here
from tools.artifact_build.reach import failing_imports, missing_modules
from tools.artifact_build.same_answers import differences, synthetic_uploads

pytestmark = needs_the_artifact
BUILT = ROOT / ".aws-sam/build"
STAMP = ROOT / ".aws-sam/build/.built"
BUILT_FOR = STAMP.read_text().strip() if STAMP.is_file() else None
runs_here = pytest.mark.skipif(architecture_here() != BUILT_FOR, reason=f"{BUILT_FOR} is not this machine's processor")
LIMIT_BYTES = 245_000_000
# Layers are unpacked to /opt, of which python/ is on the path of imports.
SCIENCE, SERVICE = BUILT / "AnalyticsLayer/python", BUILT / "ServiceLayer/python"


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_every_function_fits_with_its_layers() -> None:
    functions = functions_of(BUILT)
    assert len(functions) >= 5
    for function in functions:
        n_bytes = bytes_of(function.code) + sum(map(bytes_of, function.layers))
        assert n_bytes < LIMIT_BYTES, function.name


def test_only_the_functions_that_analyse_carry_the_science() -> None:
    science = {function.name for function in functions_of(BUILT) if SCIENCE.parent.resolve() in function.layers}
    assert science == {"UploadFunction", "WorkerFunction"}


@pytest.mark.parametrize("folder", [SCIENCE, SERVICE], ids=["science", "service"])
def test_libraries_are_bytecode_and_our_own_code_has_its_bytecode_beside_it(folder: Path) -> None:
    [own] = [folder / package for package in OWN_PACKAGES if (folder / package).is_dir()]
    sources = list(folder.rglob("*.py"))
    assert sources
    for source in sources:
        assert source.is_relative_to(own)
        assert Path(importlib.util.cache_from_source(source)).is_file()


def test_our_own_code_is_the_source_trees() -> None:
    for folder, tree in ((SCIENCE, "layers/analytics"), (SERVICE, "layers/service")):
        [own] = [folder / package for package in OWN_PACKAGES if (folder / package).is_dir()]
        here = {
            path.relative_to(folder): path.read_bytes() for path in own.rglob("*") if path.suffix not in {".pyc", ""}
        }
        source = ROOT / tree / own.name
        there = {
            path.relative_to(ROOT / tree): path.read_bytes()
            for path in source.rglob("*")
            if path.is_file() and path.suffix != ".pyc" and path.name != "py.typed"
        }
        assert here == there, "the artifact is older than the sources: run make package"


def test_the_list_of_parts_names_every_library_and_every_native_library_in_the_layers() -> None:
    listed = {component["name"] for component in json.loads((ROOT / ".aws-sam/sbom.json").read_text())["components"]}
    folders = [layer / "python" for layer in layers_of(functions_of(BUILT))]
    native = {path.relative_to(folder).as_posix() for folder in folders for path in folder.glob("*.libs/*")}
    assert native
    assert native | {library.name for library in python_libraries(folders)} <= listed


def test_every_file_has_the_same_time_so_that_equal_sources_are_equal_uploads() -> None:
    assert len({path.stat().st_mtime for path in (*SCIENCE.rglob("*"), *SERVICE.rglob("*"))}) == 1


def test_every_file_can_be_read_by_whom_lambda_runs_it_as() -> None:
    for path in (*SCIENCE.rglob("*"), *SERVICE.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


@pytest.fixture
def without(tmp_path: Path) -> Callable[[str], DeclaredFunction]:
    """The science function as it would be if this were missing in its science layer."""

    def built(missing: str) -> DeclaredFunction:
        [function] = [function for function in functions_of(BUILT) if function.name == "UploadFunction"]
        layer = tmp_path / "AnalyticsLayer/python"
        for path in SCIENCE.rglob("*"):
            name = path.relative_to(SCIENCE)
            if path.is_file() and not name.is_relative_to(missing):
                (layer / name).parent.mkdir(parents=True, exist_ok=True)
                (layer / name).symlink_to(path)
        return replace(function, layers=(layer.parent, *function.layers[1:]))

    return built


@runs_here
def test_the_check_fails_where_a_library_is_missing(without: Callable[[str], DeclaredFunction]) -> None:
    broken = without("orjson")
    assert any("No module named 'orjson'" in error for error in failing_imports(broken))
    assert missing_modules(broken) == ["UploadFunction has no orjson."]


@runs_here
def test_the_check_fails_where_the_plots_have_no_font(without: Callable[[str], DeclaredFunction]) -> None:
    errors = differences(without("matplotlib/mpl-data/fonts"))
    assert [name for name in synthetic_uploads() if any(error.startswith(f"{name}: ") for error in errors)] == list(
        synthetic_uploads()
    )


def test_the_check_fails_where_native_code_is_for_another_processor() -> None:
    [other] = MACHINES.keys() - {BUILT_FOR}
    errors = of_another_architecture(functions_of(BUILT), other)
    assert errors
    assert all(error.endswith(f"is for {BUILT_FOR}, not for {other}.") for error in errors)
