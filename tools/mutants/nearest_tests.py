"""Which tests may notice a fault in a module: those that import it, or import what imports it, the nearest first."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

LIBRARY = Path("layers/analytics/battery_analytics")
TESTS = Path("tests/unit")
SHARED = Path("tests")  # what tests import from each other lies here, beside the folders
# Whatever else a module's own tests are, these follow its figures into the report.
ALWAYS = (TESTS / "sections" / "test_paths.py", TESTS / "test_report.py")
# Where a line lies in a picture is no figure, and a list of exports or of words has no figures at all.
NEVER = frozenset({"test_plots.py", "test_library_exports.py", "test_plain_words.py", "test_benchmarks.py"})
MOST = 6


def nearest_tests(module: str, importers: Mapping[str, Iterable[str]]) -> list[Path]:
    """At most `MOST` test files by how many imports lie between them and the module, then those that follow figures."""
    found: list[Path] = []
    seen, level = {module}, [module]
    while level and len(found) < MOST:
        level = sorted({importer for name in level for importer in importers.get(name, ())} - seen)
        seen.update(level)
        tests = (_test_file(name) for name in level)
        found += [path for path in tests if path is not None and path not in ALWAYS and path.name not in NEVER]
    return [*found[:MOST], *ALWAYS]


def importers_of_all() -> dict[str, set[str]]:
    """For each module of the library and of the tests, who imports it."""
    paths = [*LIBRARY.rglob("*.py"), *SHARED.glob("*.py"), *TESTS.rglob("test_*.py")]
    modules = {module_of(path): path for path in paths}
    importers: dict[str, set[str]] = defaultdict(set)
    for module, path in modules.items():
        for imported in _imported(path):
            if imported in modules:
                importers[imported].add(module)
    return importers


def module_of(path: Path) -> str:
    parts = (path.relative_to(LIBRARY.parent) if path.is_relative_to(LIBRARY) else path).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _test_file(module: str) -> Path | None:
    path = Path(*module.split(".")).with_suffix(".py")
    return path if path.is_relative_to(TESTS) else None
