/** Capacity with fit, threshold, knee and projection, and coulombic efficiency beside it. */

import { useMemo, useState } from "react";
import type { Report } from "../api/types";
import { Chart } from "../charts/Chart";
import { WIDE_ON_PAPER } from "../charts/picture";
import { capacitySpec, efficiencySpec, type Reach, usualReach } from "../charts/specs/capacity";
import { fixed } from "../model/format";
import { projectionWords } from "../model/projection";
import { Choice } from "./Choice";
import { NoChart } from "./NoChart";

const REACHES = [
  ["measured", "Measured"],
  ["end of life", "To end of life"],
] as const;

export function CapacityCharts({ report, name }: { report: Report; name: string }) {
  const [chosen, setReach] = useState<Reach | null>(null);
  const reach = chosen ?? usualReach(report);
  const capacity = useMemo(() => capacitySpec(report, reach), [report, reach]);
  const efficiency = useMemo(() => efficiencySpec(report), [report]);
  const { capacity_fade: fade, statistical_metrics: metrics } = report;
  const life = projectionWords(metrics.cycle_life_projection);
  return (
    <>
      <Chart
        title="Capacity"
        owner={name}
        spec={capacity}
        summary={
          `Discharge and charge capacity over ${fixed(fade.cycle_numbers.length, 0)} cycles; ` +
          `retention ${fixed(fade.capacity_retention_percentage, 2, "%")}, end of life: ${life.headline}.`
        }
        onPaper={WIDE_ON_PAPER}
        controls={<Choice label="How far the axis reaches" options={REACHES} value={reach} onChange={setReach} />}
      />
      {fade.coulombic_efficiencies.some((value) => value !== null) ? (
        <Chart
          title="Coulombic efficiency"
          owner={name}
          spec={efficiency}
          summary="Discharge over the charge that preceded it, in percent, for each cycle."
          onPaper={WIDE_ON_PAPER}
        />
      ) : (
        <NoChart
          title="Coulombic efficiency"
          reason="No discharge of this cell follows a charge that is known whole."
        />
      )}
    </>
  );
}
