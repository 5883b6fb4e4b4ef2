"""The metadata of a cell in a CALB file."""

from sample_cells.cell import MetadataValue
from sample_cells.chemistry import Chemistry
from sample_cells.protocol import Protocol


def calb_metadata(
    cell_id: str, chemistry: Chemistry, protocol: Protocol, nominal_capacity_Ah: float
) -> dict[str, MetadataValue]:
    """The metadata of the CALB files, under their names and in their order."""
    charge_rate: MetadataValue = protocol.charge[0].rate_C if len(protocol.charge) == 1 else "stepcharge"
    return {
        "cell_id": cell_id,
        "form_factor": "Prismatic",
        "anode_material": chemistry.anode,
        "cathode_material": chemistry.cathode,
        "electrolyte_material": None,
        "nominal_capacity_in_Ah": nominal_capacity_Ah,
        "depth_of_charge": 1.0,
        "depth_of_discharge": 1.0,
        "already_spent_cycles": 0,
        "max_voltage_limit_in_V": protocol.upper_limit_V,
        "min_voltage_limit_in_V": protocol.lower_limit_V,
        "max_current_limit_in_A": None,
        "min_current_limit_in_A": None,
        "reference": None,
        "description": "synthetic cell of the Battery Analytics API's sample_cells",
        "charge_protocol": [_protocol_entry(charge_rate, 0.0, 1.0)],
        "discharge_protocol": [_protocol_entry(protocol.discharge_rate_C, 1.0, 0.0)],
        "SOC_interval": [0, 1],
    }


def _protocol_entry(rate_C: MetadataValue, start_soc: float, end_soc: float) -> dict[str, MetadataValue]:
    return {
        "rate_in_C": rate_C,
        "current_in_A": None,
        "voltage_in_V": None,
        "power_in_W": None,
        "start_voltage_in_V": None,
        "start_soc": start_soc,
        "end_voltage_in_V": None,
        "end_soc": end_soc,
    }
