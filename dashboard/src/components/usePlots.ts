/** The API's plots of a cell. The API draws them when they are asked for, because a first report is there in half the time without. */

import { useCallback, useEffect, useRef, useState } from "react";
import { analyse } from "../api/analyse";
import { reportsOf } from "../api/answers";
import { RequestError } from "../api/requestError";
import type { Report } from "../api/types";
import type { PageCell } from "../model/cells";
import type { Server } from "../model/sourceStore";

export interface Plots {
  /** The report with its plots; null before they are drawn. */
  drawn: Report | null;
  error: RequestError | null;
  /** Asks the API for them, once for each report, and again after an error. Resolves with null after an error. */
  draw: () => Promise<Report | null>;
}

interface State {
  /** The report without plots. */
  of: Report;
  drawn: Report | null;
  error: RequestError | null;
}

export function usePlots({ report, source, index }: PageCell, server: () => Promise<Server>): Plots {
  const [state, setState] = useState<State | null>(null);
  const asked = useRef<{ of: Report; answer: Promise<Report | null> } | null>(null);
  const closed = useRef<AbortController>(null);
  useEffect(() => {
    closed.current = new AbortController();
    return () => closed.current?.abort();
  }, []);

  const draw = useCallback(() => {
    if (asked.current?.of === report) return asked.current.answer;
    const ask = async (signal: AbortSignal): Promise<Report | null> => {
      try {
        const { client, limits } = await server();
        const options = { plots: "all", ...source.criteria } as const;
        const answer = await analyse(client, source.files, options, limits, { signal, onProgress: () => undefined });
        const drawn = reportsOf(answer)[index] ?? null;
        if (!signal.aborted) setState({ of: report, drawn, error: null });
        return drawn;
      } catch (fault) {
        if (asked.current?.of === report) asked.current = null;
        const error = fault instanceof RequestError ? fault : new RequestError(String(fault));
        if (!signal.aborted) setState({ of: report, drawn: null, error });
        return null;
      }
    };
    const answer = ask(closed.current?.signal ?? AbortSignal.abort());
    asked.current = { of: report, answer };
    return answer;
  }, [report, source.criteria, source.files, index, server]);

  const { drawn = null, error = null } = state?.of === report ? state : {};
  return { drawn, error, draw };
}
