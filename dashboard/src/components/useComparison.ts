/** The API's comparison of all cells on the page: their files sent together, once they are all there. */

import { useCallback, useEffect, useState } from "react";
import { analyse, bytesOf } from "../api/analyse";
import { Refusal } from "../api/refusal";
import type { Comparison } from "../api/types";
import type { Server, Source } from "../model/bench";

export type ComparisonState =
  | { at: "asking" }
  | { at: "known"; comparison: Comparison }
  /** Too large to be sent unasked. */
  | { at: "offered"; bytes: number }
  | { at: "failed"; refusal: Refusal };

/** `ask` sends the files whatever their size. */
export function useComparison(
  sources: readonly Source[],
  server: () => Promise<Server>,
): { state: ComparisonState; ask: () => void } {
  const [state, setState] = useState<ComparisonState>({ at: "asking" });
  const [insists, setInsists] = useState<object | null>(null);
  // The reports change when the criteria do, and only then is another answer due.
  const question = JSON.stringify(sources.map(({ id, criteria }) => [id, criteria]));

  // biome-ignore lint/correctness/useExhaustiveDependencies: `question` stands for the sources
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const files = sources.flatMap((source) => source.files);
    const ask = async (): Promise<ComparisonState> => {
      const { client, limits } = await server();
      const size = bytesOf(files);
      if (insists === null && limits && size > limits.max_upload_bytes) return { at: "offered", bytes: size };
      const options = { plots: "none", ...(sources[0] as Source).criteria } as const;
      const answer = await analyse(client, files, options, limits, { signal, onProgress: () => undefined });
      if (!("comparison" in answer)) throw new Refusal("The API gave no comparison.");
      return { at: "known", comparison: answer.comparison };
    };
    setState({ at: "asking" });
    ask()
      .catch(
        (fault): ComparisonState => ({
          at: "failed",
          refusal: fault instanceof Refusal ? fault : new Refusal(String(fault)),
        }),
      )
      .then((next) => !signal.aborted && setState(next));
    return () => controller.abort();
  }, [question, insists, server]);

  return { state, ask: useCallback(() => setInsists({}), []) };
}
