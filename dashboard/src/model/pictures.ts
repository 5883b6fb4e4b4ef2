/** The API's plots in a report: base64 PNGs under names that end in `_plot`. */

import type { Report } from "../api/types";

export interface Picture {
  name: string;
  title: string;
  url: string;
}

const TITLES: Readonly<Record<string, string>> = {
  capacity_plot: "Capacity over cycles",
  voltage_profile_plot: "Voltage over capacity",
  differential_voltage_plot: "Differential voltage, dV/dQ",
  temperature_vs_capacity_plot: "Capacity and temperature",
};

export function picturesOf({ capacity_fade, voltage_profile, temperature_analysis }: Report): Picture[] {
  const sections: object[] = [capacity_fade, voltage_profile, temperature_analysis];
  return sections.flatMap((section) =>
    Object.entries(section).flatMap(([name, value]) =>
      name.endsWith("_plot") && typeof value === "string"
        ? [{ name, title: TITLES[name] ?? name, url: `data:image/png;base64,${value}` }]
        : [],
    ),
  );
}
