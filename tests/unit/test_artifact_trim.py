"""What a layer leaves out of the libraries, and what it must not."""

from pathlib import Path

import pytest

from tools.artifact_build.trim import RULES, Rule, trim


def left_after_trimming(folder: Path, *names: str, rules: tuple[Rule, ...] = RULES) -> set[str]:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    trim(folder, rules)
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_a_rule_keeps_stays_and_the_rest_of_its_folder_goes(tmp_path: Path) -> None:
    rule = Rule("An example.", ("data/**",), kept=("data/used/**",))
    left = left_after_trimming(tmp_path, "data/unused/a", "data/used/b/c", "other/data/d", rules=(rule,))
    assert left == {"data/used/b/c", "other/data/d"}


def test_a_folder_that_is_empty_afterwards_goes_as_well(tmp_path: Path) -> None:
    left_after_trimming(tmp_path, "library/tests/deep/test_it.py", "library/code.py")
    assert [path.name for path in tmp_path.rglob("*") if path.is_dir()] == ["library"]


def test_files_with_a_leading_dot_are_no_exception(tmp_path: Path) -> None:
    assert left_after_trimming(tmp_path, ".lock", "library/tests/.hidden/x", "library/code.py") == {"library/code.py"}


@pytest.mark.parametrize(
    "name",
    [
        "pandas/tests/test_x.py",
        "numpy/_core/include/numpy/ndarraytypes.h",
        "pandas/_libs/lib.pyi",
        "bin/f2py",
        "numpy/__pycache__/version.cpython-313.pyc",
        "numpy-2.5.5.dist-info/RECORD",
        "pillow-13.0.0.dist-info/sboms/pillow.cdx.json",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "matplotlib/mpl-data/fonts/afm/ptmr8a.afm",
        "matplotlib/mpl-data/fonts/ttf/STIXGeneral.ttf",
        "fontTools/ttLib/ttFont.py",
        "fontTools/misc/bezierTools.cpython-313-x86_64-linux-gnu.so",
        "pillow.libs/libavif-c6062d5f.so.16.4.2",
    ],
)
def test_what_no_request_can_reach_is_left_out(name: str, tmp_path: Path) -> None:
    assert left_after_trimming(tmp_path, name) == set()


@pytest.mark.parametrize(
    "name",
    [
        "numpy/testing/__init__.py",
        "numpy-2.5.5.dist-info/METADATA",
        "numpy-2.5.5.dist-info/licenses/numpy/random/LICENSE.md",
        "cycler-0.12.1.dist-info/LICENSE",
        "botocore/data/endpoints.json",
        "botocore/data/ssm/2014-11-06/service-2.json.gz",
        "botocore/cacert.pem",
        "matplotlib/mpl-data/matplotlibrc",
        "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf",
        "fontTools/agl.py",
        "fontTools/misc/textTools.py",
        "PIL/_imagingft.cpython-313-x86_64-linux-gnu.so",
        "pillow.libs/libtiff-20b7e810.so.6.3.0",
        "numpy.libs/libscipy_openblas64_-4b78795a.so",
    ],
)
def test_what_a_request_needs_or_a_licence_asks_for_stays(name: str, tmp_path: Path) -> None:
    assert left_after_trimming(tmp_path, name) == {name}
