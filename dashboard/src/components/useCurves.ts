/** Voltage curves by cycle: those of the report at once, others asked from the API with the file that the page holds. */

import { useCallback, useEffect, useRef, useState } from "react";
import { analyse } from "../api/analyse";
import { reportsOf } from "../api/answers";
import { Refusal } from "../api/refusal";
import type { VoltageCurve } from "../api/types";
import type { Server } from "../model/bench";
import type { BenchCell } from "../model/cells";
import { cyclesToAsk } from "../model/curveChoice";

export interface Curves {
  known: ReadonlyMap<number, VoltageCurve>;
  /** Makes this cycle's curves known; a later call ends an earlier one that is still under way. */
  ask: (cycle: number) => void;
  asking: boolean;
  refusal: Refusal | null;
}

export function useCurves(cell: BenchCell, server: () => Promise<Server>): Curves {
  // The cell is made anew whenever anything on the bench changes; what it is made of is not.
  const { report, source, index } = cell;
  const [known, setKnown] = useState(() => byCycle(report.voltage_profile.voltage_curves));
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const running = useRef<AbortController | null>(null);

  const ask = useCallback(
    async (cycle: number) => {
      running.current?.abort();
      setRefusal(null);
      setAsking(false);
      if (known.has(cycle)) return;
      const controller = new AbortController();
      const { signal } = controller;
      running.current = controller;
      setAsking(true);
      try {
        // Cells of one file are asked together, so only what each of them has can be asked for.
        const common = source.reports.length > 1 ? [cycle] : report.capacity_fade.cycle_numbers;
        const cycles = cyclesToAsk(cycle, common, new Set(known.keys()), report.source.points);
        const { client, limits } = await server();
        const options = { plots: "none", ...source.criteria, cycles } as const;
        const answer = await analyse(client, source.files, options, limits, { signal, onProgress: () => undefined });
        const curves = reportsOf(answer)[index]?.voltage_profile.voltage_curves ?? [];
        if (!signal.aborted) setKnown((before) => new Map([...before, ...byCycle(curves)]));
      } catch (fault) {
        if (!signal.aborted) setRefusal(fault instanceof Refusal ? fault : new Refusal(String(fault)));
      } finally {
        if (!signal.aborted) setAsking(false);
      }
    },
    [report, source, index, known, server],
  );

  useEffect(() => () => running.current?.abort(), []);
  return { known, ask, asking, refusal };
}

function byCycle(curves: readonly VoltageCurve[]): Map<number, VoltageCurve> {
  return new Map(curves.map((curve) => [curve.cycle_number, curve]));
}
