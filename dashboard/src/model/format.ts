/** Numbers as text: grouped, with their unit, and a dash for an unknown value. */

export const UNKNOWN = "–";

type Maybe = number | null | undefined;

function isNumber(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Kept, because making one takes longer than using it a hundred times, and an axis uses one per tick and frame. */
const formats = new Map<number, Intl.NumberFormat>();

function formatOf(decimals: number): Intl.NumberFormat {
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return format;
}

/** With a fixed number of decimals. */
export function fixed(value: Maybe, decimals: number, unit = ""): string {
  if (!isNumber(value)) return UNKNOWN;
  const text = formatOf(decimals).format(value);
  return withUnit(text.replace(/^-(0(\.0+)?)$/, "$1"), unit);
}

/** With this number of significant digits, for values of unknown size. */
export function significant(value: Maybe, digits: number, unit = ""): string {
  if (!isNumber(value)) return UNKNOWN;
  return withUnit(value.toLocaleString("en", { maximumSignificantDigits: digits }), unit);
}

export function percent(share: Maybe, decimals = 0): string {
  return isNumber(share) ? fixed(100 * share, decimals, "%") : UNKNOWN;
}

/** With as few decimals as possible: 80 % or 82.5 %. */
export function shortPercent(share: Maybe): string {
  return isNumber(share) ? significant(100 * share, 4, "%") : UNKNOWN;
}

/** Decimals that show the largest of these values with four digits, so that a coin cell's capacity is not all zeros. */
export function decimalsFor(values: readonly Maybe[], least: number): number {
  const largest = values.reduce<number>((most, value) => (isNumber(value) ? Math.max(most, Math.abs(value)) : most), 0);
  return largest === 0 ? least : Math.min(Math.max(least, 3 - Math.floor(Math.log10(largest))), 9);
}

const SIZES = ["B", "kB", "MB", "GB"];

export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), SIZES.length - 1);
  return fixed(count / 1000 ** power, power < 2 ? 0 : 1, SIZES[power]);
}

/** As "1 cycle" or "12 cycles". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${fixed(count, 0)} ${count === 1 ? singular : plural}`;
}

/** Cycle numbers for a sentence: the first few, and the number of the others. */
export function cycleList(cycles: readonly number[], most = 8): string {
  if (cycles.length === 0) return "";
  const shown = cycles.slice(0, most).join(", ");
  const rest = cycles.length > most ? ` and ${fixed(cycles.length - most, 0)} more` : "";
  return `${cycles.length === 1 ? "cycle" : "cycles"} ${shown}${rest}`;
}

function withUnit(text: string, unit: string): string {
  return unit ? `${text}\u00a0${unit}` : text;
}
