/**
 * dV/dQ of a discharge, computed like the API's plot: the voltage on a uniform capacity grid that is not finer than its
 * points, differentiated by a Savitzky–Golay filter of order 3 over 6 % of the capacity.
 *
 * Sources: Dubarry & Anseán, Front. Energy Res. 10, 1023555 (2022); Savitzky & Golay, Anal. Chem. 36, 1627 (1964).
 */

import type { Branch } from "../api/types";

const MOST_GRID_POINTS = 400;
const FEWEST_POINTS = 12;
const WINDOW_SHARE = 0.06;
const SHORTEST_WINDOW = 7;

export interface DifferentialCurve {
  capacityAh: number[];
  slopeVPerAh: number[];
}

/** Null if the branch has too few points at which the capacity increases. */
export function differentialVoltage(branch: Branch): DifferentialCurve | null {
  const { capacity, voltage } = advancing(branch);
  const first = capacity[0];
  const last = capacity.at(-1);
  if (capacity.length < FEWEST_POINTS || first === undefined || last === undefined) return null;
  const points = Math.min(MOST_GRID_POINTS, capacity.length);
  const step = (last - first) / (points - 1);
  const grid = Array.from({ length: points }, (_, place) => first + place * step);
  const onGrid = interpolated(grid, capacity, voltage);
  const half = Math.floor(Math.max(SHORTEST_WINDOW, Math.round(WINDOW_SHARE * points)) / 2);
  const weights = slopeWeights(half);
  const capacityAh = grid.slice(half, points - half);
  const slopeVPerAh = capacityAh.map((_, place) => {
    let slope = 0;
    for (let offset = 0; offset <= 2 * half; offset += 1) slope += at(weights, offset) * at(onGrid, place + offset);
    return slope / step;
  });
  return { capacityAh, slopeVPerAh };
}

/** Strictly increasing capacity, with the mean voltage of the points that share one; unknown points are left out. */
function advancing({ capacities, voltages }: Branch) {
  const capacity: number[] = [];
  const sums: number[] = [];
  const counts: number[] = [];
  capacities.forEach((reached, place) => {
    const volts = voltages[place];
    if (reached === null || volts === null || volts === undefined) return;
    const last = capacity.length - 1;
    if (last < 0 || reached > at(capacity, last)) {
      capacity.push(reached);
      sums.push(volts);
      counts.push(1);
    } else {
      sums[last] = at(sums, last) + volts;
      counts[last] = at(counts, last) + 1;
    }
  });
  return { capacity, voltage: sums.map((sum, place) => sum / at(counts, place)) };
}

function interpolated(grid: readonly number[], x: readonly number[], y: readonly number[]): number[] {
  let right = 1;
  return grid.map((place) => {
    while (right < x.length - 1 && at(x, right) < place) right += 1;
    const share = (place - at(x, right - 1)) / (at(x, right) - at(x, right - 1));
    return at(y, right - 1) + Math.min(share, 1) * (at(y, right) - at(y, right - 1));
  });
}

/** The weights for the slope in the middle of the least-squares cubic through 2·half + 1 points at distance one. */
export function slopeWeights(half: number): number[] {
  // By symmetry only the odd powers count: c₁ solves [S₂ S₄; S₄ S₆]·(c₁, c₃) = (Σ kyₖ, Σ k³yₖ).
  const sum = (power: number) => {
    let total = 0;
    for (let place = -half; place <= half; place += 1) total += place ** power;
    return total;
  };
  const [s2, s4, s6] = [sum(2), sum(4), sum(6)];
  const determinant = s2 * s6 - s4 * s4;
  return Array.from({ length: 2 * half + 1 }, (_, index) => {
    const place = index - half;
    return (s6 * place - s4 * place ** 3) / determinant;
  });
}

function at(values: readonly number[], place: number): number {
  return values[place] as number;
}
