/** The charts of any column of the cycle table, and of capacity against measured temperature. */

import { useMemo, useState } from "react";
import type { Report } from "../api/types";
import { Chart } from "../charts/Chart";
import { figureSpec, figuresOf, temperatureSpec } from "../charts/specs/perCycle";
import { fixed } from "../model/format";
import { NoChart } from "./NoChart";

export function OtherCharts({ report, name }: { report: Report; name: string }) {
  const table = report.cycle_table;
  const figures = useMemo(() => figuresOf(table), [table]);
  const [column, setColumn] = useState<string | null>(null);
  const figure = figures.find((candidate) => candidate.column === column) ?? figures[0];
  const perCycle = useMemo(() => figure && figureSpec(table, figure), [table, figure]);
  return (
    <>
      {figure && perCycle && (
        <Chart
          title="Figure per cycle"
          owner={name}
          spec={perCycle}
          summary={`${figure.label} of each cycle.`}
          controls={
            <label className="select">
              <span className="visually-hidden">Which figure</span>
              <select value={figure.column} onChange={({ target }) => setColumn(target.value)}>
                {figures.map(({ column: value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          }
        />
      )}
      <TemperatureChart report={report} name={name} />
    </>
  );
}

function TemperatureChart({ report, name }: { report: Report; name: string }) {
  const { temperature_analysis: temperature, cycle_table: table } = report;
  const spec = useMemo(() => temperatureSpec(table), [table]);
  const { min, max } = temperature.temperature_range;
  const hasPoints = spec.series.some(({ y }) => y.some((value) => value !== null));
  if (!temperature.has_temperature_data || min === max || !hasPoints) {
    const reason = temperature.no_correlation_reason ?? "No temperature was measured.";
    return <NoChart title="Capacity and temperature" reason={reason} />;
  }
  const r = temperature.correlation_with_capacity;
  const note = r === null ? temperature.no_correlation_reason : `Pearson's r ${fixed(r, 2)}`;
  return (
    <Chart
      title="Capacity and temperature"
      owner={name}
      spec={spec}
      summary={`Discharge capacity against each cycle's mean temperature. ${note ?? ""}`}
      note={note && <span>{note}</span>}
    />
  );
}
