/** Cells that the user chooses, with their figures, plots and findings, for any React application. */

import { type ChangeEvent, useEffect, useRef, useState } from "react";
import { type Api, ApiError, analyse, type Report } from "./batteryApi";

type State =
  | { at: "start" }
  | { at: "work"; stage: string }
  | { at: "error"; message: string; details: string }
  | { at: "reported"; reports: Report[] };

export function BatteryDashboard({ address, token }: Api) {
  const [state, setState] = useState<State>({ at: "start" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function choose({ target }: ChangeEvent<HTMLInputElement>) {
    const files = [...(target.files ?? [])];
    target.value = ""; // so that the same file can be chosen again
    if (files.length === 0) return;
    running.current?.abort();
    running.current = new AbortController();
    const { signal } = running.current;
    const show = (next: State) => !signal.aborted && setState(next);
    try {
      const onStage = (stage: string) => show({ at: "work", stage });
      show({ at: "reported", reports: await analyse({ address, token }, files, { signal, onStage }) });
    } catch (error) {
      const known = error instanceof ApiError ? error : null;
      const details = known ? [known.code, known.requestId].filter(Boolean).join(", request ") : "";
      show({ at: "error", message: known?.message ?? `The API cannot be reached: ${String(error)}`, details });
    }
  }

  function cancel() {
    running.current?.abort();
    setState({ at: "start" });
  }

  return (
    <div>
      <label>
        Battery files <input type="file" multiple accept=".pkl,.csv" onChange={choose} />
      </label>
      {state.at === "work" && (
        <p role="status">
          {state.stage}…{" "}
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        </p>
      )}
      {state.at === "error" && (
        <p role="alert">
          {state.message} {state.details && <small>({state.details})</small>}
        </p>
      )}
      {state.at === "reported" && state.reports.map((report, place) => <Battery key={place} report={report} />)}
    </div>
  );
}

function Battery({ report }: { report: Report }) {
  const { metadata, capacity_fade: fade, voltage_profile: voltage, battery_health: health } = report;
  return (
    <section aria-label={metadata.cell_id}>
      <h2>Battery: {metadata.cell_id}</h2>

      <div className="dashboard-card">
        <h3>Capacity Fade</h3>
        <p>Fade Rate: {figure(fade.capacity_fade_rate_per_cycle, 4, "% per cycle")}</p>
        <p>Retention: {figure(fade.capacity_retention_percentage, 2, "%")}</p>
        <Plot png={fade.capacity_plot} alt="Capacity Fade" />
      </div>

      <div className="dashboard-card">
        <h3>Voltage Profile</h3>
        <Plot png={voltage.voltage_profile_plot} alt="Voltage Profile" />
      </div>

      <div className="dashboard-card">
        <h3>Battery Health</h3>
        <h4>{health.health_status}</h4>
        <p>Health Score: {figure(health.health_score, 1, "/ 100")}</p>
        <p>Capacity Retention: {figure(health.capacity_retention, 2, "%")}</p>
        <EndOfLife projection={report.statistical_metrics.cycle_life_projection} />
      </div>

      {report.data_quality.length > 0 && (
        <div className="dashboard-card">
          <h3>Findings</h3>
          <ul>
            {report.data_quality.map(({ code, severity, message }) => (
              <li key={`${code} ${message}`}>
                {severity}: {message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

type Projection = Report["statistical_metrics"]["cycle_life_projection"];

/** A projection with its interval; where there is no projection, the reason. */
function EndOfLife({
  projection: { projected_eol_cycle: cycle, interval, abstention_reason: reason },
}: {
  projection: Projection;
}) {
  if (cycle === null) return <p>End of life: {reason ?? "unknown"}</p>;
  if (!interval) return <p>End of life: cycle {figure(cycle, 0)}</p>;
  const { low, high, level, basis } = interval;
  return (
    <p>
      End of life: cycle {figure(cycle, 0)} ({figure(low, 0)} to {high === null ? "no upper limit" : figure(high, 0)}{" "}
      with {figure(100 * level, 0, "%")} probability, {basis})
    </p>
  );
}

/** `png` is null where there was nothing to draw. */
function Plot({ png, alt }: { png: string | null; alt: string }) {
  return png === null ? null : <img src={`data:image/png;base64,${png}`} alt={alt} style={{ maxWidth: "100%" }} />;
}

/** Numbers are finite or null; null means unknown, never zero. */
function figure(value: number | null, decimals: number, unit = ""): string {
  return value === null ? "unknown" : `${value.toFixed(decimals)} ${unit}`.trimEnd();
}
