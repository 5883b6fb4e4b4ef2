"""Which modules our code imports, read from its sources, so that an import inside a function counts too."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path


def imported_modules(source: str, *, package: str = "") -> set[str]:
    """The modules that the source imports, except under `if TYPE_CHECKING`.

    `from a import b` gives `a` and `a.b`: only an import shows whether b is a module.
    """
    found: set[str] = set()
    for node in _executed(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def modules_of(folder: Path) -> dict[str, Path]:
    """The modules in a package's folder by their full names."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def reached(start: Path, module: str, own: dict[str, Path]) -> set[str]:
    """Every module that this module (its file and its name) may import, directly or through our own modules."""
    found: set[str] = set()
    waiting = set(_imported_by(start, module))
    while waiting:
        name = waiting.pop()
        found.add(name)
        if path := own.get(name):
            waiting |= _imported_by(path, name)
        # Importing a.b runs a as well.
        if parent := name.rpartition(".")[0]:
            waiting.add(parent)
        waiting -= found
    return found


@cache
def _imported_by(path: Path, module: str) -> frozenset[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return frozenset(imported_modules(path.read_text(), package=package))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The node and its children, except what only a type checker reads."""
    yield node
    match node:
        case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            children: Iterable[ast.AST] = node.orelse
        case _:
            children = ast.iter_child_nodes(node)
    for child in children:
        yield from _executed(child)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    base = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])
