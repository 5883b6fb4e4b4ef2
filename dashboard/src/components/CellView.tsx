/** The report on one cell. */

import { useEffect, useRef } from "react";
import type { PageCell } from "../model/cells";
import { downloadText, fileName } from "../model/download";
import { shortPercent } from "../model/format";
import { areSame, type Criteria, isBusy, type Server } from "../model/sourceStore";
import { cycleTableCsv } from "../model/tables";
import { AgeingCharts } from "./AgeingCharts";
import { CapacityCharts } from "./CapacityCharts";
import { Findings } from "./Findings";
import { focusOn } from "./focus";
import { Headline, Subtitle } from "./Headline";
import { Icon } from "./Icon";
import { OtherCharts } from "./OtherCharts";
import { Pictures } from "./Pictures";
import { ProtocolStrip } from "./ProtocolStrip";
import { CycleTableView, ProjectionTable, SourceTable, StatisticsTable } from "./Tables";
import { type Plots, usePlots } from "./usePlots";
import { VoltageCharts } from "./VoltageCharts";

interface Props {
  cell: PageCell;
  /** The present criteria; the report may still be for earlier ones. */
  criteria: Criteria;
  server: () => Promise<Server>;
}

export function CellView({ cell, criteria, server }: Props) {
  const { name, report, source } = cell;
  const plots = usePlots(cell, server);
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the report of another cell gets the focus, for screen readers
  useEffect(() => focusOn(heading.current), [cell.key]);
  return (
    <article className="report" aria-label={`Report on ${name}`} aria-busy={isBusy(source.phase)}>
      <div className="first-page">
        <header className="report-head">
          <div>
            <h2 tabIndex={-1} ref={heading}>
              {name}
            </h2>
            <Subtitle report={report} />
          </div>
          <Downloads cell={cell} plots={plots} />
        </header>
        {!areSame(source.criteria, criteria) && !isBusy(source.phase) && (
          <p className="error-message" role="status">
            This report still uses {shortPercent(source.criteria.eolThreshold)} of the{" "}
            {source.criteria.capacityReference} capacity: the API has not answered for{" "}
            {shortPercent(criteria.eolThreshold)} of the {criteria.capacityReference} capacity.
          </p>
        )}
        <Headline report={report} />
        <Findings report={report} />
        <ProtocolStrip report={report} />
        <div className="charts">
          <CapacityCharts report={report} name={name} />
        </div>
      </div>
      <div className="charts">
        <VoltageCharts key={cell.key} cell={cell} server={server} />
        <OtherCharts report={report} name={name} />
      </div>
      <AgeingCharts key={`${cell.key} ageing`} report={report} name={name} />
      <div className="tables">
        <StatisticsTable report={report} />
        <ProjectionTable report={report} />
      </div>
      <Pictures plots={plots} name={name} />
      <CycleTableView report={report} />
      <SourceTable report={report} />
    </article>
  );
}

function Downloads({ cell: { name, report }, plots }: { cell: PageCell; plots: Plots }) {
  const saveJson = async () => {
    // With its plots; without them only if the API does not answer.
    const complete = (await plots.draw()) ?? report;
    downloadText(fileName(name, "report.json"), JSON.stringify(complete, null, 2), "application/json");
  };
  const saveCsv = () => downloadText(fileName(name, "cycles.csv"), cycleTableCsv(report.cycle_table), "text/csv");
  return (
    <div className="take-away">
      <button type="button" className="button" onClick={saveJson}>
        Report as JSON
      </button>
      <button type="button" className="button" onClick={saveCsv}>
        Cycles as CSV
      </button>
      <button type="button" className="button" onClick={() => print()}>
        <Icon name="print" /> Print
      </button>
    </div>
  );
}
