"""The prices of AWS for what one analysis uses, and how often it uses it.

List prices in US dollars of us-east-1, x86_64, without the free tier, as known when this was written; the prices on AWS's
own pages are the valid ones. On arm64 compute costs a fifth less. docs/operations.md has the cost of a stack without use.
"""

from dataclasses import dataclass
from typing import Final

MILLION: Final = 1_000_000
COMPUTE_GB_S: Final = 0.0000166667
INVOCATION: Final = 0.20 / MILLION
API_REQUEST: Final = 1.00 / MILLION
S3_PUT: Final = 5.0 / MILLION
S3_GET: Final = 0.4 / MILLION
SQS_REQUEST: Final = 0.40 / MILLION
TABLE_WRITE: Final = 0.625 / MILLION
TABLE_READ: Final = 0.125 / MILLION
LOG_GB: Final = 0.50
OUT_GB: Final = 0.09
# Three lines of the function, those of Lambda and X-Ray's trace, and one of the access log.
LOG_BYTES: Final = 4000


@dataclass(frozen=True, slots=True)
class Requests:
    """How many requests of each kind one analysis makes."""

    api: int
    s3_puts: int = 0
    s3_gets: int = 0
    sqs: int = 0
    table_writes: int = 0
    table_reads: int = 0

    @property
    def dollars(self) -> float:
        return (
            self.api * (API_REQUEST + LOG_BYTES / 1e9 * LOG_GB)
            + self.s3_puts * S3_PUT
            + self.s3_gets * S3_GET
            + self.sqs * SQS_REQUEST
            + self.table_writes * TABLE_WRITE
            + self.table_reads * TABLE_READ
        )


# It is counted for its caller.
DIRECT: Final = Requests(api=1, table_writes=1)
# Announced, started, asked for four times, fetched: seven requests. The record is created, started, claimed, updated in
# four stages, ended and settled, each time in the table and in its index; each answer about the job reads it. The caller's
# counts: each request, the files, the result, the seconds; and that the job is open, is sent, and has ended.
PRESIGNED: Final = Requests(api=7, s3_puts=2, s3_gets=3, sqs=3, table_writes=2 * 9 + (7 + 3) + 3, table_reads=8)


def compute_dollars(memory_MB: float, billed_ms: float) -> float:
    """The price of one invocation: its time in whole milliseconds, and the call itself."""
    return memory_MB / 1024 * billed_ms / 1000 * COMPUTE_GB_S + INVOCATION


def transfer_dollars(n_bytes: int) -> float:
    """The price of data that leaves AWS; data that comes in is free."""
    return n_bytes / 1e9 * OUT_GB
