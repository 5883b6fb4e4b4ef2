"""The code that the Lambda functions of the Battery Analytics API share; it has no science."""

__version__ = "0.2.0"
