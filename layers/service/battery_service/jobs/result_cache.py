"""The key by which jobs of equal files and options share a report, where the parameter ResultCache allows it.

The key is a digest of the files' bytes and names, the options, the version and the caller. Names count because a report
quotes them. The caller counts because an answer at once would tell one caller that another has the same files.
"""

import hashlib
import json
from collections.abc import Sequence

from battery_service.jobs.job import Job


def fingerprint(job: Job, file_digests: Sequence[str], version: str) -> str:
    """The key of everything that the job's report depends on; `file_digests` are SHA-256, in the order of its files."""
    files = [[file.name, digest] for file, digest in zip(job.files, file_digests, strict=True)]
    given = {"caller": job.caller, "files": files, "options": dict(job.options), "version": version}
    record = json.dumps(given, sort_keys=True)
    return hashlib.sha256(record.encode()).hexdigest()
