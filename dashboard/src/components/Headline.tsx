/** The cell in one line of figures: cycles, retention, health, and end of life with how sure it is. */

import type { ReactNode } from "react";
import type { Report } from "../api/types";
import { chemistryOf } from "../model/cells";
import { fixed, significant } from "../model/format";
import { projectionWords } from "../model/projection";
import { capacityText } from "../model/units";

const HEALTH_TONES: Readonly<Record<string, string>> = {
  Excellent: "good",
  Good: "good",
  Fair: "fair",
  Poor: "bad",
  Critical: "bad",
};

export function Headline({ report }: { report: Report }) {
  const { metadata, capacity_fade: fade, battery_health: health } = report;
  const life = projectionWords(report.statistical_metrics.cycle_life_projection);
  return (
    <dl className="tiles">
      <Tile name="Cycles" figure={fixed(metadata.total_cycles, 0)}>
        numbers {metadata.first_cycle_number} to {metadata.last_cycle_number}
      </Tile>
      <Tile name="Retention" figure={fixed(fade.capacity_retention_percentage, 2, "%")}>
        {retentionNote(report)}
      </Tile>
      <Tile name="Health" figure={health.health_status} tone={HEALTH_TONES[health.health_status]}>
        {health.health_score === null ? "nothing to compare" : `${fixed(health.health_score, 1)} of 100`}
      </Tile>
      <Tile name="End of life at cycle" figure={life.headline} words={!life.isNumber} wide>
        <span className={`badge ${life.sureness.label.toLowerCase()}`}>{life.sureness.label}</span>
        {life.interval && <span>{life.interval}</span>}
        {life.remaining && <span>{life.remaining}</span>}
        <span className="basis">{life.sureness.sentence}</span>
      </Tile>
    </dl>
  );
}

/** The compared cycles, the fade per cycle, and the share of the nominal capacity, as far as they are known. */
function retentionNote({ capacity_fade: fade }: Report): string {
  if (fade.reference_cycle === null) return fade.basis;
  const rate = fade.capacity_fade_rate_per_cycle;
  const nominal = fade.retention_of_nominal_percentage;
  const notes = [
    `cycles ${fade.reference_cycle} to ${fade.last_compared_cycle}`,
    rate !== null && `${significant(rate, 3, "%")} fade per cycle`,
    nominal !== null && `${fixed(nominal, 1, "%")} of nominal`,
  ];
  return notes.filter(Boolean).join(" · ");
}

export function Subtitle({ report }: { report: Report }) {
  const { metadata } = report;
  const about = [
    chemistryOf(report),
    metadata.form_factor,
    metadata.nominal_capacity_in_Ah !== null && `${capacityText(metadata.nominal_capacity_in_Ah)} nominal`,
    metadata.test_temperature_C !== null && fixed(metadata.test_temperature_C, 1, "°C"),
  ];
  return (
    <p className="soft">{about.filter(Boolean).join(" · ") || "The file does not say what kind of cell it is."}</p>
  );
}

interface TileProps {
  name: string;
  figure: string;
  tone?: string | undefined;
  words?: boolean;
  wide?: boolean;
  children: ReactNode;
}

function Tile({ name, figure, tone = "", words = false, wide = false, children }: TileProps) {
  return (
    <div className={wide ? "tile wide" : "tile"}>
      <dt>{name}</dt>
      <dd>
        <b className={`${tone}${words ? " words" : ""}`}>{figure}</b>
        <span className="tile-note">{children}</span>
      </dd>
    </div>
  );
}
