"""A sample event: which function it is for, and the answer that is expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

type Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One event for one function, by its name in template.yaml.

    `status` is that of an HTTP answer, whose JSON then contains `answer`; of any other function, `answer` is the whole answer.
    `needs_fixtures` is true where it names a job or a token that must exist.
    """

    function: str
    event: Event
    status: int | None = None
    answer: Mapping[str, object] = field(default_factory=dict)
    needs_fixtures: bool = False
