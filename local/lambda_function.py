"""A Lambda function on this machine: its handler, loaded when it is first needed, and one context per call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from time import monotonic

from local.gateway import Event
from local.template import DeclaredFunction

type Handler = Callable[[Event, object], object]


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The context that Lambda gives a handler with the event: the parts that handlers and powertools read."""

    function_name: str
    aws_request_id: str
    memory_limit_in_mb: int
    deadline: float

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round(1000 * (self.deadline - monotonic())))


@dataclass(frozen=True, slots=True)
class LocalFunction:
    """Call it with an event. `load` returns the handler; only its first call is slow, as with an import."""

    name: str
    load: Callable[[], Handler]
    timeout_seconds: float = 900.0
    memory_mb: int = 3008

    def __call__(self, event: Event, request_id: str) -> object:
        context = LambdaContext(self.name, request_id, self.memory_mb, monotonic() + self.timeout_seconds)
        return self.load()(event, context)


def source_function(
    declared: DeclaredFunction, environment: Mapping[str, str], variables: Mapping[str, str]
) -> LocalFunction:
    """The function from the source tree, which is not imported yet.

    Its handler has the template's variables, unless `environment` or, before it, `variables` say otherwise: LIMITS, for
    example.
    """
    merged = {**declared.variables, **environment, **variables}

    @cache
    def load() -> Handler:
        module = (*declared.code.parts[-2:], declared.handler.partition(".")[0])
        handler: Handler = import_module(".".join(module)).make_handler(merged)
        return handler

    return LocalFunction(declared.name, load, declared.timeout_s, declared.memory_MB)
