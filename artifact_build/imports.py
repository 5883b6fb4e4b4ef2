"""Which modules our code imports: read from its sources, so that an import within a function counts as well."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def imported_modules(source: str, *, package: str = "") -> set[str]:
    """The modules that the source imports, anywhere but under `if TYPE_CHECKING`.

    `from a import b` gives `a` and `a.b`: whether b is a module only an import tells.
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
    """The modules of a package's folder by their full names."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def reached(start: Path, own: dict[str, Path]) -> set[str]:
    """Every module that the file at `start` may import, straight or by way of our own modules."""
    found: set[str] = set()
    waiting = imported_modules(start.read_text())
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for parent in _with_parents(name):
            if parent in own and parent not in found:
                waiting.add(parent)
        if name in own:
            package = name if own[name].name == "__init__.py" else name.rpartition(".")[0]
            waiting |= imported_modules(own[name].read_text(), package=package)
    return found


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for child in ast.iter_child_nodes(node):
            if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
                waiting.append(child)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    base = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _with_parents(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))
