"""The errors of files and options: one exception class per stable error code."""

from typing import ClassVar


class BatteryDataError(Exception):
    """An error in the input that its sender can correct.

    The message is one sentence that names the file, the column or key, and what was expected. `details` holds the
    same facts as plain JSON values.
    """

    code: ClassVar[str] = "unsupported_structure"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NoFiles(BatteryDataError):
    """Nothing was sent."""

    code = "no_files"


class EmptyFile(BatteryDataError):
    """A file of no bytes, or a table without rows."""

    code = "empty_file"


class UnsupportedFileType(BatteryDataError):
    """Neither a pickle nor a CSV file."""

    code = "unsupported_file_type"


class CorruptedFile(BatteryDataError):
    """The right type, but truncated or not decodable."""

    code = "corrupted_file"


class UnsafePickle(BatteryDataError):
    """A pickle that names something other than plain data, or that would use more memory than its size explains."""

    code = "unsafe_pickle"


class UnsupportedStructure(BatteryDataError):
    """Readable, but not laid out as cycling data."""

    code = "unsupported_structure"


class MissingColumns(BatteryDataError):
    """A quantity that the analysis needs is missing."""

    code = "missing_columns"


class InconsistentLengths(BatteryDataError):
    """Columns of one cycle that differ in length."""

    code = "inconsistent_lengths"


class NoCycles(BatteryDataError):
    """Cycling data without a single usable cycle."""

    code = "no_cycles"


class IncompleteCsvSet(BatteryDataError):
    """A CSV set without its `_cycles.csv`."""

    code = "incomplete_csv_set"


class TooCostly(BatteryDataError):
    """A file that would take more work or memory than its size allows."""

    code = "too_costly"


class DeadlineExceeded(BatteryDataError):
    """The analysis passed the time limit that its caller set."""

    code = "deadline_exceeded"


class InvalidOption(BatteryDataError):
    """An option, or a value of one, that does not exist."""

    code = "invalid_option"


ERROR_CODES: frozenset[str] = frozenset(error.code for error in BatteryDataError.__subclasses__())
