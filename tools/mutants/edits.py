"""The faults: small edits of a module's syntax tree, such as a human makes by mistake.

mutmut and cosmic-ray were considered: neither swaps two fields of a record or a median for a maximum, which are the mistakes
that turn one figure of the report into another.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
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
    """A module with one fault: where it is, what was changed, and the whole source with it.

    `function` is the qualified name of the outermost function that holds it, empty outside of functions.
    """

    path: Path
    line: int
    function: str
    change: str
    source: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every fault that the edits know for this module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    without_effect = {
        id(node)
        for outer in ast.walk(tree)
        for part in (*_types_of(outer), *_bounds_of(outer))
        for node in ast.walk(part)
    }
    functions = dict(_functions(tree))
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in without_effect:
            continue
        for edit in EDITS:
            for change, edited in edit(node):
                yield Mutant(
                    path, getattr(node, "lineno", 0), functions.get(id(node), ""), change, _with(tree, number, edited)
                )


def _bounds_of(node: ast.AST) -> Iterator[ast.AST]:
    """Whole constants of a module from 100 on: how much is read or held at most, on which no figure depends."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        value = node.value.value
        if isinstance(value, int) and value >= 100:
            yield node.value


def _functions(node: ast.AST, classes: str = "", function: str = "") -> Iterator[tuple[int, str]]:
    """Each node within a function, by its identity, with the qualified name of the outermost one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and not function:
            yield from _functions(child, "", f"{classes}{child.name}")
        elif isinstance(child, ast.ClassDef) and not function:
            yield from _functions(child, f"{classes}{child.name}.")
        elif function:
            yield id(child), function
            yield from _functions(child, "", function)
        else:
            yield from _functions(child, classes)


type Change = tuple[str, ast.AST]


def _types_of(node: ast.AST) -> Iterator[ast.AST]:
    """What is there for the type checker and the reader alone, and names that are bound, not read."""
    match node:
        case ast.AnnAssign():
            yield from (node.annotation, node.target)
        case ast.arg(annotation=ast.expr() as annotation):
            yield annotation
        case ast.FunctionDef():
            yield from node.decorator_list
            if node.returns:
                yield node.returns
        case ast.ClassDef():
            yield from node.decorator_list
        case ast.TypeAlias() | ast.Import() | ast.ImportFrom():
            yield node


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
        yield _change(node, ast.Constant(max(node.value + 1, round(node.value * CHANGED))))
    elif isinstance(node.value, float) and node.value not in (0.0, 1.0):
        yield _change(node, ast.Constant(node.value * CHANGED))


def _swapped(node: ast.AST) -> Iterator[Change]:
    """Neighbours of a call: each gets the other's value. Without names, of a record alone: its order is easily mistaken."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id[0].isupper():
        for place, pair in enumerate(pairwise(node.args)):
            if not any(isinstance(argument, ast.Starred) for argument in pair) and not _same(*pair):
                swapped = [*node.args[:place], *reversed(pair), *node.args[place + 2 :]]
                yield _change(node, ast.Call(node.func, swapped, node.keywords))
    for place in range(len(node.keywords) - 1):
        keywords = [copy.copy(keyword) for keyword in node.keywords]
        first, second = keywords[place], keywords[place + 1]
        if first.arg is not None and second.arg is not None and not _same(first.value, second.value):
            first.value, second.value = second.value, first.value
            yield f"{first.arg} ↔ {second.arg}", ast.Call(node.func, node.args, keywords)


def _same(first: ast.AST, second: ast.AST) -> bool:
    return ast.dump(first) == ast.dump(second)


def _indexed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        yield _change(node, ast.Subscript(node.value, ast.UnaryOp(ast.USub(), ast.Constant(1)), node.ctx))


EDITS: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (_compared, _operated, _slipped, _off, _swapped, _indexed)


def _change(before: ast.AST, after: ast.AST) -> Change:
    return f"{ast.unparse(before)} → {ast.unparse(after)}", after
