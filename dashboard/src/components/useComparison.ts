/** The API's comparison of all cells on the page: their files sent together, once they are all there. */

import { useCallback, useEffect, useState } from "react";
import { analyse, bytesOf } from "../api/analyse";
import { Refusal } from "../api/refusal";
import type { Comparison } from "../api/types";
import { isBusy, type Server, type Source } from "../model/bench";
import { apart } from "../model/grouping";

export type ComparisonState =
  /** Some files are still on their way; each that came would be another question. */
  | { at: "waiting" }
  | { at: "asking" }
  | { at: "known"; comparison: Comparison }
  /** Too large to be sent unasked. */
  | { at: "offered"; bytes: number }
  | { at: "failed"; refusal: Refusal };

/** Answers by their question; the files of a cell that is looked at in between are not sent again. */
export type Comparisons = Map<string, Comparison>;

/** `ask` sends the files whatever their size. */
export function useComparison(
  sources: readonly Source[],
  answers: Comparisons,
  server: () => Promise<Server>,
): { state: ComparisonState; ask: () => void } {
  const compared = sources.filter(({ reports }) => reports.length > 0);
  const mustWait = sources.some(({ phase }) => isBusy(phase));
  // The reports change when the criteria do, and only then is another answer due.
  const question = JSON.stringify(compared.map(({ id, files, criteria }) => [id, files.length, criteria]));
  const [ended, setEnded] = useState<{ question: string; state: ComparisonState } | null>(null);
  /** The question whose files are to be sent whatever their size; a new object each time that it is insisted on. */
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
      if (!("comparison" in answer)) throw new Refusal("The API gave no comparison.");
      return { at: "known", comparison: answer.comparison };
    };
    ask()
      .catch(
        (fault): ComparisonState => ({
          at: "failed",
          refusal: fault instanceof Refusal ? fault : new Refusal(String(fault)),
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
