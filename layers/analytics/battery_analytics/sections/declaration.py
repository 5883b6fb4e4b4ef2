"""The declaration of a section of the report: its name, its type, its computation, and its plots."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, overload

from battery_analytics.cell import Finding

if TYPE_CHECKING:
    from battery_analytics.sections.analysed_cell import AnalysedCell


@dataclass(frozen=True, slots=True)
class Plot[T]:
    """A plot of a section. `draw` returns a PNG, or None where there is nothing to show.

    It imports matplotlib itself, because that is slow to import. The `standard` plots are drawn where none are named.
    """

    name: str
    title: str
    description: str
    draw: Callable[["AnalysedCell", T], bytes | None]
    standard: bool = False


class HasSections(Protocol):
    """A report, which has the value of each section."""

    def section[T](self, section: "Section[T]") -> T: ...


@dataclass(frozen=True, slots=True)
class Section[T]:
    """One key of the report, also the name of its stage in the timer.

    `value_type` is a dataclass whose fields are the section's fields in their order, each `Annotated` with a `Field`; or a list
    of such. `plots` follow the fields, under their own names. An `always` section is in every report, whichever were
    asked for. `findings` says of a value what is added to `data_quality`, such as rows that were left out. As an attribute
    of a report's class, a section reads as its value.
    """

    name: str
    value_type: type[T]
    compute: Callable[["AnalysedCell"], T]
    description: str = ""
    plots: tuple[Plot[T], ...] = ()
    always: bool = False
    findings: Callable[[T], Sequence[Finding]] | None = None

    @overload
    def __get__(self, report: None, owner: type) -> Self: ...
    @overload
    def __get__(self, report: HasSections, owner: type) -> T: ...
    def __get__(self, report: HasSections | None, owner: type) -> Self | T:
        return self if report is None else report.section(self)
