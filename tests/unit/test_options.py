"""Options: what a query may say, and how a wrong word is answered."""

import pytest
from battery_analytics.errors import InvalidOption
from battery_analytics.options import checked_options
from battery_analytics.report import OPTIONS
from battery_service.contract.generated import report_plots
from battery_service.errors import ApiError
from battery_service.options import default_options, parse_options
from hypothesis import given
from hypothesis import strategies as st

PLOTS = [plot["name"] for plot in report_plots()]


def refusal_of(query: dict[str, str]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse_options(query)
    assert (caught.value.status, caught.value.code) == (400, "invalid_option")
    return caught.value


def test_without_options_everything_is_at_its_default() -> None:
    defaults = {
        "plots": "standard",
        "eol_threshold": 0.80,
        "capacity_reference": "initial",
        "cycles": None,
        "compare": "auto",
        "format": None,
        "sections": "all",
    }
    assert parse_options({}) == default_options() == defaults


@pytest.mark.parametrize(
    "query",
    [
        {},
        {
            "plots": "capacity,temperature_vs_capacity",
            "cycles": "1,50",
            "sections": "capacity_fade,temperature_analysis",
        },
        {"plots": "none", "eol_threshold": "0.9", "capacity_reference": "nominal"},
    ],
)
def test_what_is_read_here_is_taken_by_the_library(query: dict[str, str]) -> None:
    assert checked_options(OPTIONS, parse_options(query)).cycles in (None, (1, 50))


@pytest.mark.parametrize("text", ["0", "1", "1.5"])
def test_the_library_refuses_in_the_same_words(text: str) -> None:
    here = refusal_of({"eol_threshold": text})
    with pytest.raises(InvalidOption) as there:
        checked_options(OPTIONS, {**default_options(), "eol_threshold": float(text)})
    assert here.message.split(";")[0] == there.value.message.split(";")[0]


@pytest.mark.parametrize(
    ("text", "plots"),
    [
        ("all", "all"),
        ("standard", "standard"),
        ("none", "none"),
        ("capacity_plot", ["capacity_plot"]),
        ("capacity", ["capacity_plot"]),
        ("temperature_vs_capacity,capacity_plot", ["capacity_plot", "temperature_vs_capacity_plot"]),
        (" capacity , capacity_plot ", ["capacity_plot"]),
    ],
)
def test_plots_are_all_none_or_a_list_with_or_without_the_suffix(text: str, plots: object) -> None:
    assert parse_options({"plots": text})["plots"] == plots


@pytest.mark.parametrize("text", ["", "everything", "capacity,", "none,capacity_plot", "_plot", "ALL"])
def test_an_unknown_plot_is_refused_with_the_names_there_are(text: str) -> None:
    error = refusal_of({"plots": text})
    assert error.details == {"option": "plots", "value": text, "allowed": ["standard", "all", "none", *PLOTS]}
    assert "differential_voltage_plot" in error.message


@given(st.floats(min_value=0.0, max_value=1.0, exclude_min=True, exclude_max=True))
def test_every_share_between_0_and_1_is_a_threshold(share: float) -> None:
    assert parse_options({"eol_threshold": repr(share)})["eol_threshold"] == share


@pytest.mark.parametrize("text", ["0", "1", "1.5", "-0.8", "nan", "inf", "80%", "", "0,8"])
def test_a_threshold_outside_is_refused(text: str) -> None:
    assert refusal_of({"eol_threshold": text}).details["option"] == "eol_threshold"


@pytest.mark.parametrize("reference", ["initial", "nominal"])
def test_the_capacity_reference_is_initial_or_nominal(reference: str) -> None:
    assert parse_options({"capacity_reference": reference})["capacity_reference"] == reference
    assert refusal_of({"capacity_reference": "rated"}).details["allowed"] == ["initial", "nominal"]


@given(st.lists(st.integers(min_value=0, max_value=10_000_000), min_size=1, max_size=100, unique=True))
def test_cycles_are_the_numbers_asked_for_in_their_order(numbers: list[int]) -> None:
    assert parse_options({"cycles": ",".join(map(str, numbers))})["cycles"] == numbers


def test_a_cycle_asked_for_twice_is_one() -> None:
    assert parse_options({"cycles": "7, 3,7"})["cycles"] == [7, 3]


@pytest.mark.parametrize("text", ["", "-1", "1.5", "one", "1,", "²", "9" * 5000, ",".join(map(str, range(1001)))])
def test_cycles_that_are_no_cycle_numbers_are_refused(text: str) -> None:
    error = refusal_of({"cycles": text})
    assert error.details["option"] == "cycles"
    assert len(error.message) < 300


def test_an_unknown_option_is_refused_with_the_options_there_are() -> None:
    error = refusal_of({"plot": "none"})
    assert error.details == {"option": "plot", "allowed": list(default_options())}
    assert "'plot'" in error.message
