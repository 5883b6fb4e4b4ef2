"""The upload handler with the real science: files in API Gateway events, reports and refusals out."""

import base64
import os
import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from battery_analytics import BatteryFile
from battery_service import bridge
from battery_service.errors import STATUSES
from battery_service.options import Options

from events.gateway import Event, FormPart, file_part, request_event, upload_event
from functions.upload_handler.app import lambda_handler, make_handler
from sample_cells.plain import CellData, cell, csv_set, cycle, pickled
from tests.answers import LambdaContext, body_of, error_of, report_of

NO_PLOTS = {"plots": "none"}
PNG = b"\x89PNG\r\n\x1a\n"
PLOTS = (
    ("capacity_fade", "capacity_plot"),
    ("voltage_profile", "voltage_profile_plot"),
    ("voltage_profile", "differential_voltage_plot"),
    ("temperature_analysis", "temperature_vs_capacity_plot"),
)


class Reduced:
    """A pickle of this calls os.system when it is loaded the usual way."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def answer(event: Event) -> dict[str, Any]:
    return lambda_handler(event, LambdaContext())


def report(parts: Sequence[FormPart], **query: str) -> dict[str, Any]:
    return report_of(answer(upload_event(parts, query={**NO_PLOTS, **query})))


def pickle_part(data: CellData, name: str | None = None) -> FormPart:
    return file_part(name or f"{data['cell_id']}.pkl", pickled(data))


def csv_parts(data: CellData) -> list[FormPart]:
    return [file_part(name, content) for name, content in csv_set(data, str(data["cell_id"])).items()]


def with_cycles(cycles: object) -> CellData:
    return {**cell(), "cycle_data": cycles}


def test_a_pickle_gives_the_report_with_all_plots() -> None:
    # given a cell of four cycles that loses 0.02 Ah of 9.9 Ah each cycle
    got = report_of(
        answer(upload_event([pickle_part(cell(n_cycles=4, fade_Ah_per_cycle=0.02, first_capacity_Ah=9.9))]))
    )
    # then its figures are those of a hand calculation
    assert got["metadata"]["cell_id"] == "TEST_25_A1"
    assert got["metadata"]["total_cycles"] == 4
    assert got["capacity_fade"]["discharge_capacities"] == pytest.approx([9.90, 9.88, 9.86, 9.84])
    assert got["capacity_fade"]["capacity_fade_percentage"] == pytest.approx(100 * 0.06 / 9.9)
    assert got["battery_health"]["health_status"] == "Excellent"
    # and every plot is a PNG
    for section, plot in PLOTS:
        assert base64.b64decode(got[section][plot], validate=True).startswith(PNG), plot


def test_without_plots_their_names_stay_and_hold_null() -> None:
    got = report([pickle_part(cell())])
    assert [got[section][plot] for section, plot in PLOTS] == [None] * 4


def test_one_plot_asked_for_is_the_one_drawn() -> None:
    got = report([pickle_part(cell())], plots="differential_voltage")
    assert [plot for section, plot in PLOTS if got[section][plot]] == ["differential_voltage_plot"]


def test_options_change_the_report() -> None:
    got = report([pickle_part(cell())], cycles="2,3", eol_threshold="0.9", capacity_reference="nominal")
    assert [curve["cycle_number"] for curve in got["voltage_profile"]["voltage_curves"]] == [2, 3]
    projection = got["statistical_metrics"]["cycle_life_projection"]
    assert projection["eol_capacity"] == pytest.approx(0.9 * 10.0)


def test_a_cycle_that_the_cell_does_not_have_is_refused() -> None:
    event = upload_event([pickle_part(cell())], query={"cycles": "77"})
    assert error_of(answer(event))[:2] == (400, "invalid_option")


def test_a_csv_set_is_one_cell_with_the_pickles_figures() -> None:
    from_pickle, from_csv = report([pickle_part(cell())]), report(csv_parts(cell()))
    for section in (
        "capacity_fade",
        "voltage_profile",
        "temperature_analysis",
        "statistical_metrics",
        "battery_health",
    ):
        assert from_csv[section] == from_pickle[section], section


def test_the_order_of_parts_changes_nothing() -> None:
    parts = csv_parts(cell())
    assert report(parts) == report(parts[::-1]) == report([parts[1], FormPart(b"x", field="note"), parts[2], parts[0]])


def test_several_cells_are_reported_in_the_order_of_their_files_and_compared() -> None:
    fast, slow = cell("TEST_25_FAST", fade_Ah_per_cycle=0.2), cell("TEST_25_SLOW", fade_Ah_per_cycle=0.01)
    got = report([pickle_part(fast), *csv_parts(slow)])
    assert [one["metadata"]["cell_id"] for one in got["cells"]] == ["TEST_25_FAST", "TEST_25_SLOW"]
    assert got["comparison"]["ranking"] == ["TEST_25_SLOW", "TEST_25_FAST"]


@pytest.mark.parametrize(
    "disposition",
    [
        'form-data; name="file"; filename="TEST_25_A1.pkl"',
        "form-data; name=file; filename=TEST_25_A1.pkl",
        "form-data; filename*=UTF-8''TEST_25_A1.pkl; name=\"file\"",
        r'form-data; name="file"; filename="C:\cells\TEST_25_A1.pkl"',
        'form-data; name="file"; filename="../../etc/TEST_25_A1.pkl"',
    ],
)
def test_however_the_file_is_named_the_report_is_the_same(disposition: str) -> None:
    assert report([FormPart(pickled(cell()), disposition=disposition)]) == report([pickle_part(cell())])


def test_a_plain_event_is_read_like_a_base64_one() -> None:
    plain = answer(upload_event(csv_parts(cell()), query=NO_PLOTS, as_base64=False))
    assert report_of(plain) == report(csv_parts(cell()))


def test_a_compressed_answer_holds_the_same_report() -> None:
    event = upload_event([pickle_part(cell())], query=NO_PLOTS, headers={"Accept-Encoding": "gzip, br"})
    compressed, plain = answer(event), answer(upload_event([pickle_part(cell())], query=NO_PLOTS))
    assert compressed["headers"]["Content-Encoding"] == "gzip"
    assert compressed["isBase64Encoded"]
    assert not plain["isBase64Encoded"]
    assert body_of(compressed) == body_of(plain)


def test_a_page_of_another_origin_may_read_the_report() -> None:
    got = answer(upload_event([pickle_part(cell())], query=NO_PLOTS, headers={"Origin": "http://localhost:3000"}))
    assert got["headers"]["Access-Control-Allow-Origin"] == "*"


def test_uploads_in_many_threads_give_the_reports_they_give_alone() -> None:
    # given pickles and CSV sets of cells that differ
    cells = [cell(f"TEST_25_T{index}", fade_Ah_per_cycle=0.01 * (index + 1)) for index in range(6)]
    forms = [[pickle_part(one)] if index % 2 else csv_parts(one) for index, one in enumerate(cells)]
    alone = [report(form) for form in forms]
    # when many are analysed at once
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda index: report(forms[index % 6]), range(60)))
    # then each is what it was alone
    assert together == [alone[index % 6] for index in range(60)]


short = {**cycle(1, 9.9), "voltage_in_V": [3.7, 3.8]}
no_voltage = {key: value for key, value in cycle(1, 9.9).items() if key != "voltage_in_V"}

REFUSALS = {
    "no_files": upload_event([]),
    "empty_file": upload_event([file_part("a.pkl", b"")]),
    "unsupported_file_type": upload_event([file_part("a.exe", b"MZ")]),
    "corrupted_file": upload_event([file_part("a.pkl", pickled(cell())[:-40])]),
    "unsafe_pickle": upload_event([file_part("a.pkl", pickle.dumps(Reduced()))]),
    "unsupported_structure": upload_event([file_part("a.pkl", pickled(["not", "a", "cell"]))]),
    "missing_columns": upload_event([pickle_part(with_cycles([no_voltage]))]),
    "inconsistent_lengths": upload_event([pickle_part(with_cycles([short]))]),
    "no_cycles": upload_event([pickle_part(with_cycles([]))]),
    "incomplete_csv_set": upload_event(csv_parts(cell())[1:]),
    "too_large": upload_event([file_part("a.pkl", bytes(4 * 1024 * 1024 + 1))]),
    "invalid_option": upload_event([pickle_part(cell())], query={"eol_threshold": "2"}),
    "malformed_multipart": request_event(
        "POST", "/api/upload", headers={"Content-Type": "multipart/form-data; boundary=x"}, body=b"--x\r\nbroken"
    ),
    "not_found": request_event("GET", "/api/elsewhere"),
    "method_not_allowed": request_event("GET", "/api/upload"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_every_code_is_answered_to_what_provokes_it(code: str) -> None:
    # when the faulty request comes
    got = answer(REFUSALS[code])
    # then it is refused with the code and its status
    assert error_of(got)[:2] == (STATUSES[code][0], code)
    # and the next good one is served
    assert report([pickle_part(cell())])["metadata"]["total_cycles"] == 4


# Answered for a job or a fault of ours, or by the gateway; or not answered yet.
OF_NO_UPLOAD = {"not_uploaded", "internal", "unauthorized", "forbidden"}
NOT_YET = {"too_costly", "deadline_exceeded", "quota_exceeded", "unavailable"}


def test_every_code_that_an_upload_can_be_refused_with_is_provoked() -> None:
    assert set(STATUSES) - set(REFUSALS) == OF_NO_UPLOAD | NOT_YET


def test_a_bug_in_the_science_is_a_500(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("battery_analytics.analyze", lambda *_, **__: 1 / 0)
    assert error_of(answer(REFUSALS["no_cycles"]))[:2] == (500, "internal")


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("missing_columns", "voltage_in_V"),
        ("incomplete_csv_set", "TEST_25_A1_cycles.csv"),
        ("unsafe_pickle", "system"),
        ("unsupported_file_type", "a.exe"),
        ("invalid_option", "eol_threshold"),
    ],
)
def test_a_refusal_names_the_file_the_column_or_the_option(code: str, named: str) -> None:
    assert named in body_of(answer(REFUSALS[code])).decode()


def test_preload_has_the_library_analyse_before_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    analysed: list[int] = []
    analyse = bridge.analyse

    def counted(files: Sequence[BatteryFile], options: Options) -> bridge.Analysis:
        analysed.append(len(files))
        return analyse(files, options)

    monkeypatch.setattr(bridge, "analyse", counted)
    make_handler({})
    assert analysed == []
    make_handler({"PRELOAD": "true"})
    assert analysed == [1]
