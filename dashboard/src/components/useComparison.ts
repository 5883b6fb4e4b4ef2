/** The API's comparison of all cells on the page: their files are sent together, after all have been analysed. */

import { useCallback, useEffect, useState } from "react";
import { analyse, bytesOf } from "../api/analyse";
import { RequestError } from "../api/requestError";
import type { Comparison } from "../api/types";
import { apart } from "../model/grouping";
import { isBusy, type Server, type Source } from "../model/sourceStore";

export type ComparisonState =
  /** Some files are still being analysed; each new report would need another request. */
  | { at: "waiting" }
  | { at: "asking" }
  | { at: "known"; comparison: Comparison }
  /** Too large to be sent without asking the user. */
  | { at: "offered"; bytes: number }
  | { at: "failed"; error: RequestError };

/** Answers by their request, so that looking at a cell in between sends no files again. */
export type Comparisons = Map<string, Comparison>;

/** `ask` sends the files, whatever their size. */
export function useComparison(
  sources: readonly Source[],
  answers: Comparisons,
  server: () => Promise<Server>,
): { state: ComparisonState; ask: () => void } {
  const compared = sources.filter(({ reports }) => reports.length > 0);
  const mustWait = sources.some(({ phase }) => isBusy(phase));
  // The reports change with the criteria, and only then is another answer needed.
  const question = JSON.stringify(compared.map(({ id, files, criteria }) => [id, files.length, criteria]));
  const [ended, setEnded] = useState<{ question: string; state: ComparisonState } | null>(null);
  /** The request whose files the user wants to send, whatever their size; a new object for each click. */
  const [insists, setInsists] = useState<{ question: string } | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `question` stands for what is compared
  useEffect(() => {
    if (mustWait || answers.has(question)) return;
    const controller = new AbortController();
    const { signal } = controller;
    const ask = async (): Promise<ComparisonState> => {
      const { client, limits } = await server();
      const files = apart(compared);
      const size = bytesOf(files);
      if (insists?.question !== question && limits && size > limits.max_upload_bytes)
        return { at: "offered", bytes: size };
      const options = { plots: "none", ...(compared[0] as Source).criteria } as const;
      const answer = await analyse(client, files, options, limits, { signal, onProgress: () => undefined });
      if (!("comparison" in answer)) throw new RequestError("The API gave no comparison.");
      return { at: "known", comparison: answer.comparison };
    };
    ask()
      .catch(
        (fault): ComparisonState => ({
          at: "failed",
          error: fault instanceof RequestError ? fault : new RequestError(String(fault)),
        }),
      )
      .then((state) => {
        if (signal.aborted) return;
        if (state.at === "known") answers.set(question, state.comparison);
        setEnded({ question, state });
      });
    return () => controller.abort();
  }, [question, mustWait, insists, answers, server]);

  const ask = useCallback(() => {
    setEnded(null);
    setInsists({ question });
  }, [question]);
  return { state: stateOf(answers.get(question), mustWait, ended?.question === question ? ended.state : null), ask };
}

function stateOf(
  comparison: Comparison | undefined,
  mustWait: boolean,
  ended: ComparisonState | null,
): ComparisonState {
  if (comparison) return { at: "known", comparison };
  if (mustWait) return { at: "waiting" };
  return ended ?? { at: "asking" };
}
