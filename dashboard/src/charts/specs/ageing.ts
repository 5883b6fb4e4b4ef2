/** Why a cell ages: dQ/dV, resistance, efficiency, rates and degradation modes. */

import type { DegradationModes, Efficiency, IncrementalCapacity, RateCapability, Resistance } from "../../api/types";
import { decimalsFor, fixed } from "../../model/format";
import { OHMS, unitFor } from "../../model/units";
import type { ChartSpec, ColorName, Series } from "../spec";
import { CYCLE_AXIS } from "./capacity";
import { inUnits } from "./inUnits";
import { colorOfCurve } from "./voltage";

export type Way = "charge" | "discharge";

/** dQ/dV of one direction; each peak is marked on its curve. */
export function incrementalSpec({ curves }: IncrementalCapacity, direction: Way): ChartSpec {
  const shown = curves.filter((curve) => curve.direction === direction);
  const series = shown.flatMap((curve, index): Series[] => {
    const color = colorOfCurve(index, shown.length);
    const label = `Cycle ${fixed(curve.cycle_number, 0)}`;
    const x = curve.dQ_dV.map((_, place) => curve.first_voltage_V + place * curve.voltage_step_V);
    const at = (voltage: number) => curve.dQ_dV[Math.round((voltage - curve.first_voltage_V) / curve.voltage_step_V)];
    const voltages = curve.peaks.voltages_V.filter((voltage) => voltage !== null);
    return [
      { label, color, x, y: curve.dQ_dV, mark: { kind: "line", width: 2 } },
      {
        label: `${label}, peaks`,
        color,
        x: voltages,
        y: voltages.map((voltage) => at(voltage) ?? null),
        mark: { kind: "points", shape: "triangle", size: 8, hollow: true },
        read: false,
      },
    ];
  });
  return inUnits({
    x: { label: "Voltage", unit: "V", decimals: 3 },
    y: { label: "dQ/dV", unit: "Ah/V", decimals: decimalsFor(series[0]?.y ?? [], 2) },
    series,
  });
}

/** The resistance of like steps over cycles where there is one per cycle, else that of every step over state of charge. */
export function resistanceSpec({ per_cycle: perCycle, steps }: Resistance): ChartSpec | null {
  if (perCycle) {
    const { name, factor } = unitFor(OHMS, perCycle.resistance_ohm);
    return {
      x: CYCLE_AXIS,
      leastXSpan: 1,
      y: resistanceAxis(perCycle.resistance_ohm, name, factor),
      series: [points("Resistance", "green", perCycle.cycle_number, scaled(perCycle.resistance_ohm, factor))],
    };
  }
  const times = [
    ["first point", "sky", steps.first_point_ohm],
    ["1 s", "blue", steps.after_1_s_ohm],
    ["10 s", "green", steps.after_10_s_ohm],
    ["30 s", "orange", steps.after_30_s_ohm],
  ] as const;
  const order = steps.state_of_charge_percent
    .flatMap((charge, place): [number, number][] => (charge === null ? [] : [[charge, place]]))
    .sort(([a], [b]) => a - b);
  const known = times.filter(([, , values]) => order.some(([, place]) => values[place] != null));
  if (known.length === 0) return null;
  const { name, factor } = unitFor(
    OHMS,
    known.flatMap(([, , values]) => order.map(([, place]) => values[place] ?? null)),
  );
  return {
    x: { label: "State of charge", unit: "%", decimals: 1 },
    leastXSpan: 5,
    y: resistanceAxis(known[0]?.[2] ?? [], name, factor),
    series: known.map(([label, color, values]) =>
      points(
        label,
        color,
        order.map(([charge]) => charge),
        scaled(
          order.map(([, place]) => values[place] ?? null),
          factor,
        ),
      ),
    ),
  };
}

export const EFFICIENCIES = {
  energy_efficiency_percent: ["Energy efficiency", "%", 2],
  hysteresis_V: ["Hysteresis", "V", 4],
  mean_discharge_voltage_V: ["Mean discharge voltage", "V", 4],
  mean_charge_voltage_V: ["Mean charge voltage", "V", 4],
  constant_voltage_charge_percent: ["Charged at constant voltage", "%", 2],
  coulombic_inefficiency_percent_per_h: ["Coulombic inefficiency per hour", "%/h", 4],
  charge_end_slippage_Ah: ["Slippage of the end of charge", "Ah", 3],
  discharge_end_slippage_Ah: ["Slippage of the end of discharge", "Ah", 3],
} as const;

export type EfficiencyFigure = keyof typeof EFFICIENCIES;

/** The figures in which this cell has at least one value. */
export function efficienciesOf({ table }: Efficiency): EfficiencyFigure[] {
  return (Object.keys(EFFICIENCIES) as EfficiencyFigure[]).filter((name) =>
    table[name].some((value) => value !== null),
  );
}

export function efficiencyFigureSpec({ table }: Efficiency, figure: EfficiencyFigure): ChartSpec {
  const [label, unit, decimals] = EFFICIENCIES[figure];
  return inUnits({
    x: CYCLE_AXIS,
    leastXSpan: 1,
    y: { label, unit, decimals },
    series: [points(label, "purple", table.cycle_number, table[figure])],
  });
}

/** Capacity over the rate, one line per age. */
export function rateSpec({ sets }: RateCapability): ChartSpec {
  const series = sets.map((one, index): Series => {
    const rates = one.rates
      .flatMap(({ rate_C: rate, capacity_Ah: capacity }): [number, number][] =>
        rate === null ? [] : [[rate, capacity]],
      )
      .sort(([a], [b]) => a - b);
    return {
      label: `At cycle ${fixed(one.age_cycle, 0)}`,
      color: colorOfCurve(index, sets.length),
      x: rates.map(([rate]) => rate),
      y: rates.map(([, capacity]) => capacity),
      mark: { kind: "points", shape: "circle", size: 8 },
    };
  });
  return inUnits({
    x: { label: "Discharge rate", unit: "C", decimals: 2 },
    y: { label: "Capacity", unit: "Ah", decimals: 3 },
    series,
  });
}

/** Each mode over the cycles, and the ends of its interval as thin lines. */
export function modesSpec(modes: DegradationModes): ChartSpec {
  const named = [
    ["Lithium inventory", "blue", modes.lithium_inventory],
    ["Negative material", "vermilion", modes.negative_material],
    ["Positive material", "green", modes.positive_material],
  ] as const;
  const series = named.flatMap(([label, color, loss]): Series[] => {
    if (!loss) return [];
    const end = { color, x: modes.cycles, mark: { kind: "line", width: 1, dash: [3, 4] }, read: false } as const;
    return [
      { label, color, x: modes.cycles, y: loss.loss_percent, mark: { kind: "line", width: 2.5 } },
      { ...end, label: `${label}, 90 % interval`, y: loss.low_percent },
      { ...end, label: `${label}, 90 % interval`, y: loss.high_percent },
    ];
  });
  return { x: CYCLE_AXIS, leastXSpan: 1, y: { label: "Lost", unit: "%", decimals: 2 }, leastYSpan: 1, series };
}

function points(label: string, color: ColorName, x: readonly number[], y: readonly (number | null)[]): Series {
  return { label, color, x, y, mark: { kind: "points", shape: "circle", size: 5 } };
}

function scaled(values: readonly (number | null)[], factor: number): (number | null)[] {
  return values.map((value) => (value === null ? null : factor * value));
}

function resistanceAxis(values: readonly (number | null)[], unit: string, factor: number) {
  return { label: "Resistance", unit, decimals: decimalsFor(scaled(values, factor), 3) };
}
