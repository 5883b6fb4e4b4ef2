/** A chart with its capacities in the unit of their size. */

import { decimalsFor } from "../../model/format";
import { AMPERE_HOURS, type Unit, unitFor } from "../../model/units";
import type { Axis, ChartSpec, Range, Series } from "../spec";

/** Axes in Ah change to mAh or µAh where the values are small, and a slope in mV/Ah with them. */
export function inUnits(spec: ChartSpec): ChartSpec {
  const x =
    spec.x.unit === "Ah"
      ? unitFor(
          AMPERE_HOURS,
          spec.series.flatMap(({ x: values }) => values),
        )
      : null;
  const y =
    spec.y.unit === "Ah"
      ? unitFor(
          AMPERE_HOURS,
          spec.series.flatMap(({ y: values }) => values),
        )
      : null;
  const slope = x && spec.y.unit === "mV/Ah" ? { name: `mV/${x.name}`, factor: 1 / x.factor } : null;
  return scaled(spec, changed(x), changed(y ?? slope));
}

function changed(unit: Unit | null): Unit | null {
  return unit && unit.factor !== 1 ? unit : null;
}

function scaled(spec: ChartSpec, x: Unit | null, y: Unit | null): ChartSpec {
  if (!x && !y) return spec;
  const series = spec.series.map(
    (one): Series => ({
      ...one,
      x: x ? one.x.map((value) => value * x.factor) : one.x,
      y: y ? one.y.map((value) => (value === null ? null : value * y.factor)) : one.y,
    }),
  );
  return {
    ...spec,
    series,
    x: x
      ? axis(
          spec.x,
          x,
          series.flatMap((one) => one.x),
        )
      : spec.x,
    y: y
      ? axis(
          spec.y,
          y,
          series.flatMap((one) => one.y),
        )
      : spec.y,
    xRange: range(spec.xRange, x),
    yUsual: range(spec.yUsual, y),
    ...(spec.leastXSpan === undefined ? {} : { leastXSpan: spec.leastXSpan * (x?.factor ?? 1) }),
    ...(spec.leastYSpan === undefined ? {} : { leastYSpan: spec.leastYSpan * (y?.factor ?? 1) }),
  };
}

function axis(old: Axis, unit: Unit, values: readonly (number | null)[]): Axis {
  return { ...old, unit: unit.name, decimals: decimalsFor(values, 2) };
}

function range(old: Range | undefined, unit: Unit | null): Range | undefined {
  return old && unit ? [old[0] * unit.factor, old[1] * unit.factor] : old;
}
