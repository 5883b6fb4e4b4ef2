/** Units by size: a small cell's capacity reads in mAh, a large one's in Ah. */

import { significant, UNKNOWN } from "./format";

export interface Unit {
  name: string;
  /** How many of it make one of the report's own unit. */
  factor: number;
}

type Maybe = number | null | undefined;

const units = (base: string): readonly Unit[] => [
  { name: base, factor: 1 },
  { name: `m${base}`, factor: 1e3 },
  { name: `µ${base}`, factor: 1e6 },
];
export const AMPERE_HOURS = units("Ah");
export const AMPERES = units("A");
export const OHMS = units("Ω");

/** The largest value is at least this many of its unit. */
const SMALL = 0.1;

/** The first of the units in which the largest value is not small; the first of all where none is known. */
export function unitFor([base, ...smaller]: readonly Unit[], values: readonly Maybe[]): Unit {
  const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const all = [base, ...smaller] as Unit[];
  if (largest === 0) return all[0] as Unit;
  return all.find(({ factor }) => largest * factor >= SMALL) ?? (all.at(-1) as Unit);
}

/** A capacity in Ah as text in the unit of its size. */
export function capacityText(capacity: Maybe, digits = 4): string {
  if (typeof capacity !== "number") return UNKNOWN;
  const { name, factor } = unitFor(AMPERE_HOURS, [capacity]);
  return significant(factor * capacity, digits, name);
}
