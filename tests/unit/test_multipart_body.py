"""Multipart bodies: whatever a client sends, the files arrive whole or a refusal says why."""

import re
from urllib.parse import quote

import pytest
from battery_analytics import BatteryFile
from battery_service.errors import ApiError
from battery_service.http.multipart_body import uploaded_files
from battery_service.http.request import Request
from battery_service.limits import CLOUD, Limits
from hypothesis import assume, given
from hypothesis import strategies as st

from events.gateway import BOUNDARY, FormPart, file_part, multipart_body, request_event, upload_event
from tests.answers import LambdaContext

SMALL = Limits(name="cloud", max_upload_bytes=1000, max_answer_bytes=None, max_parts=5)


def files_of(event: dict[str, object], limits: Limits = CLOUD) -> list[BatteryFile]:
    return uploaded_files(Request.from_event(event, LambdaContext()), limits)


def refusal_of(event: dict[str, object], limits: Limits = CLOUD) -> ApiError:
    with pytest.raises(ApiError) as caught:
        files_of(event, limits)
    return caught.value


def body_event(body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> dict[str, object]:
    return request_event("POST", "/api/upload", headers={"Content-Type": content_type}, body=body)


def name_of(disposition: str) -> str:
    [file] = files_of(upload_event([FormPart(b"x", disposition=disposition)]))
    return file.name


@given(st.lists(st.tuples(st.text(max_size=30), st.binary(max_size=300)), min_size=1, max_size=5))
def test_any_bytes_arrive_as_they_were_sent(files: list[tuple[str, bytes]]) -> None:
    # given files of arbitrary bytes under arbitrary names, percent-encoded as RFC 5987 has it
    parts = [
        FormPart(content, disposition=f"form-data; name=\"file\"; filename*=UTF-8''{quote('n' + name, safe='')}")
        for name, content in files
    ]
    # when they are taken apart
    arrived = files_of(upload_event(parts))
    # then every byte is there, in order
    assert [file.content for file in arrived] == [content for _, content in files]


@given(
    st.lists(
        st.sampled_from(
            [b"\r", b"\n", b"\r\n", b"-", b"--", BOUNDARY.encode(), f"--{BOUNDARY}".encode(), b"\x00", b"a"]
        ),
        max_size=40,
    ).map(b"".join)
)
def test_content_that_looks_like_a_boundary_arrives_whole(content: bytes) -> None:
    # given content of boundary pieces, but for the one sequence that no multipart content may hold
    assume(f"\r\n--{BOUNDARY}".encode() not in b"\r\n" + content)
    # when it is sent between two other files
    arrived = files_of(upload_event([file_part("a.pkl", b"A"), file_part("b.pkl", content), file_part("c.pkl", b"C")]))
    # then nothing is cut or moved
    assert [file.content for file in arrived] == [b"A", content, b"C"]


@given(st.binary(max_size=2000), st.sampled_from([f"--{BOUNDARY}", "no boundary"]))
def test_a_body_of_noise_is_refused_and_never_a_fault_of_ours(noise: bytes, start: str) -> None:
    noise = noise.replace(b"-", b"")  # so that no boundary can close the form
    assert refusal_of(body_event(start.encode() + b"\r\n" + noise)).code == "malformed_multipart"


@given(st.data())
def test_a_truncated_body_is_refused_wherever_it_ends(data: st.DataObject) -> None:
    body = multipart_body([file_part("a.pkl", b"content" * 5), file_part("b.pkl", b"more")])
    end = data.draw(st.integers(min_value=0, max_value=len(body) - len("--\r\n") - 1))
    assert refusal_of(body_event(body[:end])).code == "malformed_multipart"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="file"; filename="cell.pkl"', "cell.pkl"),
        ("form-data; name=file; filename=cell.pkl", "cell.pkl"),
        ('form-data; filename="cell.pkl"; name="file"', "cell.pkl"),
        ("form-data; name=\"file\"; filename*=UTF-8''caf%C3%A9%20%2B.pkl", "café +.pkl"),
        ("form-data; name=\"file\"; filename*=utf-8'en'a.pkl", "a.pkl"),
        ("form-data; name=\"file\"; filename*=iso-8859-1''caf%E9.pkl", "café.pkl"),
        ('form-data; name="file"; filename="old.pkl"; filename*=UTF-8\'\'new.pkl', "new.pkl"),
        ('form-data; name="file"; filename="a; filename*=UTF-8\'\'b.pkl"', "a; filename*=UTF-8''b.pkl"),
        ('form-data; name="file"; filename="café.pkl"', "café.pkl"),
        ('form-data; name="file"; filename="a%22b.pkl"', 'a"b.pkl'),
        (r'form-data; name="file"; filename="a\"b.pkl"', 'a"b.pkl'),
        ('form-data; name="file"; filename=""', "unnamed"),
        ('form-data; name="file"', "unnamed"),
    ],
)
def test_every_spelling_of_a_file_name_is_read(disposition: str, name: str) -> None:
    assert name_of(disposition) == name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("/var/task/app.py", "app.py"),
        (r"C:\data\cell.pkl", "cell.pkl"),
        (r"..\..\boot.ini", "boot.ini"),
        ("..", "unnamed"),
        ("a/", "unnamed"),
        ("a%00b.pkl", "a%00b.pkl"),
        ("caf\u0065\u0301.csv", "caf\u00e9.csv"),
        ("\u202egnp.pkl", "gnp.pkl"),
    ],
)
def test_a_file_name_is_never_a_path(sent: str, shown: str) -> None:
    assert name_of(f'form-data; name="file"; filename="{sent}"') == shown


def test_a_file_name_loses_its_control_characters() -> None:
    assert name_of("form-data; name=\"file\"; filename*=UTF-8''a%00b%0D%0A%1Bc.pkl") == "abc.pkl"


def test_a_long_file_name_keeps_its_start_and_its_suffix() -> None:
    name = name_of(f'form-data; name="file"; filename="{"x" * 900}_cycles.csv"')
    assert len(name) == 200
    assert re.fullmatch(r"x+…x+_cycles\.csv", name)


def test_a_name_in_latin_1_bytes_does_not_stop_the_upload() -> None:
    body = multipart_body([file_part("NAME.pkl", b"x")]).replace(b"NAME", b"caf\xe9")
    [file] = files_of(body_event(body))
    assert file == BatteryFile("caf\ufffd.pkl", b"x")


def test_other_fields_are_ignored_wherever_they_stand() -> None:
    other = FormPart(b"value", field="comment", headers=())
    arrived = files_of(upload_event([other, file_part("a.pkl", b"A"), other, file_part("b.csv", b"B"), other]))
    assert arrived == [BatteryFile("a.pkl", b"A"), BatteryFile("b.csv", b"B")]


def test_a_plain_event_and_a_base64_event_carry_the_same_file() -> None:
    parts = [file_part("a_cycles.csv", "Zelle,Größe\r\n1,2\r\n".encode())]
    assert files_of(upload_event(parts, as_base64=False)) == files_of(upload_event(parts, as_base64=True))


def test_a_quoted_boundary_is_understood() -> None:
    body = multipart_body([file_part("a.pkl", b"A")], boundary="a b?c")
    assert files_of(body_event(body, 'multipart/form-data; charset=utf-8; boundary="a b?c"')) == [
        BatteryFile("a.pkl", b"A")
    ]


def test_a_preamble_and_an_epilogue_are_ignored() -> None:
    body = b"This is multipart.\r\n" + multipart_body([file_part("a.pkl", b"A")]) + b"the end"
    assert files_of(body_event(body)) == [BatteryFile("a.pkl", b"A")]


def test_an_empty_file_is_still_a_file() -> None:
    assert files_of(upload_event([file_part("a.pkl", b"")])) == [BatteryFile("a.pkl", b"")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty body"),
        pytest.param(b"hello", id="no boundary in it"),
        pytest.param(
            f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nx\r\n--{BOUNDARY}--".encode(), id="no disposition"
        ),
        pytest.param(f"--{BOUNDARY}\nX: y\n\nx\n--{BOUNDARY}--".encode(), id="bare line feeds"),
        pytest.param(multipart_body([FormPart(b"x", "a.pkl", headers=[f"X-A: {'y' * 9000}"])]), id="huge header"),
        pytest.param(
            multipart_body([FormPart(b"x", "a.pkl", headers=[f"X-{i}: y" for i in range(99)])]), id="99 headers"
        ),
        pytest.param(multipart_body([FormPart(b"xx", "a.pkl", headers=["Content-Length: 1"])]), id="wrong length"),
    ],
)
def test_a_broken_body_is_malformed(body: bytes) -> None:
    error = refusal_of(body_event(body))
    assert (error.status, error.code) == (400, "malformed_multipart")


def test_a_missing_boundary_is_malformed() -> None:
    error = refusal_of(body_event(multipart_body([file_part("a.pkl", b"A")]), "multipart/form-data"))
    assert (error.status, error.code) == (400, "malformed_multipart")


def test_a_body_that_is_not_the_base64_it_claims_to_be_is_malformed() -> None:
    event = upload_event([file_part("a.pkl", b"A")])
    event["body"] = "not base64 ä" + event["body"]
    assert refusal_of(event).code == "malformed_multipart"


@pytest.mark.parametrize("content_type", ["application/json", "multipart/mixed; boundary=x", "text/csv", "x"])
def test_what_is_not_a_form_is_an_unsupported_media_type(content_type: str) -> None:
    error = refusal_of(body_event(b"{}", content_type))
    assert (error.status, error.code) == (415, "malformed_multipart")


def test_a_body_without_a_content_type_is_an_unsupported_media_type() -> None:
    assert refusal_of(request_event("POST", "/api/upload", body=b"x")).status == 415


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(request_event("POST", "/api/upload"), id="nothing at all"),
        pytest.param(upload_event([]), id="a form without parts"),
        pytest.param(upload_event([FormPart(b"", file_name="")]), id="a browser without a chosen file"),
        pytest.param(upload_event([FormPart(b"x", file_name="a.pkl", field="files")]), id="another field"),
    ],
)
def test_a_request_without_a_file_says_so(event: dict[str, object]) -> None:
    error = refusal_of(event)
    assert (error.status, error.code) == (400, "no_files")


def test_the_refusal_names_the_fields_that_were_there() -> None:
    error = refusal_of(upload_event([FormPart(b"x", file_name="a.pkl", field="files")]))
    assert error.details == {"expected_part": "file", "parts": ["files"]}


def test_files_above_the_limit_are_refused_with_the_limit_and_the_way_out() -> None:
    error = refusal_of(upload_event([file_part("a.pkl", b"x" * 600), file_part("b.pkl", b"x" * 600)]), SMALL)
    assert (error.status, error.code) == (413, "too_large")
    assert error.details == {"limit_bytes": 1000, "size_bytes": 1200, "presigned_route": "/api/uploads"}


def test_files_at_the_limit_are_taken() -> None:
    assert len(files_of(upload_event([file_part("a.pkl", b"x" * 1000)]), SMALL)) == 1


def test_a_body_far_above_the_limit_is_refused_before_it_is_decoded() -> None:
    event = upload_event([])
    event["body"] = "?" * 2_000_000  # would be malformed, were it looked at
    assert refusal_of(event, SMALL).code == "too_large"


def test_ten_thousand_parts_are_refused() -> None:
    error = refusal_of(upload_event([FormPart(b"", field="x", headers=())] * 10_000))
    assert (error.status, error.code) == (413, "too_large")
    assert error.details["limit_parts"] == CLOUD.max_parts
