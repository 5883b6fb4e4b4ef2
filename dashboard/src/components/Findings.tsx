/** What was odd in the cell's data and what was done about it, worst first and never folded away. */

import type { Report } from "../api/types";
import { remarksOn } from "../model/findings";
import { counted } from "../model/format";

/** What leaves the first page room for the capacity plot; the style sheet for paper holds it. */
const MOST_ON_PAPER = 9;

export function Findings({ report }: { report: Report }) {
  const remarks = remarksOn(report);
  return (
    <section className="card findings" aria-labelledby="findings">
      <h3 id="findings">Findings</h3>
      {remarks.length === 0 ? (
        <p className="soft">Nothing odd was found in this cell's data.</p>
      ) : (
        <ul className="remarks">
          {remarks.map(({ kind, text, where }) => (
            <li key={`${kind} ${text} ${where}`}>
              <span className={`badge ${kind}`}>{kind}</span>
              <span>
                {text}
                {where && <span className="soft"> ({where})</span>}
              </span>
            </li>
          ))}
          {remarks.length > MOST_ON_PAPER && (
            <li className="on-paper">
              and {counted(remarks.length - MOST_ON_PAPER, "more finding")}, which the report as JSON has.
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
