/** The cycles whose curves to ask for: the wanted one, and as many others, evenly spread, as fit well in an answer. */

/** Points that a request for curves may return in addition to the wanted ones. */
const POINT_BUDGET = 60_000;
/** The API returns the curves of at most this many cycles. */
const MOST_CYCLES = 100;

export function cyclesToAsk(
  wanted: number,
  all: readonly number[],
  known: ReadonlySet<number>,
  points: number,
): number[] {
  const perCycle = Math.max(points / Math.max(all.length, 1), 1);
  const space = Math.min(MOST_CYCLES, Math.max(Math.floor(POINT_BUDGET / perCycle), 1)) - 1;
  const others = all.filter((cycle) => cycle !== wanted && !known.has(cycle));
  const taken = Math.min(space, others.length);
  const spread = Array.from(
    { length: taken },
    (_, place) => others[Math.floor((place * others.length) / taken)] as number,
  );
  return [wanted, ...spread].sort((a, b) => a - b);
}
