"""The faults put in on purpose: which edits there are of a module, and which tests are chosen for one."""

from pathlib import Path

import pytest

from tools.mutants.edits import Mutant, mutants_of
from tools.mutants.reach import LIBRARY, Reach, Reached


def changes_of(source: str, folder: Path) -> list[tuple[str, str]]:
    file = folder / "module.py"
    file.write_text(source)
    return [(mutant.function, mutant.change) for mutant in mutants_of(file)]


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("x = a < b", ["a < b → a >= b"]),
        ("x = a + b", ["a + b → a - b"]),
        ("x = np.median(a)", ["np.median → np.max"]),
        ("LIMIT = 1.25", ["1.25 → 1.6"]),
        ("x = a // 2", ["2 → 3"]),
        ("x = a[0]", ["a[0] → a[-1]"]),
        ("x = f(low=a, high=b)", ["low ↔ high"]),
        ("x = Knee(a, b)", ["Knee(a, b) → Knee(b, a)"]),
    ],
)
def test_an_edit_is_a_mistake_that_a_human_makes(source: str, changes: list[str], tmp_path: Path) -> None:
    assert changes_of(source, tmp_path) == [("", change) for change in changes]


@pytest.mark.parametrize(
    "source",
    [
        '"""2 < 3 in words."""',
        "x: float | None",
        "def f(x: int | None) -> Literal[5]: ...",
        "type Number = int | float",
        "@dataclass(frozen=True, slots=False)\nclass A: ...",
        "MOST_POINTS = 6_000_000",
        "x = f(low=a, high=a)",
        "x = Statistics(None, None)",
    ],
)
def test_what_changes_no_figure_is_no_fault(source: str, tmp_path: Path) -> None:
    assert changes_of(source, tmp_path) == []


def test_a_fault_knows_the_outermost_function_that_holds_it(tmp_path: Path) -> None:
    source = "def f():\n    def g(): return a < b\nclass A:\n    def h(self): return a > b\nx = a == b"

    assert set(changes_of(source, tmp_path)) == {
        ("", "a == b → a != b"),
        ("A.h", "a > b → a <= b"),
        ("f", "a < b → a >= b"),
    }


def test_the_tests_of_a_fault_are_those_that_enter_its_function_the_fastest_first() -> None:
    path = LIBRARY / "analysis" / "clock.py"
    one, other = (str(path), "clock_of"), (str(path), "other")
    reached = Reached(
        {
            "slow": Reach(2.0, frozenset({one, other})),
            "fast": Reach(0.1, frozenset({one})),
            "elsewhere": Reach(0.2, frozenset({other})),
        }
    )

    assert list(reached.tests(Mutant(path, 1, "clock_of", "", ""))) == ["fast", "slow"]
    assert list(reached.tests(Mutant(path, 1, "", "", ""))) == ["fast", "elsewhere", "slow"]
    assert list(reached.tests(Mutant(path, 1, "nobody", "", ""))) == []
