import { expect, test } from "vitest";
import { differentialVoltage, slopeWeights } from "../src/model/differentialVoltage";

test("the weights are Savitzky and Golay's for 7 points and a cubic", () => {
  // Table IV of Anal. Chem. 36, 1627 (1964): 22, −67, −58, 0, 58, 67, −22 over 252.
  const published = [22, -67, -58, 0, 58, 67, -22].map((weight) => weight / 252);
  for (const [place, weight] of slopeWeights(3).entries()) expect(weight).toBeCloseTo(published[place] as number, 12);
});

test("a cubic's slope is exact", () => {
  const capacities = Array.from({ length: 101 }, (_, place) => 0.5 * place);
  const voltages = capacities.map((q) => 4.2 - 0.02 * q + 4e-4 * q ** 2 - 1e-5 * q ** 3);
  const curve = differentialVoltage({ capacities, voltages });
  expect(curve?.capacityAh.length).toBeGreaterThan(90);
  for (const [place, q] of (curve?.capacityAh ?? []).entries()) {
    expect(curve?.slopeVPerAh[place]).toBeCloseTo(-0.02 + 8e-4 * q - 3e-5 * q ** 2, 9);
  }
});

test("points at one capacity are averaged, so that a voltage that goes back and forth has no slope of its own", () => {
  const capacities = Array.from({ length: 60 }, (_, place) => Math.floor(place / 2));
  const voltages = capacities.map((q, place) => 4 - 0.01 * q + (place % 2 ? 0.05 : -0.05));
  for (const slope of differentialVoltage({ capacities, voltages })?.slopeVPerAh ?? [Number.NaN])
    expect(slope).toBeCloseTo(-0.01, 9);
});

test("a branch of fewer than twelve advancing points has none", () => {
  const capacities = Array.from({ length: 40 }, (_, place) => Math.min(place, 10));
  expect(differentialVoltage({ capacities, voltages: capacities.map(() => 3.7) })).toBeNull();
});
