"""The text exports of common cyclers: what tells each apart. Their columns are read by the general names and units."""

import re

from battery_analytics.formats.declaration import Format
from battery_analytics.formats.table_format import Marks, table_format
from battery_analytics.formats.tables.columns import GENERAL_COLUMNS, ColumnRule
from battery_analytics.formats.tables.text import Headerless

_ONE_ROW_PER_POINT = "A text table with one row per point, with current and voltage, and a capacity or a time."

_BITRODE_COLUMNS = (
    *("Exclude", "Total Time (s)", "Cycle", "Loop Count 1", "Loop Count 2", "Loop Count 3", "Step", "Step Time (s)"),
    *(
        "Current (A)",
        "Voltage (V)",
        "Power (W)",
        "Ampere-Hours (Ah)",
        "Watt-Hours (Wh)",
        "Mode",
        "Data Acquisition Flag",
    ),
)
_BITRODE_ROW = r"\s*(?:yes|no)\s*,\s*[\d.]+(?:,\s*\d+){5},\s*[\d.]+(?:,\s*-?[\d.]+){5},\s*[A-Za-z]{3,5}\b"
_IVIUM_ROW = r"\s*\d\.\d{5}E[+-]\d\d\s*(?:,\s*-?\d\.\d{5}E[+-]\d\d\s*){2}$"

ARBIN = table_format(
    name="Arbin csv",
    traps=(
        "The counters of capacity restart at a step, at a cycle or never. Only their rise while their own current "
        "flows counts."
    ),
    instrument="Arbin (MITS), also as CALCE, MIT and SLAC publish it",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(("data point", "cycle index", "step index")),
        Marks(("test time", "step time", "cycle index", "step index", "charge capacity", "discharge capacity")),
    ),
)
BATTERY_ARCHIVE = table_format(
    name="Battery Archive csv",
    traps="It has the temperature of the environment beside that of the cell. That of the cell is taken.",
    instrument="batteryarchive.org",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(Marks(("date time", "test time", "cycle index", "environment temperature", "cell temperature")),),
)
MACCOR = table_format(
    name="Maccor text",
    traps=(
        "The current has no sign in most exports: the letter of the state gives its direction. One column counts "
        "the capacity of both directions. Times are in seconds, minutes or days and hours; where they state no "
        "unit, the dates beside them show it."
    ),
    endings=(".txt", ".csv", ".001"),
    instrument="Maccor",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(("rec#", "cyc#", "step")),
        Marks(("rec", "cycle c", "step")),
        Marks(("rec", "cycle p", "step")),
        Marks(("cyc#", "step", "testtime", "steptime")),
        Marks(("cycle", "step", "testtime", "steptime", "md")),
        Marks(("es", "dpt time")),
        Marks(("rec#", "step", "state")),
        Marks(("rec", "step", "md")),
    ),
)
BIOLOGIC = table_format(
    name="BioLogic text",
    traps=(
        "The preamble says how many lines it has, and is believed. Names hold their unit after a slash, in any "
        "language; decimals may have a comma. Cycles begin with 0. Rests may have no current at all."
    ),
    endings=(".mpt", ".txt"),
    instrument="BioLogic (EC-Lab, BT-Lab)",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(preamble=r"(?:EC|BT)-?Lab ASCII FILE"),
        Marks(preamble=r"Nb header lines\s*:"),
        Marks(header_like=r"(?:Ewe|Ecell|<Ewe>)/V.*(?:I|<I>|control)/|(?:I|<I>|control)/mA.*(?:Ewe|Ecell)/V"),
    ),
)
NEWARE = table_format(
    name="Neware csv",
    traps=(
        "Old exports nest cycles, steps and records in one table, whose records are taken. Times restart at each "
        "step, so the dates count where no total time is there. Chinese exports are in GBK."
    ),
    instrument="Neware (BTSDA, BTS)",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(("datapoint", "step type", "current", "voltage")),
        Marks(("cycle index", "step type", "chg cap", "dchg cap")),
        Marks(("record id", "step type")),
        Marks(("cycle index", "datapoint", "total time")),
        Marks(("cycle id", "record id")),
        Marks(("record number", "cycle id", "step id")),
        Marks(("record index", "step type")),
        Marks(header_like=r"工步类型|工步号|循环号|循环序号|数据序号|记录序号"),
        Marks(("step name", "realtime", "capacity")),
        Marks(("record index", "status", "jumpto")),
        Marks(header_like=r"\bh:min:s\.ms\b"),
        Marks(header_like=r"\bCapacitance_D?Chg\b"),
    ),
)
LANDT = table_format(
    name="Landt csv",
    traps=(
        "One capacity counts both directions and restarts at each step. It may be per mass, which is an extra column."
    ),
    instrument="LAND, Landt",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.96,
    marks=(
        Marks(("testtime", "systime")),
        Marks(header_like=r"\b(?:Test ?Time|Step ?Time)\b.*\bSCapacity\b|\bSysTime\b"),
        Marks(("record", "test time", "step time", "current", "capacity density")),
        Marks(header_like=r"比容量/mAh/g|测试时间/Sec"),
        Marks(("channel index", "cycle index", "date time iso string")),
    ),
)
NOVONIX = table_format(
    name="Novonix csv",
    traps="Blocks in brackets stand above the table. Times are in hours, and the capacity is signed.",
    instrument="Novonix UHPC",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(Marks(preamble=r"^\W*Novonix.*$"), Marks(("run time", "potential", "circuit temperature"))),
)
BASYTEC = table_format(
    name="Basytec text",
    traps="The header is a line that begins with ~, as comments do. Times are in seconds, minutes or hours.",
    endings=(".txt", ".csv"),
    instrument="Basytec",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(preamble="Basytec Battery Test System"),
        Marks(header_like=r"~?Time\[(?:s|h|min)\]\tDataSet"),
        Marks(header_like=r"~Time\["),
    ),
)
PEC = table_format(
    name="PEC csv",
    traps="Voltage and current may be in thousandths. Several tests of a cell may be in one file.",
    instrument="PEC",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(("test", "cell", "rack", "shelf", "position")),
        Marks(("rack", "shelf", "position", "total time")),
        Marks(("total time", "load on time")),
    ),
)
BITRODE = table_format(
    name="Bitrode csv",
    traps=(
        "The table may have no header at all. Then its first row tells it, and its columns are known by place. The "
        "mode gives the direction of the current."
    ),
    instrument="Bitrode (VisuaLCN)",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(("total time", "cycle", "loop count 1", "step", "step time")),
        Marks(("exclude", "total time", "step time", "ampere hours")),
        Marks(("exclude", "cycle", "loop", "step", "mode")),
    ),
    columns={
        **GENERAL_COLUMNS,
        "state": ColumnRule(*GENERAL_COLUMNS["state"].names, "mode"),
        "step_capacity_Ah": ColumnRule("ampere-hours", *GENERAL_COLUMNS["step_capacity_Ah"].names[:2]),
    },
    headerless=Headerless(re.compile(_BITRODE_ROW, re.IGNORECASE), ",", _BITRODE_COLUMNS),
)
ZKETECH = table_format(
    name="ZKETECH EBC csv",
    traps="The current has no sign. The line Mode above the table says whether the file is a charge or a discharge.",
    instrument="ZKETECH EBC (EB Tester Software)",
    needs="Rows of time, current and voltage; the line Mode: above them gives the direction of the current.",
    certainty=0.95,
    marks=(Marks(preamble=r"EB Tester Software|zketech"),),
    state_line=r"^\W*Mode\s*:\s*([CD])\b",
)
GAMRY = table_format(
    name="Gamry DTA",
    traps="The table stands among others, with a row of units below its header.",
    endings=(".dta",),
    instrument="Gamry",
    needs="The table CURVE of a charge, discharge or chronopotentiometry, with time, voltage and current.",
    certainty=0.95,
    marks=(Marks(("pt", "t", "vf", "im")),),
    columns={**GENERAL_COLUMNS, "time_s": ColumnRule("t")},
)
IVIUM = table_format(
    name="Ivium csv",
    traps="The header may be some lines below the first one, or missing. Then the spelling of the numbers tells the file.",
    instrument="Ivium",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.9,
    marks=(
        Marks(preamble=r"Ivium"),
        Marks(header_like=r"E\s*/\s*V.*I\s*/\s*A.*Ivium"),
        Marks(header_like=r"^\W*test_time\W+amps\W+volts\W*$"),
    ),
    headerless=Headerless(re.compile(_IVIUM_ROW), ",", ("test time (s)", "amps", "volts")),
)
DIGATRON = table_format(
    name="Digatron csv",
    traps="A row of units stands below the header, which is in German or English.",
    instrument="Digatron (Battery Manager)",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(preamble="Digatron"),
        Marks(header_like=r"Prog Time.*AhAccu|Programmdauer.*Schrittdauer"),
        Marks(("prog time", "step time", "procedure")),
    ),
)
VOLTAIQ = table_format(
    name="Voltaiq vdf",
    traps="Metadata stand above the mark [DATA START], and a row of units below the header.",
    endings=(".vdf", ".csv"),
    instrument="Voltaiq data format",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(Marks(preamble=r"\[DATA START\]"), Marks(("datapoint number", "test time", "potential"))),
)
BDF = table_format(
    name="BDF csv",
    traps="Names are in either of two spellings, with unit after a slash or an underscore.",
    endings=(".bdf", ".csv"),
    instrument="Battery Data Format",
    needs=_ONE_ROW_PER_POINT,
    certainty=0.95,
    marks=(
        Marks(header_like=r"(?:Test Time|Unix Time|Voltage|Current) / \w+.*(?:Voltage|Current|Time) / \w+"),
        Marks(header_like=r"\btest_time_\w+\b.*\bvoltage_\w+\b|\bvoltage_volts?\b.*\bcurrent_amperes?\b"),
        Marks(header_like=r"\bcurrent_amperes?\b.*\bvoltage_volts?\b|\bvoltage_volts?\b.*\btest_time_\w+\b"),
    ),
)
NASA = table_format(
    name="NASA csv",
    traps="A file holds one operation. Sent with its list, the operations of a battery are one cell.",
    instrument="NASA Ames Prognostics Center of Excellence, one operation per file",
    needs="Voltage_measured, Current_measured and Time.",
    certainty=0.95,
    marks=(Marks(("voltage measured", "current measured", "temperature measured")),),
)

CYCLER_TABLES: tuple[Format, ...] = (
    *(ARBIN, BATTERY_ARCHIVE, MACCOR, BIOLOGIC, NEWARE, LANDT, NOVONIX, BASYTEC, PEC, BITRODE, ZKETECH, GAMRY, IVIUM),
    *(DIGATRON, VOLTAIQ, BDF, NASA),
)
