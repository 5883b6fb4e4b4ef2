/** The values under the cursor, with their units, beside it. */

import type { CSSProperties } from "react";
import { fixed } from "../model/format";
import { Swatch } from "./Legend";
import type { Readout } from "./plot";
import type { ChartSpec } from "./spec";

interface Props {
  spec: ChartSpec;
  readout: Readout;
}

export function Tooltip({ spec: { x, y, series }, readout }: Props) {
  return (
    <div className="tooltip-area" aria-hidden="true">
      <div className="tooltip" style={placeBeside(readout)}>
        <b>
          {x.label} {fixed(readout.x, x.decimals, x.unit)}
        </b>
        {series.map(({ label, color, mark }, index) => {
          const value = readout.values[index];
          return (
            typeof value === "number" && (
              <span key={label}>
                <Swatch color={color} mark={mark} />
                {label} <b>{fixed(value, y.decimals, y.unit)}</b>
              </span>
            )
          );
        })}
      </div>
    </div>
  );
}

/** The same in a sentence, to be read out. */
export function sentenceOf({ x, y, series }: ChartSpec, readout: Readout): string {
  const values = series.flatMap(({ label }, index) => {
    const value = readout.values[index];
    return typeof value === "number" ? [`${label} ${fixed(value, y.decimals, y.unit)}`] : [];
  });
  return `${x.label} ${fixed(readout.x, x.decimals, x.unit)}: ${values.join(", ")}`;
}

/** On the side that has room, so that it never hides what it tells of. */
function placeBeside({ left, top }: Readout): CSSProperties {
  return {
    ...(left > 0.5 ? { right: `calc(${100 * (1 - left)}% + 14px)` } : { left: `calc(${100 * left}% + 14px)` }),
    ...(top > 0.5 ? { bottom: `${100 * (1 - top)}%` } : { top: `${100 * top}%` }),
  };
}
