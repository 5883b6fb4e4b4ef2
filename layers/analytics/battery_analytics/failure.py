"""What is wrong with a file of a request whose other files were read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from battery_analytics.errors import BatteryDataError
from battery_analytics.fields import Field


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or set of files, that could not be read although others of the same request were."""

    file: Annotated[str, Field("The name of the file.")]
    error: Annotated[str, Field("What is wrong, as one sentence.")]
    code: Annotated[str, Field("The stable code of the error.")]
    details: Annotated[Mapping[str, object], Field("The same facts as values.")]

    @classmethod
    def of(cls, file: str, error: BatteryDataError) -> Self:
        return cls(file, error.message, error.code, error.details)
