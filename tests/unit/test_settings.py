"""Settings: what the environment may say, and that a mistake in it stops the start."""

import importlib.metadata

import pytest
from battery_service import __version__
from battery_service.limits import CLOUD, LOCAL, MIB
from battery_service.settings import Settings


def test_without_an_environment_the_cloud_is_assumed() -> None:
    assert Settings.from_environment({}) == Settings(limits=CLOUD, allowed_origins=frozenset({"*"}), stage="dev")


def test_the_cloud_takes_4_MiB_and_one_machine_50() -> None:
    assert (CLOUD.max_upload_bytes, LOCAL.max_upload_bytes) == (4 * MIB, 50 * MIB)


def test_what_the_cloud_takes_fits_into_a_lambda_event() -> None:
    assert CLOUD.max_answer_bytes == 6_291_456
    assert CLOUD.max_body_bytes * 4 / 3 + 8192 < 6_291_456


def test_each_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "LIMITS": "local",
            "MAX_UPLOAD_BYTES": "1000",
            "ALLOWED_ORIGINS": "https://a.example, https://b.example",
            "STAGE": "prod",
            "PRELOAD": "true",
        }
    )
    assert settings.limits.name == "local"
    assert settings.limits.max_upload_bytes == 1000
    assert settings.allowed_origins == {"https://a.example", "https://b.example"}
    assert (settings.stage, settings.preload) == ("prod", True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LIMITS", "big"), ("MAX_UPLOAD_BYTES", "4MB"), ("MAX_UPLOAD_BYTES", "0"), ("PRELOAD", "maybe")],
)
def test_a_value_without_meaning_stops_the_start_and_is_named(variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=variable):
        Settings.from_environment({variable: value})


def test_the_version_is_the_packages() -> None:
    assert importlib.metadata.version("battery-service") == __version__ == Settings().version
