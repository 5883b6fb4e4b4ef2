"""The columns of BioLogic's binary files by number: the names that EC-Lab's text export gives them, and their formats."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# The flags by id: the name, and the bits of the byte that hold it.
FLAGS: Mapping[int, tuple[str, int, int]] = MappingProxyType(
    {
        1: ("mode", 0b0000_0011, 0),
        2: ("ox/red", 0b0000_0100, 2),
        3: ("error", 0b0000_1000, 3),
        21: ("control changes", 0b0001_0000, 4),
        31: ("Ns changes", 0b0010_0000, 5),
        65: ("counter inc.", 0b1000_0000, 7),
    }
)


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of a record. Without `format` its id is not known; without `is_sure` its name is known, its width assumed."""

    id: int
    name: str
    format: str
    is_sure: bool

    @property
    def is_flags(self) -> bool:
        return self.id in FLAGS


# The other columns by format. Each line has the id of its first column, and the names of that and those that follow it.
_SURE: Mapping[str, str] = MappingProxyType(
    {
        "<f8": """
            4: time/s
            7: dq/mA.h
            11: <I>/mA
            13: (Q-Qo)/mA.h
            23: dQ/mA.h, cycle number
            74: |Energy|/W.h
            123: Energy charge/W.h, Energy discharge/W.h, Capacitance charge/µF, Capacitance discharge/µF
            438: step time/s
            467: Q charge/discharge/mA.h
            878: Energy ce/W.h
            880: Energy we/W.h
            883: Energy ce charge/W.h, Energy ce discharge/W.h
        """,
        "<f4": """
            5: control/V/mA, Ewe/V
            8: I/mA, Ece/V
            16: Analog IN 1/V, Analog IN 2/V
            19: control/V, control/mA
            26: Rapp/Ohm, Ewe-Ece/V
            32: freq/Hz, |Ewe|/V, |I|/A, Phase(Z)/deg, |Z|/Ohm, Re(Z)/Ohm, -Im(Z)/Ohm
            69: R/Ohm, P/W
            75: Analog OUT/V, <I>/mA, <Ewe>/V, Cs-2/µF-2
            96: |Ece|/V
            98: Phase(Zce)/deg, |Zce|/Ohm, Re(Zce)/Ohm, -Im(Zce)/Ohm
            163: |Estack|/V
            168: Rcmp/Ohm, Cs/µF
            172: Cp/µF, Cp-2/µF-2, <Ewe>/V
            422: Phase(Zstack)/deg, |Zstack|/Ohm, Re(Zstack)/Ohm, -Im(Zstack)/Ohm, <Estack>/V
            430: Phase(Zwe-ce)/deg, |Zwe-ce|/Ohm, Re(Zwe-ce)/Ohm, -Im(Zwe-ce)/Ohm, (Q-Qo)/C, dQ/C
            441: <Ece>/V
            462: Temperature/°C
            471: <Ece>/V
            473: THD Ewe/%, THD I/%, THD Ece/%, NSD Ewe/%, NSD I/%, NSD Ece/%, NSR Ewe/%, NSR I/%, NSR Ece/%
            486: |Ewe h2|/V, |Ewe h3|/V, |Ewe h4|/V, |Ewe h5|/V, |Ewe h6|/V, |Ewe h7|/V
            492: |I h2|/A, |I h3|/A, |I h4|/A, |I h5|/A, |I h6|/A, |I h7|/A
            498: |Ece h2|/V, |Ece h3|/V, |Ece h4|/V, |Ece h5|/V, |Ece h6|/V, |Ece h7|/V
            504: Rac/Ohm, Rdc/Ohm
        """,
        "<u4": "468: half cycle, z cycle",
        "<u2": """
            39: I Range
            131: Ns
        """,
        "u1": "509: Acir/Dcir Control",
    }
)

# Columns whose names BioLogic has published and whose formats are assumed.
_ASSUMED: Mapping[str, str] = MappingProxyType(
    {
        "<f8": """
            25: DQ/mA.h
            40: Q charge/mA.h, Q discharge/mA.h, Q charge/mA.h/g, Q discharge/mA.h/g
            44: Q anodic/C, Q cathodic/C, Q anodic/C/cm2, Q cathodic/C/cm2
            437: cycle time/s
            439: charge time/s, discharge time/s
            442: d(Q-Qo)/dE/mA.h/V, Capacity/mA.h
            449: dQdisk/C, (Q-Qo)disk/C, cycle number
            455: (Q-Qo)ring/C
            460: <time>/s
            510: LTime/s
        """,
        "<f4": """
            10: Aux/V
            12: log(|<I>/A|)
            14: x
            18: Analog IN 3/V
            22: log(|I/A|)
            28: control/°C, T/°C, rotation rate/rpm
            50: E0/V, Ian min/mA, Ian max/mA, Ica min/mA, Ica max/mA, Ean end/V, Eca end/V, Ece min/V, Ece max/V
            59: Analog IN 1 min/V, Analog IN 1 max/V, Analog IN 2 min/V, Analog IN 2 max/V, Analog IN 3 min/V
            64: Analog IN 3 max/V
            66: I forward/mA, I reverse/mA, I delta/µA
            71: control/°C, T/°C, rotation rate/rpm
            79: E step/V, Rp/Ohm, Ecorr/V, Icorr/mA, I/A/cm2, Q/C/cm2, Aux
            97: |Ice|/A
            102: Cce-2/µF-2, Estack/V, Istack/A, |E21|/V, Phase(Z21)/deg, |E32|/V, Phase(Z32)/deg
            109: |Z21|/Ohm, Re(Z21)/Ohm, -Im(Z21)/Ohm, C21-2/µF-2, |Z32|/Ohm, Re(Z32)/Ohm, -Im(Z32)/Ohm, C32-2/µF-2
            117: E21/V, E32/V, Re(Y)/Ohm-1, Im(Y)/Ohm-1, |Y|/Ohm-1, Phase(Y)/deg
            127: Delta(Phase(Z))/%, Delta(|Z|)/%, Delta(Re(Z))/%, Delta(-Im(Z))/%
            132: dI/dt/mA/s, Delta(mass)/g
            154: Delta(Phase(Y))/%, Delta(|Y|)/%, Delta(Re(Y))/%, Delta(-Im(Y))/%, t low, t high, dt/dE/s/V
            161: Delta(Phase(Z))/deg, Delta(Phase(Y))/deg
            164: |Istack|/A
            167: Phase(I)/rad
            170: sin ampl/V, Conductivity/S.cm-1
            175: Efficiency/%, Cycling rate charge, Cycling rate discharge, Wavelength/nm, Fluorescence/V, Fluorescence/%
            181: Transmittance/%, CD/mdeg, ORD/mdeg, Aniso Vv/V, Aniso Vh/V, LD Vv/V, LD Vh/V, LD/deltaA
            189: Anisotropy/Aniso, T peltier/°C, T cuvette/°C, Absorbance/AU, HV/V, Absorbance2/AU, Absorbance/V
            196: If/mA, Ic/mA, CA/mol.L-1, CB/mol.L-1, CC/mol.L-1, CD/mol.L-1, CE/mol.L-1, CF/mol.L-1, CG/mol.L-1
            205: CH/mol.L-1, CI/mol.L-1, CJ/mol.L-1
            421: Phase2/deg
            427: <Istack>/mA, Potential/V, Potential/V
            436: Ece dc/V
            444: control disk/V, control disk/mA, Edisk/V, Ecedisk=Ecering/V, Idisk/mA
            452: control ring/V, Ering/V, Iring/mA
            456: Pdisk/W, Pring/W, Edisk-Ece/V, Ering-Ece/V
            461: <EweX>/V
            464: Time/µs
            470: It/mA
            472: Vcorr/mm/yr
            485: Instr
            506: TCU control/°C, TCU meas./°C
            511: Re(C)/nF, Im(C)/nF, |C|/nF, Phase(C)/deg, Re(M), Im(M), |M|, Phase(M)/deg
            519: Re(Permittivity), Im(Permittivity), |Permittivity|, Phase(Permittivity)/deg
            523: Re(Conductivity)/mS/cm, Im(Conductivity)/mS/cm, |Conductivity|/mS/cm, Phase(Conductivity)/deg
            527: Re(Resistivity)/Ohm.cm, Im(Resistivity)/Ohm.cm, |Resistivity|/Ohm.cm, Phase(Resistivity)/deg
            531: Tan(Delta), Loss Angle(Delta)/deg, TCU base/°C, TCU cell/°C, TCU sample/°C
            536: Ewe initial/V, Ewe final/V, I initial/mA, I final/mA, P min/W, P max/W, T min/°C, T max/°C
        """,
        "<u4": """
            48: Tech Num, End buf
            208: shot number, pad number, electrode number
            484: NbIterInstr
        """,
        "<u2": "465: I Range disk, I Range ring",
        "u1": """
            463: Ramp upwards
            482: ShuntIsChanging, ModeIsChanging
            508: Regulation
        """,
    }
)

# Columns of which there is one for each element of a stack, or for each quantity that the user has defined, by the first id.
_NUMBERED: Mapping[int, tuple[int, str]] = MappingProxyType(
    {
        134: (20, "Custom{:02}"),
        211: (30, "E{}/V"),
        241: (30, "|E{}|/V"),
        271: (30, "Phase(Z{})/deg"),
        301: (30, "|Z{}|/Ohm"),
        331: (30, "Re(Z{})/Ohm"),
        361: (30, "-Im(Z{})/Ohm"),
        391: (30, "<E{}>/V"),
    }
)


def _known_columns() -> Iterator[StoredColumn]:
    for is_sure, columns in ((True, _SURE), (False, _ASSUMED)):
        for each, lines in columns.items():
            for line in lines.strip().splitlines():
                first, names = line.strip().split(": ", 1)
                for number, name in enumerate(names.split(", "), int(first)):
                    yield StoredColumn(number, name, each, is_sure)
    for first_id, (count, written) in _NUMBERED.items():
        for number in range(count):
            yield StoredColumn(first_id + number, written.format(number + 1), "<f4", is_sure=True)


KNOWN: Mapping[int, StoredColumn] = MappingProxyType({column.id: column for column in _known_columns()})
