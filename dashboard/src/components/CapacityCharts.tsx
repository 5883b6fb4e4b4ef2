/** The charts of capacity (with fit, threshold, knee and projection) and of coulombic efficiency. */

import { useMemo, useState } from "react";
import type { Report } from "../api/types";
import { Chart } from "../charts/Chart";
import { WIDE_ON_PAPER } from "../charts/picture";
import { type AxisEnd, capacitySpec, defaultAxisEnd, efficiencySpec } from "../charts/specs/capacity";
import { fixed } from "../model/format";
import { projectionWords } from "../model/projection";
import { Choice } from "./Choice";
import { NoChart } from "./NoChart";

const AXIS_ENDS = [
  ["measured", "Measured"],
  ["end of life", "To end of life"],
] as const;

export function CapacityCharts({ report, name }: { report: Report; name: string }) {
  const [chosen, setAxisEnd] = useState<AxisEnd | null>(null);
  const axisEnd = chosen ?? defaultAxisEnd(report);
  const capacity = useMemo(() => capacitySpec(report, axisEnd), [report, axisEnd]);
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
        controls={<Choice label="End of the axis" options={AXIS_ENDS} value={axisEnd} onChange={setAxisEnd} />}
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
        <NoChart title="Coulombic efficiency" reason="No discharge of this cell follows a complete charge." />
      )}
    </>
  );
}
