/** All cells in one chart, and in a table that can be sorted and downloaded. */

import { useEffect, useMemo, useRef, useState } from "react";
import { Chart } from "../charts/Chart";
import { Swatch } from "../charts/Legend";
import { ALONE_ON_PAPER } from "../charts/picture";
import {
  colorOfCell,
  markOfCell,
  OVERLAYS,
  type Overlay,
  overlayAxis,
  overlaySpec,
  PROGRESS,
  type Progress,
} from "../charts/specs/overlay";
import { figuresOf } from "../charts/specs/perCycle";
import { cellsOf } from "../model/cells";
import { COLUMNS, comparisonCsv, type Order, type Row, ranked, sorted } from "../model/comparison";
import { downloadText } from "../model/download";
import { bytes, counted, shortPercent } from "../model/format";
import { areSame, type Criteria, isBusy, type Server, type Source } from "../model/sourceStore";
import { Choice } from "./Choice";
import { Explained } from "./Explained";
import { focusOn } from "./focus";
import { Scroll } from "./Scroll";
import { type ComparisonState, type Comparisons, useComparison } from "./useComparison";
import { useSteady } from "./useSteady";

interface Props {
  sources: readonly Source[];
  /** The present criteria; a report may still be for earlier ones. */
  criteria: Criteria;
  /** Earlier answers of the API. */
  answers: Comparisons;
  server: () => Promise<Server>;
  onCell: (key: string) => void;
}

const OVERLAY_OPTIONS = Object.entries(OVERLAYS).map(([name, { label }]) => [name as Overlay, label] as const);
const PROGRESS_OPTIONS = Object.entries(PROGRESS).map(([name, { label }]) => [name as Progress, label] as const);

export function ComparisonView({ sources, criteria, answers, server, onCell }: Props) {
  const cells = useSteady(cellsOf(sources), (a, b) => a.key === b.key && a.report === b.report);
  const [overlay, setOverlay] = useState<Overlay>("retention");
  const [progress, setProgress] = useState<Progress>("cycle");
  const figures = useMemo(() => {
    const known = new Map(cells.flatMap(({ report }) => figuresOf(report.cycle_table).map((one) => [one.column, one])));
    return [...known.values()];
  }, [cells]);
  const { state, ask } = useComparison(sources, answers, server);
  const spec = useMemo(() => overlaySpec(cells, overlay, progress), [cells, overlay, progress]);
  const rows = ranked(cells, state.at === "known" ? state.comparison : null);
  const older = sources.filter(
    (source) => source.reports.length > 0 && !isBusy(source.phase) && !areSame(source.criteria, criteria),
  );
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => focusOn(heading.current), []);
  return (
    <article className="report" aria-label="Comparison">
      <header className="report-head">
        <div>
          <h2 tabIndex={-1} ref={heading}>
            {counted(cells.length, "cell")} compared
          </h2>
          <RankNote state={state} onAsk={ask} />
        </div>
        <div className="take-away">
          <button
            type="button"
            className="button"
            onClick={() => downloadText("comparison.csv", comparisonCsv(rows), "text/csv")}
          >
            Table as CSV
          </button>
          <button
            type="button"
            className="button"
            onClick={() =>
              downloadText(
                "battery-reports.json",
                JSON.stringify(
                  cells.map(({ report }) => report),
                  null,
                  2,
                ),
                "application/json",
              )
            }
          >
            Reports as JSON
          </button>
        </div>
      </header>
      {older.length > 0 && (
        <p className="error-message" role="status">
          {counted(cellsOf(older).length, "end of life", "ends of life")} still with the earlier settings, not with{" "}
          {shortPercent(criteria.eolThreshold)} of the {criteria.capacityReference} capacity.
        </p>
      )}
      <div className="charts one">
        <Chart
          title={overlayAxis(overlay).label}
          owner={counted(cells.length, "cell")}
          spec={spec}
          summary={`${overlayAxis(overlay).label} over cycles of ${cells.map(({ name }) => name).join(", ")}.`}
          onPaper={ALONE_ON_PAPER}
          controls={
            <>
              <Choice label="What to compare" options={OVERLAY_OPTIONS} value={overlay} onChange={setOverlay} />
              <label className="select">
                <span className="visually-hidden">Another figure</span>
                <select
                  value={overlay in OVERLAYS ? "" : overlay}
                  onChange={({ target }) => target.value && setOverlay(target.value as Overlay)}
                >
                  <option value="">Another figure</option>
                  {figures.map(({ column, label }) => (
                    <option key={column} value={column}>
                      {label}
                    </option>
                  ))}
                </select>
              </label>
              <label className="select">
                <span className="visually-hidden">Over what</span>
                <select value={progress} onChange={({ target }) => setProgress(target.value as Progress)}>
                  {PROGRESS_OPTIONS.map(([name, label]) => (
                    <option key={name} value={name}>
                      over {label.toLowerCase()}
                    </option>
                  ))}
                </select>
              </label>
            </>
          }
        />
      </div>
      <ComparisonTable rows={rows} onCell={onCell} />
      {state.at === "known" && <Explained comparison={state.comparison} />}
    </article>
  );
}

function RankNote({ state, onAsk }: { state: ComparisonState; onAsk: () => void }) {
  if (state.at === "known")
    return (
      <>
        <p>{state.comparison.summary}</p>
        <p className="soft">{state.comparison.basis}</p>
      </>
    );
  if (state.at === "waiting") return <p className="soft">The API ranks them after all files have been analysed.</p>;
  if (state.at === "asking") return <p className="soft">Asking the API to rank them…</p>;
  return (
    <p className="soft">
      {state.at === "failed" ? `${state.error.message} ` : "Together they are too large for one request. "}
      <button type="button" className="link" onClick={onAsk}>
        {state.at === "offered" ? `Send all ${bytes(state.bytes)} to rank them` : "Try again"}
      </button>
    </p>
  );
}

interface TableProps {
  rows: readonly Row[];
  onCell: (key: string) => void;
}

function ComparisonTable({ rows, onCell }: TableProps) {
  const [order, setOrder] = useState<Order>({ by: "Rank", descending: false });
  const sortBy = (by: string) => setOrder({ by, descending: order.by === by && !order.descending });
  const direction = (name: string) => (order.by === name ? (order.descending ? "descending" : "ascending") : "none");
  return (
    <Scroll className="card" label="Comparison table">
      <table className="comparison">
        <thead>
          <tr>
            {["Cell", ...COLUMNS.map(({ name }) => name)].map((name) => (
              <th scope="col" key={name} aria-sort={direction(name)}>
                <button type="button" onClick={() => sortBy(name)}>
                  {name}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, order).map((row) => (
            <tr key={row.cell.key}>
              <th scope="row">
                <span className="named">
                  <Swatch color={colorOfCell(row.cell)} mark={markOfCell(row.cell)} />
                  <button type="button" className="link" onClick={() => onCell(row.cell.key)}>
                    {row.cell.name}
                  </button>
                </span>
              </th>
              {COLUMNS.map((column) => (
                <td key={column.name} className={column.name === "How sure" ? "sureness" : undefined}>
                  {column.text(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
