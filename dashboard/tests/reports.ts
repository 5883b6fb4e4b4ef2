/** Reports to test with: as small as the schema allows, each test saying what matters to it. */

import type { Projection, Report, VoltageCurve } from "../src/api/types";

export const PROJECTION: Projection = {
  fade_rate: -0.01,
  projected_eol_cycle: null,
  confidence: null,
  method: "none",
  interval: null,
  abstained: true,
  abstention_reason: "The fade has hardly begun.",
  r_squared: 0.9,
  initial_capacity: 50,
  eol_capacity: 40,
  eol_threshold: 0.8,
  remaining_cycles: null,
  remaining_equivalent_full_cycles: null,
  models: [],
};

const UNKNOWN = { mean: null, median: null, min: null, max: null, std_dev: null };

interface Given {
  name?: string;
  cycles?: number[];
  discharge?: (number | null)[];
  efficiency?: (number | null)[];
  projection?: Partial<Projection>;
  curves?: VoltageCurve[];
  retention?: number | null;
}

export function reportOf(given: Given = {}): Report {
  const { name = "CELL", cycles = [1, 2, 3], projection = {}, curves = [], retention = 98 } = given;
  const unknown = cycles.map(() => null);
  const { discharge = unknown, efficiency = unknown } = given;
  return {
    metadata: {
      cell_id: name,
      form_factor: "Prismatic",
      nominal_capacity_in_Ah: 50,
      total_cycles: cycles.length,
      first_cycle_number: cycles[0] ?? 0,
      last_cycle_number: cycles.at(-1) ?? 0,
      cell_kind: "full_cell",
      cell_kind_from: "the voltage window",
      test_temperature_C: 25,
    },
    capacity_fade: {
      cycle_numbers: cycles,
      charge_capacities: unknown,
      discharge_capacities: discharge,
      coulombic_efficiencies: efficiency,
      capacity_fade_percentage: null,
      capacity_fade_rate_per_cycle: null,
      capacity_retention_percentage: retention,
      retention_of_nominal_percentage: null,
      reference_cycle: cycles[0] ?? null,
      last_compared_cycle: cycles.at(-1) ?? null,
      basis: "The ageing cycles were compared.",
      groups: [],
      check_ups: null,
      knee: null,
      capacity_plot: null,
    },
    voltage_profile: {
      voltage_curves: curves,
      voltage_stats: { min_voltage: null, max_voltage: null, avg_voltage: null },
      voltage_profile_plot: null,
      differential_voltage_plot: null,
    },
    temperature_analysis: {
      has_temperature_data: false,
      average_temperature: null,
      temperature_range: { min: null, max: null },
      temperature_stats: { mean: null, median: null, std_dev: null, p10: null, p90: null },
      correlation_with_capacity: null,
      no_correlation_reason: "The file holds no temperature.",
      temperature_vs_capacity_plot: null,
    },
    statistical_metrics: {
      charge_discharge_stats: { charge_capacity: UNKNOWN, discharge_capacity: UNKNOWN },
      current_stats: UNKNOWN,
      voltage_stats: UNKNOWN,
      cycle_life_projection: { ...PROJECTION, ...projection },
    },
    battery_health: {
      health_score: retention,
      health_status: "Excellent",
      capacity_retention: retention,
      degradation_indicators: [],
    },
    data_quality: [],
    cycle_table: {
      cycle_number: cycles,
      charge_capacity_Ah: unknown,
      discharge_capacity_Ah: discharge,
      coulombic_efficiency_percent: efficiency,
      charge_energy_Wh: unknown,
      discharge_energy_Wh: unknown,
      energy_efficiency_percent: unknown,
      min_voltage_V: unknown,
      max_voltage_V: unknown,
      mean_temperature_C: unknown,
      resistance_ohm: unknown,
      duration_s: unknown,
      equivalent_full_cycles: unknown,
      discharge_incomplete: cycles.map(() => false),
      kind: cycles.map(() => "ageing"),
      shape: cycles.map(() => "whole"),
      group: cycles.map(() => "ageing"),
      compared_capacity_Ah: discharge,
    },
    test_protocol: { summary: "Ageing.", blocks: [], blocks_left_out: 0 },
    source: {
      format: "CALB pickle",
      certainty: 1,
      files: [`${name}.pkl`],
      extra_columns: [],
      evidence: ["it names cycle_data"],
      columns: [{ source_name: "voltage_in_V", quantity: "voltage_V", unit: "V", assumed: false }],
      runner_up: null,
      points: 300,
    },
  };
}
