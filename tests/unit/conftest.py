"""Fixtures that several unit tests share."""

from tests.installed_format import install_format

__all__ = ["install_format"]
