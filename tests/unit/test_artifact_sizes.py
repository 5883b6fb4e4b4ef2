"""Sizes of the artifact: what counts together, and when it is too much."""

import random
from collections import Counter
from pathlib import Path

from tools.artifact_build.sizes import FunctionSize, PartSize, measured, table, too_large


def part(name: str, n_bytes: int, zip_bytes: int = 0) -> PartSize:
    return PartSize(name, Counter({name: n_bytes}), zip_bytes)


def test_a_layer_is_measured_by_its_packages_with_their_native_libraries(tmp_path: Path) -> None:
    sizes = {
        "numpy/__init__.pyc": 100,
        "numpy/linalg/lapack.so": 50,
        "numpy.libs/libopenblas.so": 1000,
        "numpy-2.5.5.dist-info/METADATA": 7,
        "numpy-2.5.5.dist-info/licenses/LICENSE": 3,
        "six.pyc": 20,
    }
    for name, size in sizes.items():
        path = tmp_path / "python" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    layer = measured(tmp_path)
    assert layer.by_package == {"numpy": 1150, "names, versions, licences": 10, "six": 20}
    assert layer.n_bytes == 1180


def test_the_zip_is_as_large_as_its_content_packs(tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(1_000_000))
    packs_well = measured(tmp_path).zip_bytes
    (tmp_path / "noise").write_bytes(random.Random(7).randbytes(100_000))
    assert packs_well < 2_000
    assert 100_000 < measured(tmp_path).zip_bytes < 104_000


def test_a_function_counts_with_all_of_its_layers() -> None:
    function = FunctionSize("Upload", (part("code", 1, 2), part("Science", 20, 10), part("Service", 300, 100)))
    assert (function.n_bytes, function.zip_bytes) == (321, 112)


def test_245_million_bytes_are_allowed_and_one_more_is_too_much() -> None:
    just_right = FunctionSize("Worker", (part("code", 45_000_000), part("Science", 200_000_000)))
    over = FunctionSize("Upload", (part("code", 45_000_001), part("Science", 200_000_000)))
    assert too_large([just_right]) == []
    assert too_large([just_right, over]) == ["Upload has 245,000,001 bytes with its layers; 245,000,000 are allowed."]


def test_the_table_says_what_is_left_of_lambdas_limit_and_adds_up_what_is_small() -> None:
    layer = PartSize("Science", Counter(numpy=262_000_000, six=1_000, cycler=2_000), 80_000_000)
    lines = list(table([layer], [FunctionSize("Upload", (layer,))]))
    assert [line.split() for line in lines] == [
        ["Science", "262,003,000", "bytes", "80,000,000", "zipped"],
        ["numpy", "262,000,000"],
        ["2", "smaller", "ones", "3,000"],
        [],
        ["function", "with", "its", "layers", "bytes", "zipped", "left"],
        ["Upload", "262,003,000", "80,000,000", "141,000"],
    ]
