"""A sample event: which function it is for, and what that must answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

type Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One event for one function, by its name in template.yaml.

    `status` is that of an HTTP answer, and `answer` is then among its JSON; of any other, `answer` is all that is said.
    `needs_in_place` where it names a job or a token that must be there.
    """

    function: str
    event: Event
    status: int | None = None
    answer: Mapping[str, object] = field(default_factory=dict)
    needs_in_place: bool = False
