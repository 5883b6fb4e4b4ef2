"""The error table: every code of the contract, and the library's among them."""

import re

import pytest
from battery_analytics.errors import ERROR_CODES
from battery_service.errors import ERRORS, STATUSES, ApiError

CONTRACT_CODES = {
    "no_files",
    "empty_file",
    "unsupported_file_type",
    "corrupted_file",
    "unsafe_pickle",
    "unsupported_structure",
    "missing_columns",
    "inconsistent_lengths",
    "no_cycles",
    "incomplete_csv_set",
    "too_large",
    "invalid_option",
    "malformed_multipart",
    "not_found",
    "not_uploaded",
    "internal",
    "unauthorized",
    "forbidden",
    "method_not_allowed",
    "too_costly",
    "deadline_exceeded",
    "quota_exceeded",
    "unavailable",
}


def test_the_table_holds_exactly_the_contracts_codes() -> None:
    assert set(STATUSES) == CONTRACT_CODES


def test_codes_that_are_not_about_a_file_have_the_platforms_statuses() -> None:
    expected = {
        "unauthorized": (401,),
        "forbidden": (403,),
        "method_not_allowed": (405,),
        "quota_exceeded": (429,),
        "unavailable": (503,),
    }
    assert {code: STATUSES[code] for code in expected} == expected


def test_every_code_says_when_it_comes() -> None:
    assert all(re.fullmatch(r"[A-Z].+\.", kind.when) for kind in ERRORS.values())
    assert len({kind.when for kind in ERRORS.values()}) == len(ERRORS)


def test_every_fault_that_the_library_finds_is_a_400() -> None:
    assert {STATUSES[code][0] for code in ERROR_CODES} == {400}


def test_a_status_that_the_table_does_not_have_cannot_be_answered() -> None:
    with pytest.raises(ValueError, match="malformed_multipart is answered with one of"):
        ApiError("malformed_multipart", "No.", status=500)
