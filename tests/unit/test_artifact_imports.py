"""Which modules our sources can ever import."""

from pathlib import Path

from tools.artifact_build.imports import imported_modules, modules_of, reached


def test_an_import_within_a_function_counts() -> None:
    assert imported_modules("def late():\n    import pandas.core\n") == {"pandas.core"}


def test_what_is_imported_from_a_module_may_be_a_module_too() -> None:
    assert imported_modules("from matplotlib import figure, rcParams\n") == {
        "matplotlib",
        "matplotlib.figure",
        "matplotlib.rcParams",
    }


def test_what_only_a_type_checker_imports_does_not_count() -> None:
    source = "import typing\nif typing.TYPE_CHECKING:\n    import mypy_boto3_s3\n"
    assert imported_modules(source) == {"typing"}


def test_what_is_imported_where_no_type_checker_looks_does_count() -> None:
    source = "if TYPE_CHECKING:\n    import types_a\nelse:\n    import a\nif not TYPE_CHECKING:\n    import b\n"
    assert imported_modules(source) == {"a", "b"}


def test_a_relative_import_is_told_from_the_package_it_stands_in() -> None:
    source = "from . import points\nfrom ..cell import Cell\n"
    assert imported_modules(source, package="house.analysis") == {
        "house.analysis",
        "house.analysis.points",
        "house.cell",
        "house.cell.Cell",
    }


def test_modules_are_named_by_where_they_lie(tmp_path: Path) -> None:
    inner = tmp_path / "house" / "analysis"
    inner.mkdir(parents=True)
    for path in (tmp_path / "house" / "__init__.py", inner / "__init__.py", inner / "clock.py"):
        path.touch()
    assert set(modules_of(tmp_path / "house")) == {"house", "house.analysis", "house.analysis.clock"}


def test_imports_are_followed_through_our_own_modules_and_their_packages(tmp_path: Path) -> None:
    sources = {
        "app.py": "from house.door import opened\n",
        "house/__init__.py": "import json\n",
        "house/door.py": "def opened():\n    from house import late\n",
        "house/late.py": "import numpy.linalg\n",
        "house/cellar.py": "import tkinter\n",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    found = reached(tmp_path / "app.py", "app", modules_of(tmp_path / "house"))
    assert {"house", "json", "house.door", "house.late", "numpy", "numpy.linalg"} <= found
    assert not found & {"house.cellar", "tkinter"}


def test_modules_that_import_each_other_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "one.py").write_text("import house.other\n")
    (tmp_path / "house" / "other.py").write_text("import house.one\n")
    own = modules_of(tmp_path / "house")
    assert reached(own["house.one"], "house.one", own) == {"house", "house.one", "house.other"}
