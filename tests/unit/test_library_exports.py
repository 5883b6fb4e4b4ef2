"""What the library offers at its top, and that offering it costs no numpy."""

import importlib
import subprocess
import sys

import battery_analytics
import pytest


def test_every_name_is_that_of_the_module_that_defines_it() -> None:
    for name in battery_analytics.__all__:
        offered = getattr(battery_analytics, name)
        home = getattr(offered, "__module__", "battery_analytics.options")
        assert home.startswith("battery_analytics.")
        assert getattr(importlib.import_module(home), name) is offered
    assert set(battery_analytics.__all__) <= set(dir(battery_analytics))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'battery_analytics' has no attribute 'analyse'"):
        battery_analytics.analyse  # type: ignore[attr-defined]  # noqa: B018  # what is tried


def test_a_file_and_an_error_are_named_without_numpy() -> None:
    program = "import sys; from battery_analytics import BatteryDataError, BatteryFile; print('numpy' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
