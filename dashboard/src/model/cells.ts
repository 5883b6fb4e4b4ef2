/** The cells of the bench: a source may hold several, and each keeps its colour while it is on the page. */

import type { Report } from "../api/types";
import type { Source } from "./bench";

export interface BenchCell {
  /** Unique on the page, unlike a cell's own id. */
  key: string;
  name: string;
  report: Report;
  source: Source;
  /** Which of the source's cells it is. */
  index: number;
  /** The number of its colour. */
  hue: number;
}

export function cellsOf(sources: readonly Source[]): BenchCell[] {
  return sources.flatMap((source) =>
    source.reports.map((report, index) => ({
      key: `${source.id}.${index}`,
      name: report.metadata.cell_id || "Cell without a name",
      report,
      source,
      index,
      hue: source.hues[index] ?? 0,
    })),
  );
}

/** What kind of cell it is, as far as its file says. */
export function chemistryOf({ metadata }: Report): string {
  const about = metadata as Record<string, unknown>;
  const words = [about.cathode_material, about.anode_material].filter((word) => typeof word === "string");
  return words.join(" / ");
}
