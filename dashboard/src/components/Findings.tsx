/** The findings of a cell, worst first, always visible. */

import type { Report } from "../api/types";
import { findingsOf } from "../model/findings";
import { counted } from "../model/format";

/** With more findings the capacity plot would not fit on the first printed page; the print style sheet uses this. */
const MOST_ON_PAPER = 9;

export function Findings({ report }: { report: Report }) {
  const findings = findingsOf(report);
  return (
    <section className="card findings" aria-labelledby="findings">
      <h3 id="findings">Findings</h3>
      {findings.length === 0 ? (
        <p className="soft">Nothing odd was found in this cell's data.</p>
      ) : (
        <ul className="finding-list">
          {findings.map(({ kind, text, where }) => (
            <li key={`${kind} ${text} ${where}`}>
              <span className={`badge ${kind}`}>{kind}</span>
              <span>
                {text}
                {where && <span className="soft"> ({where})</span>}
              </span>
            </li>
          ))}
          {findings.length > MOST_ON_PAPER && (
            <li className="on-paper">
              and {counted(findings.length - MOST_ON_PAPER, "more finding")}; the report as JSON has all of them.
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
