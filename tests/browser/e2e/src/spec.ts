/** A spec: one thing that a page does, told in a sentence and shown in a window of its own. */

import type { BrowserContextOptions } from "playwright-core";
import type { Stage } from "./stage.js";

/** What a spec needs of its window, and what it does there. It fails by throwing. */
export interface Spec {
  window: BrowserContextOptions;
  body: (stage: Stage) => Promise<void>;
}

/** Every spec of the groups that have been imported, by its sentence. */
export const SPECS = new Map<string, Spec>();

export function spec(sentence: string, body: Spec["body"], window: BrowserContextOptions = {}): void {
  if (SPECS.has(sentence)) throw new Error(`two specs say: ${sentence}`);
  SPECS.set(sentence, { body, window });
}
