/** Why the cell ages: the charts of dQ/dV, resistance, efficiency, rates and degradation modes, and why one is not there. */

import { useMemo, useState } from "react";
import type { Report } from "../api/types";
import { Chart } from "../charts/Chart";
import {
  EFFICIENCIES,
  type EfficiencyFigure,
  efficienciesOf,
  efficiencyFigureSpec,
  incrementalSpec,
  modesSpec,
  rateSpec,
  resistanceSpec,
  type Way,
} from "../charts/specs/ageing";
import { missingOf } from "../model/ageing";
import { Choice } from "./Choice";

interface Props {
  report: Report;
  name: string;
}

export function AgeingCharts({ report, name }: Props) {
  const missing = missingOf(report);
  return (
    <section className="ageing-charts" aria-labelledby="why-it-ages">
      <h3 id="why-it-ages">Why it ages</h3>
      <div className="charts">
        <ModesChart report={report} name={name} />
        <IncrementalChart report={report} name={name} />
        <ResistanceChart report={report} name={name} />
        <EfficiencyChart report={report} name={name} />
        <RateChart report={report} name={name} />
      </div>
      {missing.length > 0 && (
        <dl className="facts soft">
          {missing.map(([what, why]) => (
            <div key={what}>
              <dt>No {what}</dt>
              <dd>{why}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function ModesChart({ report: { degradation_modes: modes }, name }: Props) {
  const spec = useMemo(() => modesSpec(modes), [modes]);
  if (spec.series.length === 0) return null;
  const curves = `${modes.negative_electrode?.name} and ${modes.positive_electrode?.name}`;
  return (
    <Chart
      title="Degradation modes"
      owner={name}
      spec={spec}
      summary={`Lithium inventory and active material lost over cycles, fitted with curves of ${curves}.`}
      note={
        <span>
          Half-cell curves: {curves}. {modes.basis}
        </span>
      }
    />
  );
}

const WAYS = [
  ["discharge", "Discharge"],
  ["charge", "Charge"],
] as const;

function IncrementalChart({ report: { incremental_capacity: incremental }, name }: Props) {
  const ways = WAYS.filter(([way]) => incremental.curves.some(({ direction }) => direction === way));
  const [chosen, setWay] = useState<Way | null>(null);
  const way = chosen ?? ways[0]?.[0] ?? "discharge";
  const spec = useMemo(() => incrementalSpec(incremental, way), [incremental, way]);
  if (ways.length === 0) return null;
  return (
    <Chart
      title="Incremental capacity"
      owner={name}
      spec={spec}
      summary={`dQ/dV over voltage while the cell is ${way}d. ${incremental.basis ?? ""}`}
      controls={
        ways.length > 1 ? <Choice label="Direction of dQ/dV" options={ways} value={way} onChange={setWay} /> : undefined
      }
      note={<span>{incremental.basis}</span>}
    />
  );
}

function ResistanceChart({ report: { resistance }, name }: Props) {
  const spec = useMemo(() => resistanceSpec(resistance), [resistance]);
  if (!spec) return null;
  return (
    <Chart
      title="Resistance of current steps"
      owner={name}
      spec={spec}
      summary={resistance.summary}
      note={<span>{resistance.summary}</span>}
    />
  );
}

function EfficiencyChart({ report: { efficiency }, name }: Props) {
  const figures = useMemo(() => efficienciesOf(efficiency), [efficiency]);
  const [chosen, setFigure] = useState<EfficiencyFigure | null>(null);
  const figure = chosen && figures.includes(chosen) ? chosen : figures[0];
  const spec = useMemo(() => figure && efficiencyFigureSpec(efficiency, figure), [efficiency, figure]);
  if (!figure || !spec) return null;
  return (
    <Chart
      title="Losses per cycle"
      owner={name}
      spec={spec}
      summary={`${EFFICIENCIES[figure][0]} of each cycle.`}
      controls={
        <label className="select">
          <span className="visually-hidden">Which loss</span>
          <select value={figure} onChange={({ target }) => setFigure(target.value as EfficiencyFigure)}>
            {figures.map((one) => (
              <option key={one} value={one}>
                {EFFICIENCIES[one][0]}
              </option>
            ))}
          </select>
        </label>
      }
      note={efficiency.slippage && <span>{efficiency.slippage.text}</span>}
    />
  );
}

function RateChart({ report: { rate_capability: rates }, name }: Props) {
  const spec = useMemo(() => rateSpec(rates), [rates]);
  if (!spec.series.some(({ x }) => x.length > 0)) return null;
  const text = rates.sets[0]?.text ?? "";
  return <Chart title="Rate capability" owner={name} spec={spec} summary={text} note={<span>{text}</span>} />;
}
