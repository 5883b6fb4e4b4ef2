"""Archives: what they hold is read as if it had been sent, within limits."""

import gzip
import io
import zipfile

import pytest
from battery_analytics.errors import BatteryDataError
from battery_analytics.files import BatteryFile
from battery_analytics.formats.reading import read_cells
from battery_analytics.formats.unpacked import MAX_MEMBERS, Allowance, unpacked

TABLE = b"Cycle,Voltage(V),Current(A),Time(s)\n1,3.5,1,0\n1,3.6,1,30\n"


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_compressed_file_is_read_under_its_own_name() -> None:
    [cell] = read_cells([BatteryFile("cell.csv.gz", gzip.compress(TABLE[:30]) + gzip.compress(TABLE[30:]))])

    assert (cell.cell_id, cell.source.files) == ("cell", ("cell.csv",))


def test_the_files_of_an_archive_are_read_as_if_they_had_been_sent() -> None:
    members = {"lab/a.csv": TABLE, "lab/b.csv": TABLE, "lab/.hidden": b"x", "__MACOSX/a.csv": b"x", "lab/": b""}

    cells = read_cells([BatteryFile("lab.zip", zipped(members))])

    assert [cell.cell_id for cell in cells] == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(TABLE)[:-9],
        b"\x1f\x8b" + b"\xff" * 50,
        zipped({}),
        zipped({"a.csv": TABLE})[:40] + b"\0" * 200,
        gzip.compress(gzip.compress(gzip.compress(TABLE))),
        gzip.compress(b"0" * 100_000_000),
        zipped({"a.csv": b"0" * 100_000_000}),
        zipped({f"{n}.csv": b"" for n in range(MAX_MEMBERS + 1)}),
    ],
    ids=["cut", "damaged", "empty", "damaged zip", "nested", "bomb", "zip bomb", "many"],
)
def test_an_archive_that_is_damaged_or_too_much_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(BatteryDataError, match=r"x\.bin"):
        read_cells([BatteryFile("x.bin", content)])


def test_other_files_are_left_as_they_are() -> None:
    file = BatteryFile("a.csv", TABLE)

    assert unpacked(file, Allowance.of([file])) == [file]
