import { describe, expect, test } from "vitest";
import {
  efficienciesOf,
  efficiencyFigureSpec,
  incrementalSpec,
  modesSpec,
  rateSpec,
  resistanceSpec,
} from "../src/charts/specs/ageing";
import { overlaySpec } from "../src/charts/specs/overlay";
import { missingOf } from "../src/model/ageing";
import type { PageCell } from "../src/model/cells";
import { reportOf } from "./reports";

const NO_PEAKS = {
  voltages_V: [3.2],
  voltage_uncertainties_V: [0.001],
  heights_Ah_per_V: [5],
  height_uncertainties_Ah_per_V: [0.1],
  areas_Ah: [null],
  area_uncertainties_Ah: [null],
  widths_V: [0.4],
  width_uncertainties_V: [0.01],
};
const CURVE = {
  cycle_number: 7,
  direction: "discharge" as const,
  rate_C: 0.05,
  distorted: false,
  first_voltage_V: 3,
  voltage_step_V: 0.1,
  dQ_dV: [10, 20, 50, 20],
  peaks: NO_PEAKS,
};

describe("dQ/dV", () => {
  const incremental = {
    ...reportOf().incremental_capacity,
    curves: [CURVE, { ...CURVE, direction: "charge" as const }],
  };

  test("has a curve over its grid of voltages, with its peaks on it", () => {
    const { series } = incrementalSpec(incremental, "discharge");
    expect(series.map(({ label }) => label)).toEqual(["Cycle 7", "Cycle 7, peaks"]);
    expect(series[0]?.x.map((value) => value.toFixed(1))).toEqual(["3.0", "3.1", "3.2", "3.3"]);
    expect([series[1]?.x, series[1]?.y]).toEqual([[3.2], [50]]);
  });

  test("shows one direction", () => {
    expect(incrementalSpec(incremental, "charge").series).toHaveLength(2);
    expect(incrementalSpec({ ...incremental, curves: [] }, "charge").series).toHaveLength(0);
  });
});

describe("resistance", () => {
  const none = reportOf().resistance;

  test("without any step is no chart", () => {
    expect(resistanceSpec(none)).toBeNull();
  });

  test("of steps is over ascending state of charge, in the unit of its size", () => {
    const steps = {
      ...none.steps,
      state_of_charge_percent: [90, 10, null],
      after_10_s_ohm: [0.002, 0.003, 0.9],
      after_30_s_ohm: [null, null, 0.9],
    };
    const spec = resistanceSpec({ ...none, steps });
    expect(spec?.y.unit).toBe("mΩ");
    expect(spec?.series.map(({ label, x, y }) => [label, x, y])).toEqual([["10 s", [10, 90], [3, 2]]]);
  });
});

describe("efficiency", () => {
  test("offers the figures that are known", () => {
    const { efficiency } = reportOf({ cycles: [1, 2] });
    const known = { ...efficiency, table: { ...efficiency.table, hysteresis_V: [0.1, 0.12] } };
    expect(efficienciesOf(known)).toEqual(["hysteresis_V"]);
    expect(efficiencyFigureSpec(known, "hysteresis_V").series[0]?.y).toEqual([0.1, 0.12]);
  });
});

describe("modes and rates", () => {
  test("have a line per mode with the ends of its interval", () => {
    const loss = { loss_percent: [0, 5], low_percent: [0, 4], high_percent: [0, 6], capacity_loss_percent: [0, 5] };
    const { series } = modesSpec({
      ...reportOf().degradation_modes,
      cycles: [1, 90],
      lithium_inventory: loss,
    });
    expect(series.map(({ label, y }) => [label, y])).toEqual([
      ["Lithium inventory", [0, 5]],
      ["Lithium inventory, 90 % interval", [0, 4]],
      ["Lithium inventory, 90 % interval", [0, 6]],
    ]);
  });

  test("without values have no series", () => {
    expect(modesSpec(reportOf().degradation_modes).series).toEqual([]);
    expect(rateSpec(reportOf().rate_capability).series).toEqual([]);
  });
});

test("what is not shown has the report's reason", () => {
  expect(missingOf(reportOf())).toContainEqual(["degradation modes", "The test has no slow discharge."]);
});

describe("cells compared", () => {
  const cellOf = (cycles: number[], discharge: number[]): PageCell => {
    const report = reportOf({ cycles, discharge });
    const table = {
      ...report.cycle_table,
      duration_s: cycles.map(() => 43_200),
      resistance_ohm: cycles.map(() => 0.002),
    };
    return { key: "A", name: "A", colorIndex: 0, report: { ...report, cycle_table: table } } as unknown as PageCell;
  };
  const cell = cellOf([1, 2, 3], [10, 9, 8]);

  test("are over what has passed until each cycle's end", () => {
    expect(overlaySpec([cell], "capacity", "throughput").series[0]?.x).toEqual([10, 19, 27]);
    expect(overlaySpec([cell], "capacity", "days").series[0]?.x).toEqual([0.5, 1, 1.5]);
    expect(overlaySpec([cell], "capacity").series[0]?.x).toEqual([1, 2, 3]);
  });

  test("without full cycles are not drawn over them", () => {
    expect(overlaySpec([cell], "capacity", "full").series).toEqual([]);
  });

  test("show any figure of the table in its unit", () => {
    const { y, series } = overlaySpec([cell], "duration_s");
    expect([y.label, y.unit, series[0]?.y]).toEqual(["Duration", "h", [12, 12, 12]]);
  });

  test("retain their share of the reference cycle, although an earlier one is off", () => {
    const off = cellOf([1, 2, 3], [2, 10, 9]);
    off.report.capacity_fade.reference_cycle = 2;
    expect(overlaySpec([off], "retention").series[0]?.y).toEqual([20, 100, 90]);
  });
});
