"""The doors of the Battery Analytics API: requests in, answers out, no science."""

__version__ = "0.1.0"
