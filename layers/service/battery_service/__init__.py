"""What the functions of the Battery Analytics API share: requests in, responses out, no science."""

__version__ = "0.2.0"
