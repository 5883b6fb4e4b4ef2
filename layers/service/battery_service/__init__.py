"""What the Lambda functions of the Battery Analytics API share: requests in, answers out, no science."""

__version__ = "0.1.0"
