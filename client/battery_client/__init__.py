"""A client of the Battery Analytics API: direct and presigned uploads, jobs, a summary, plots."""

__version__ = "0.2.0"
