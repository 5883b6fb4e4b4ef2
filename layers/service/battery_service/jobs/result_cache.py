"""Which job has the report of equal files with equal options, where a deployment wants to know.

The digest is of the files' bytes, the options and the version. It is of the names too: a report quotes them, and a cell
may be named after its file, so files of other names have another report. And it is of the caller: a report that is there
at once would tell one caller what another has.
"""

import hashlib
import json
from collections.abc import Sequence

from battery_service.jobs.job import Job


def fingerprint(job: Job, file_digests: Sequence[str], version: str) -> str:
    """An id for everything that the job's report follows from; `file_digests` are SHA-256 in the order of its files."""
    files = [[file.name, digest] for file, digest in zip(job.files, file_digests, strict=True)]
    given = {"caller": job.caller, "files": files, "options": dict(job.options), "version": version}
    record = json.dumps(given, sort_keys=True)
    return hashlib.sha256(record.encode()).hexdigest()
