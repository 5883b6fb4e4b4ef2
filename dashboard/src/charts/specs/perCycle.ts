/** Any column of the cycle table over cycles, by its standard name. */

import type { CycleTable } from "../../api/types";
import { decimalsFor } from "../../model/format";
import { OHMS, unitFor } from "../../model/units";
import { extremes } from "../limits";
import type { Axis, ChartSpec, ColorName } from "../spec";
import { CYCLE_AXIS } from "./capacity";
import { inUnits } from "./inUnits";

export interface Figure extends Axis {
  column: keyof CycleTable;
  color: ColorName;
  /** The factor from the value in the table to the unit. */
  factor: number;
}

/** The smallest height of the axis, as a share of the values: smaller changes are rounding. */
const LEAST_SHARE = 1e-4;

const figure = (
  column: keyof CycleTable,
  label: string,
  unit: string,
  decimals: number,
  color: ColorName,
  factor = 1,
): Figure => ({
  column,
  label,
  unit,
  decimals,
  color,
  factor,
});

export const FIGURES: readonly Figure[] = [
  figure("resistance_ohm", "Resistance", "Ω", 3, "green"),
  figure("energy_efficiency_percent", "Energy efficiency", "%", 2, "purple"),
  figure("discharge_energy_Wh", "Discharge energy", "Wh", 2, "blue"),
  figure("charge_energy_Wh", "Charge energy", "Wh", 2, "orange"),
  figure("mean_temperature_C", "Mean temperature", "°C", 2, "vermilion"),
  figure("min_voltage_V", "Lowest voltage", "V", 4, "sky"),
  figure("max_voltage_V", "Highest voltage", "V", 4, "sky"),
  figure("duration_s", "Duration", "h", 2, "grey", 1 / 3600),
  figure("equivalent_full_cycles", "Equivalent full cycles", "", 1, "grey"),
];

/** The columns in which this cell has at least one value. */
export function figuresOf(table: CycleTable): Figure[] {
  return FIGURES.filter(({ column }) => (table[column] as (number | null)[]).some((value) => value !== null));
}

export function figureSpec(table: CycleTable, figure: Figure): ChartSpec {
  const { column, color, factor, ...axis } = inUnitOfSize(table, figure);
  const y = (table[column] as (number | null)[]).map((value) => (value === null ? null : factor * value));
  return {
    x: CYCLE_AXIS,
    leastXSpan: 1,
    leastYSpan: LEAST_SHARE * Math.max(...extremes(y.filter((value) => value !== null)).map(Math.abs)),
    y: { ...axis, decimals: decimalsFor(y, axis.decimals) },
    series: [
      { label: axis.label, color, x: table.cycle_number, y, mark: { kind: "points", shape: "circle", size: 5 } },
    ],
  };
}

/** A resistance reads in Ω, mΩ or µΩ, by its size. */
function inUnitOfSize(table: CycleTable, figure: Figure): Figure {
  if (figure.unit !== "Ω") return figure;
  const { name, factor } = unitFor(OHMS, table[figure.column] as (number | null)[]);
  return { ...figure, unit: name, factor };
}

/** Discharge capacity against the cycle's mean temperature. */
export function temperatureSpec({
  mean_temperature_C: temperatures,
  discharge_capacity_Ah: capacities,
}: CycleTable): ChartSpec {
  const known = temperatures.flatMap((temperature, place): [number, number | null][] =>
    temperature === null ? [] : [[temperature, capacities[place] ?? null]],
  );
  known.sort(([a], [b]) => a - b);
  return inUnits({
    x: { label: "Mean temperature", unit: "°C", decimals: 2 },
    leastXSpan: 1,
    y: { label: "Discharge capacity", unit: "Ah", decimals: decimalsFor(capacities, 3) },
    series: [
      {
        label: "Discharge capacity",
        color: "blue",
        x: known.map(([temperature]) => temperature),
        y: known.map(([, capacity]) => capacity),
        mark: { kind: "points", shape: "circle", size: 5 },
      },
    ],
  });
}
