"""The inputs of the benchmark of formats: one cell of many cycles as the programs of several cyclers write it."""

import io
import struct
import zipfile
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

POINTS_PER_CYCLE = 240
STEP_S = 30.0
CAPACITY_AH = 2.5

type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a cell that is charged and discharged with constant current, each array of shape (n_points,)."""

    cycle: Floats
    step: Floats
    time_s: Floats
    step_time_s: Floats
    voltage_V: Floats
    current_A: Floats
    charge_Ah: Floats
    discharge_Ah: Floats
    temperature_C: Floats


def points(n_cycles: int) -> Points:
    """The points of so many cycles, with noise as instruments have it."""
    noise = np.random.default_rng(7)
    half = POINTS_PER_CYCLE // 2
    n = n_cycles * POINTS_PER_CYCLE
    place = np.arange(n)
    within = place % POINTS_PER_CYCLE
    charges = within < half
    share = (within % half) / half
    cycle = np.asarray(place // POINTS_PER_CYCLE + 1, dtype=np.float64)
    capacity = CAPACITY_AH * (1 - 1e-4 * cycle)
    moved = share * capacity
    return Points(
        cycle=cycle,
        step=np.where(charges, 1.0, 2.0),
        time_s=np.asarray(place * STEP_S, dtype=np.float64),
        step_time_s=np.asarray((within % half) * STEP_S, dtype=np.float64),
        voltage_V=np.where(charges, 3.2 + share, 4.15 - share) + noise.normal(0, 2e-4, n),
        current_A=np.where(charges, 1, -1) * capacity * 3600 / (half * STEP_S),
        charge_Ah=np.where(charges, moved, capacity),
        discharge_Ah=np.where(charges, 0.0, moved),
        temperature_C=25 + noise.normal(0, 0.1, n),
    )


def _clock(seconds: Floats) -> list[str]:
    whole = seconds.astype(int)
    return [f"{s // 3600:02d}:{s % 3600 // 60:02d}:{s % 60:02d}" for s in whole.tolist()]


def _dates(seconds: Floats) -> list[str]:
    moments = np.datetime64("2024-01-01T00:00:00") + seconds.astype("timedelta64[s]")
    return [text.replace("T", " ") for text in np.datetime_as_string(moments).tolist()]


def _numbers(values: Floats, decimals: int) -> list[str]:
    return [f"{value:.{decimals}f}" for value in values.tolist()]


def neware_csv(data: Points) -> bytes:
    """A flat export of BTSDA, with texts for the step types, times and dates."""
    header = (
        "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),Voltage(V),Capacity(Ah),Chg. Cap.(Ah),"
        "DChg. Cap.(Ah),Date,T1(℃)"
    )
    charges = data.step == 1
    columns = [
        [str(n) for n in range(1, data.cycle.size + 1)],
        _numbers(data.cycle, 0),
        _numbers(data.step, 0),
        ["CC Chg" if charge else "CC DChg" for charge in charges.tolist()],
        _clock(data.step_time_s),
        _clock(data.time_s),
        _numbers(data.current_A, 4),
        _numbers(data.voltage_V, 4),
        _numbers(np.where(charges, data.charge_Ah, data.discharge_Ah), 4),
        _numbers(np.where(charges, data.charge_Ah, 0), 4),
        _numbers(data.discharge_Ah, 4),
        _dates(data.time_s),
        _numbers(data.temperature_C, 1),
    ]
    return _table(header, ",", columns)


def maccor_text(data: Points) -> bytes:
    """An export of Maccor with tabs, two lines above the header, days in its times, and a current without sign."""
    above = "Today's Date 01/05/2024  Date of Test:\t01/01/2024\t Filename:\tC:\\A1.001\tProcedure: CYCLE.000\n"
    header = "Rec#\tCyc#\tStep\tTest (Min)\tStep (Min)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time\tTemp 1"
    charges = data.step == 1
    capacity = np.where(charges, data.charge_Ah, data.discharge_Ah)
    columns = [
        [str(n) for n in range(1, data.cycle.size + 1)],
        _numbers(data.cycle, 0),
        _numbers(data.step, 0),
        _numbers(data.time_s / 60, 4),
        _numbers(data.step_time_s / 60, 4),
        _numbers(capacity, 8),
        _numbers(capacity * 3.7, 8),
        _numbers(np.abs(data.current_A), 6),
        _numbers(data.voltage_V, 6),
        ["C" if charge else "D" for charge in charges.tolist()],
        ["1"] * data.cycle.size,
        _dates(data.time_s),
        _numbers(data.temperature_C, 3),
    ]
    return above.encode() + _table(header, "\t", columns)


def biologic_mpt(data: Points) -> bytes:
    """An export of EC-Lab with its lines above the header."""
    header = (
        "mode\tox/red\terror\tcontrol changes\tNs changes\tcounter inc.\tNs\ttime/s\tcontrol/V/mA\tEwe/V\tI/mA\t"
        "Q charge/discharge/mA.h\thalf cycle\tcycle number"
    )
    above = ["EC-Lab ASCII FILE", "Nb header lines : 6                          ", "", "Modulo Bat", ""]
    charges = data.step == 1
    signed = np.where(charges, data.charge_Ah, -data.discharge_Ah) * 1000
    n = data.cycle.size
    columns = [
        ["1"] * n,
        ["1" if charge else "0" for charge in charges.tolist()],
        *[["0"] * n] * 4,
        _numbers(data.step, 0),
        [f"{value:.15E}" for value in data.time_s.tolist()],
        [f"{value:.7E}" for value in (data.current_A * 1000).tolist()],
        [f"{value:.7E}" for value in data.voltage_V.tolist()],
        [f"{value:.7E}" for value in (data.current_A * 1000).tolist()],
        [f"{value:.15E}" for value in signed.tolist()],
        _numbers(data.cycle * 2 - np.where(charges, 2, 1), 0),
        _numbers(data.cycle, 0),
    ]
    return "\n".join(above).encode() + b"\n" + _table(header, "\t", columns)


def _table(header: str, separator: str, columns: list[list[str]]) -> bytes:
    rows = map(separator.join, zip(*columns, strict=True))
    return ("\n".join((header, *rows)) + "\n").encode()


def workbook(data: Points) -> bytes:
    """A workbook as Arbin's program exports it: a sheet about the test, and one with its points."""
    names = (
        *("Data_Point", "Test_Time(s)", "Step_Time(s)", "Step_Index", "Cycle_Index", "Current(A)", "Voltage(V)"),
        *("Charge_Capacity(Ah)", "Discharge_Capacity(Ah)", "Aux_Temperature(C)"),
    )
    columns = (
        *(np.arange(1.0, data.cycle.size + 1), data.time_s, data.step_time_s, data.step, data.cycle, data.current_A),
        *(data.voltage_V, data.charge_Ah, data.discharge_Ah, data.temperature_C),
    )
    texts = [[f"<c><v>{value:.9g}</v></c>" for value in values.tolist()] for values in columns]
    head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in names)
    rows = "".join(f"<row>{''.join(cells)}</row>" for cells in zip(*texts, strict=True))
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kinds}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {ns} xmlns:r="{office}"><sheets><sheet name="Channel_1-001" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {ns}><sheetData><row>{head}</row>{rows}</sheetData></worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


_MPR_COLUMNS = ((1, "u1"), (4, "<f8"), (6, "<f4"), (8, "<f4"), (7, "<f8"), (24, "<f8"))


def biologic_mpr(data: Points) -> bytes:
    """A file of EC-Lab: its mark, and a module of points of flags, time, voltage, current, charge and cycle number."""
    signed = np.diff(data.charge_Ah - data.discharge_Ah, prepend=0.0) * 1000
    values = (
        *(np.where(data.step == 1, 3, 1), data.time_s, data.voltage_V, data.current_A * 1000),
        *(signed, data.cycle),
    )
    kind = np.dtype([(f"c{place}", dtype) for place, (_, dtype) in enumerate(_MPR_COLUMNS)])
    records = np.zeros(data.cycle.size, kind)
    for name, column in zip(kind.names or (), values, strict=True):
        records[name] = column
    codes = b"".join(struct.pack("<H", code) for code, _ in _MPR_COLUMNS)
    head = struct.pack("<IB", data.cycle.size, len(_MPR_COLUMNS)) + codes
    body = head.ljust(406, b"\0") + records.tobytes()
    module = b"MODULE" + b"VMP data".ljust(10) + b"VMP data".ljust(25)
    module += struct.pack("<II", len(body), 3) + b"01/05/24"
    return b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + b"\0\0\0\0" + module + body
