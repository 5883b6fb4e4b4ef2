/** The API's plots in a report, base64 PNGs, under the titles that the API declares. */

import plots from "../../generated/plots.json";
import type { Report } from "../api/types";

export interface Picture {
  name: string;
  title: string;
  url: string;
}

export function picturesOf(report: Report): Picture[] {
  const sections: Readonly<Record<string, unknown>> = { ...report };
  return plots.flatMap(({ name, section, title }) => {
    const png = Object(sections[section])[name];
    return typeof png === "string" ? [{ name, title, url: `data:image/png;base64,${png}` }] : [];
  });
}
