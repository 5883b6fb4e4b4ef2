"""The faults: small edits of a module's syntax tree, such as a human makes by mistake.

mutmut and cosmic-ray were considered: neither swaps two fields of a record or a median for a maximum, which are the mistakes
that turn one figure of the report into another.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Each name and what a slip of the hand makes of it.
SLIPS = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmin": "argmax",
    "argmax": "argmin",
    "median": "max",
    "mean": "median",
    "std": "ptp",
    "cumsum": "asarray",
    "any": "all",
    "all": "any",
    "floor": "ceil",
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CHANGED = 1.28  # a limit that is this much off: 1.25 becomes 1.6


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault: where it is, what was changed, and the whole source with it."""

    path: Path
    line: int
    change: str
    source: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every fault that the edits know for this module, in the order of its lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number, node in enumerate(ast.walk(tree)):
        for edit in EDITS:
            for change, edited in edit(node):
                yield Mutant(path, getattr(node, "lineno", 0), change, _with(tree, number, edited))


type Change = tuple[str, ast.AST]


def _with(tree: ast.Module, number: int, edited: ast.AST) -> str:
    """The source of the tree with its node of this number, as `ast.walk` counts, replaced."""
    copied = copy.deepcopy(tree)
    target = list(ast.walk(copied))[number]
    for name, value in ast.iter_fields(edited):
        setattr(target, name, value)
    return ast.unparse(copied)


def _compared(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        other = COMPARISONS[type(node.ops[0])]()
        yield _change(node, ast.Compare(node.left, [other], node.comparators))


def _operated(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield _change(node, ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right))


def _slipped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr in SLIPS:
        yield _change(node, ast.Attribute(node.value, SLIPS[node.attr], node.ctx))
    elif isinstance(node, ast.Name) and node.id in SLIPS:
        yield _change(node, ast.Name(SLIPS[node.id], node.ctx))


def _off(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return
    if isinstance(node.value, int) and node.value > 1:
        yield _change(node, ast.Constant(node.value + 1))
    elif isinstance(node.value, float) and node.value not in (0.0, 1.0):
        yield _change(node, ast.Constant(node.value * CHANGED))


def _swapped(node: ast.AST) -> Iterator[Change]:
    """Neighbours of a call with names: each gets the other's value."""
    if not isinstance(node, ast.Call):
        return
    for place in range(len(node.keywords) - 1):
        keywords = [copy.copy(keyword) for keyword in node.keywords]
        first, second = keywords[place], keywords[place + 1]
        if first.arg is not None and second.arg is not None and ast.dump(first.value) != ast.dump(second.value):
            first.value, second.value = second.value, first.value
            yield f"{first.arg} ↔ {second.arg}", ast.Call(node.func, node.args, keywords)


def _indexed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        yield _change(node, ast.Subscript(node.value, ast.UnaryOp(ast.USub(), ast.Constant(1)), node.ctx))


EDITS: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (_compared, _operated, _slipped, _off, _swapped, _indexed)


def _change(before: ast.AST, after: ast.AST) -> Change:
    return f"{ast.unparse(before)} → {ast.unparse(after)}", after
