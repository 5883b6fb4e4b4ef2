/** Voltage curves by cycle: those of the report, and others that the API computes again from the page's files. */

import { useCallback, useEffect, useRef, useState } from "react";
import { analyse } from "../api/analyse";
import { reportsOf } from "../api/answers";
import { RequestError } from "../api/requestError";
import type { VoltageCurve } from "../api/types";
import type { PageCell } from "../model/cells";
import { cyclesToAsk } from "../model/curveChoice";
import type { Server } from "../model/sourceStore";

export interface Curves {
  known: ReadonlyMap<number, VoltageCurve>;
  /** Fetches the curves of this cycle; a later call cancels an earlier one that is still running. */
  ask: (cycle: number) => void;
  asking: boolean;
  error: RequestError | null;
}

export function useCurves(cell: PageCell, server: () => Promise<Server>): Curves {
  // The cell object is new after every change of the store; its parts are not.
  const { report, source, index } = cell;
  const [known, setKnown] = useState(() => byCycle(report.voltage_profile.voltage_curves));
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<RequestError | null>(null);
  const running = useRef<AbortController | null>(null);

  const ask = useCallback(
    async (cycle: number) => {
      running.current?.abort();
      setError(null);
      setAsking(false);
      if (known.has(cycle)) return;
      const controller = new AbortController();
      const { signal } = controller;
      running.current = controller;
      setAsking(true);
      try {
        // One request is for all cells of a file, so it may name only cycles that each of them has.
        const common = source.reports.length > 1 ? [cycle] : report.capacity_fade.cycle_numbers;
        const cycles = cyclesToAsk(cycle, common, new Set(known.keys()), report.source.points);
        const { client, limits } = await server();
        const options = { plots: "none", ...source.criteria, cycles } as const;
        const answer = await analyse(client, source.files, options, limits, { signal, onProgress: () => undefined });
        const curves = reportsOf(answer)[index]?.voltage_profile.voltage_curves ?? [];
        if (!signal.aborted) setKnown((before) => new Map([...before, ...byCycle(curves)]));
      } catch (fault) {
        if (!signal.aborted) setError(fault instanceof RequestError ? fault : new RequestError(String(fault)));
      } finally {
        if (!signal.aborted) setAsking(false);
      }
    },
    [report, source, index, known, server],
  );

  useEffect(() => () => running.current?.abort(), []);
  return { known, ask, asking, error };
}

function byCycle(curves: readonly VoltageCurve[]): Map<number, VoltageCurve> {
  return new Map(curves.map((curve) => [curve.cycle_number, curve]));
}
