/** The report's tables: statistics, the projection of each model, the source and its metadata, and every cycle. */

import { useState } from "react";
import type { Report, Statistics } from "../api/types";
import { decimalsFor, fixed, percent, significant } from "../model/format";
import { intervalWords, MODELS } from "../model/projection";
import { AMPERE_HOURS, AMPERES, type Unit, unitFor } from "../model/units";
import { Scroll } from "./Scroll";

const COLUMNS = ["mean", "median", "min", "max", "std_dev"] as const;
const COLUMN_NAMES = { mean: "Mean", median: "Median", min: "Lowest", max: "Highest", std_dev: "Std. deviation" };

export function StatisticsTable({ report }: { report: Report }) {
  const { statistical_metrics: metrics, temperature_analysis: temperature } = report;
  const measured: Statistics = {
    ...temperature.temperature_stats,
    min: temperature.temperature_range.min,
    max: temperature.temperature_range.max,
  };
  const rows: [string, Statistics, number][] = [
    inUnit("Discharge capacity", AMPERE_HOURS, metrics.charge_discharge_stats.discharge_capacity, 3),
    inUnit("Charge capacity", AMPERE_HOURS, metrics.charge_discharge_stats.charge_capacity, 3),
    ["Voltage (V)", metrics.voltage_stats, 3],
    inUnit("Current", AMPERES, metrics.current_stats, 2),
    ["Temperature (°C)", measured, 2],
  ];
  return (
    <section className="card" aria-labelledby="statistics">
      <h3 id="statistics">Statistics</h3>
      <Scroll label="Table of statistics">
        <table>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {COLUMNS.map((column) => (
                <th scope="col" key={column}>
                  {COLUMN_NAMES[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, statistics, least]) => {
              const decimals = decimalsFor([statistics.min, statistics.max], least);
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {COLUMNS.map((column) => (
                    <td key={column}>{fixed(statistics[column], decimals)}</td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      <p className="soft">Capacities over all cycles; voltage, current and temperature over all points.</p>
    </section>
  );
}

/** A row in the unit of its largest value. */
function inUnit(name: string, units: readonly Unit[], of: Statistics, least: number): [string, Statistics, number] {
  const { name: unit, factor } = unitFor(units, [of.min, of.max]);
  const scaled = (value: number | null) => (value === null ? null : factor * value);
  const statistics = {
    mean: scaled(of.mean),
    median: scaled(of.median),
    min: scaled(of.min),
    max: scaled(of.max),
    std_dev: scaled(of.std_dev),
  };
  return [`${name} (${unit})`, statistics, least];
}

export function ProjectionTable({ report }: { report: Report }) {
  const { models } = report.statistical_metrics.cycle_life_projection;
  if (models.length === 0) return null;
  return (
    <section className="card" aria-labelledby="models">
      <h3 id="models">What each model projects</h3>
      <Scroll label="Table of projections">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Cycle</th>
              <th scope="col" className="words">
                Interval, or why it abstains
              </th>
              <th scope="col">Confidence</th>
            </tr>
          </thead>
          <tbody>
            {models.map(({ name, eol_cycle, interval, confidence, abstention_reason: reason }) => (
              <tr key={name}>
                <th scope="row">{MODELS[name] ?? name.replaceAll("_", " ")}</th>
                <td>{fixed(eol_cycle, 0)}</td>
                <td className="words">{interval ? intervalWords(interval) : (reason ?? "–")}</td>
                <td>{percent(confidence)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

export function SourceTable({ report: { source, metadata } }: { report: Report }) {
  const told = Object.entries(metadata as Record<string, unknown>).filter(
    ([, value]) => value !== null && typeof value !== "object",
  );
  const facts: [string, string][] = [
    ["Format", `${source.format}, recognised with ${percent(source.certainty)} certainty`],
    ["Evidence", source.evidence.join("; ") || "none"],
    ...(source.runner_up
      ? [["Nearly as well", `${source.runner_up.format}, ${percent(source.runner_up.certainty)}`] as [string, string]]
      : []),
    ["Files", source.files.join(", ")],
    ["Points", fixed(source.points, 0)],
    ["Columns used", source.columns.map(columnWords).join("; ") || "none"],
    ["Columns not used", source.extra_columns.join(", ") || "none"],
    ...told.map(([name, value]): [string, string] => [name.replaceAll("_", " "), shown(value)]),
  ];
  return (
    <details className="card">
      <summary>The file and its metadata</summary>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** A column of the source: its name, the quantity, and its unit where the quantity has one. */
function columnWords(column: Report["source"]["columns"][number]): string {
  const unit = column.unit === null ? "" : ` in ${column.unit}${column.assumed ? " (assumed)" : ""}`;
  return `${column.source_name} is ${column.quantity.replace(/_(?:Ah|Wh|V|A|s|C|ohm|percent)$/, "").replaceAll("_", " ")}${unit}`;
}

const PAGE = 100;

export function CycleTableView({ report: { cycle_table: table } }: { report: Report }) {
  const [open, setOpen] = useState(false);
  const [rows, setRows] = useState(PAGE);
  const columns = Object.entries(table) as [string, (number | boolean | string | null)[]][];
  const count = table.cycle_number.length;
  return (
    <details className="card" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Every cycle as a table</summary>
      {open && (
        <Scroll className="tall" label="Figures of every cycle">
          <table>
            <thead>
              <tr>
                {columns.map(([name]) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.cycle_number.slice(0, rows).map((cycle, place) => (
                <tr key={cycle}>
                  {columns.map(([name, values]) => (
                    <td key={name}>{cellText(values[place])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {rows < count && (
            <button type="button" className="button small" onClick={() => setRows(rows + 10 * PAGE)}>
              Show more of {fixed(count, 0)} cycles
            </button>
          )}
        </Scroll>
      )}
    </details>
  );
}

function cellText(value: number | boolean | string | null | undefined): string {
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Number.isInteger(value) ? fixed(value, 0) : significant(value, 6);
}

function shown(value: unknown): string {
  return typeof value === "number" ? significant(value, 8) : String(value);
}
