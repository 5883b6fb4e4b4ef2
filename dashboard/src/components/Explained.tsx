/** What the comparison explains: who stands out among cells tested alike, and what the fade goes with. */

import type { Comparison } from "../api/types";
import { fixed, significant } from "../model/format";
import { Scroll } from "./Scroll";

export function Explained({ comparison: { siblings, factors } }: { comparison: Comparison }) {
  const outliers = siblings.flatMap((group) => group.outliers);
  return (
    <>
      {siblings.length > 0 && (
        <section className="card" aria-labelledby="siblings">
          <h3 id="siblings">Cells tested alike</h3>
          {siblings.map((group) => (
            <p key={group.cells.join()}>{group.summary}</p>
          ))}
          {outliers.length > 0 && (
            <Scroll label="Table of outliers">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Stands out</th>
                    <th scope="col">Figure</th>
                    <th scope="col">Value</th>
                    <th scope="col">Median of all</th>
                    <th scope="col">Robust z</th>
                  </tr>
                </thead>
                <tbody>
                  {outliers.map((one) => (
                    <tr key={`${one.cell_id} ${one.figure}`}>
                      <th scope="row">{one.cell_id}</th>
                      <td>{one.figure.replaceAll("_", " ")}</td>
                      <td>{significant(one.value, 4)}</td>
                      <td>{significant(one.median, 4)}</td>
                      <td>{fixed(one.robust_z, 1)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )}
        </section>
      )}
      {factors.factors.length > 0 && (
        <section className="card" aria-labelledby="factors">
          <h3 id="factors">What the fade goes with, at cycle {fixed(factors.common_cycle, 0)}</h3>
          <Scroll label="Table of factors">
            <table>
              <thead>
                <tr>
                  <th scope="col">Condition</th>
                  <th scope="col" className="words">
                    Mean fade at its values
                  </th>
                  <th scope="col">Rank correlation</th>
                  <th scope="col" className="words">
                    Changes together with
                  </th>
                </tr>
              </thead>
              <tbody>
                {factors.factors.map((factor) => (
                  <tr key={factor.name}>
                    <th scope="row">{factor.name.replaceAll("_", " ")}</th>
                    <td className="words">
                      {factor.levels
                        .map((level) => `${significant(level.value, 3)}: ${fixed(level.mean_fade_percent, 2, "%")}`)
                        .join("; ")}
                    </td>
                    <td>{fixed(factor.rank_correlation, 2)}</td>
                    <td className="words">
                      {factor.not_separable_from.map((name) => name.replaceAll("_", " ")).join(", ") || "–"}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          <p className="soft">{factors.temperature_law?.text ?? factors.no_temperature_law_reason}</p>
        </section>
      )}
    </>
  );
}
