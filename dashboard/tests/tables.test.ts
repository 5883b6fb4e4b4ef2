import { expect, test } from "vitest";
import { csvOf, cycleTableCsv } from "../src/model/tables";
import { reportOf } from "./reports";

test("the per-cycle table has the API's standard names, and an empty field for what is not known", () => {
  const { cycle_table: table } = reportOf({ cycles: [2, 3], discharge: [58.81946, null] });
  const [header, first, second, end] = cycleTableCsv(table).split("\r\n");
  expect(header).toBe(
    "cycle_number,charge_capacity_Ah,discharge_capacity_Ah,coulombic_efficiency_percent,charge_energy_Wh," +
      "discharge_energy_Wh,energy_efficiency_percent,min_voltage_V,max_voltage_V,mean_temperature_C,resistance_ohm," +
      "duration_s,equivalent_full_cycles,discharge_incomplete,kind,shape,group,compared_capacity_Ah",
  );
  expect(first).toBe("2,,58.81946,,,,,,,,,,,false,ageing,whole,ageing,58.81946");
  expect(second).toBe("3,,,,,,,,,,,,,false,ageing,whole,ageing,");
  expect(end).toBe("");
});

test("separators, quotes and line ends within a text are quoted", () => {
  expect(csvOf(["a"], [['say "so", twice'], ["two\nlines"]])).toBe('a\r\n"say ""so"", twice"\r\n"two\nlines"\r\n');
});

test("a name that a spreadsheet would run as a formula is text, and a negative number stays a number", () => {
  expect(csvOf(["a"], [["=HYPERLINK(1)"], ["+1"], ["@x"], [-0.5]])).toBe(
    "a\r\n'=HYPERLINK(1)\r\n'+1\r\n'@x\r\n-0.5\r\n",
  );
});
