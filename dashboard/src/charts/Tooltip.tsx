/** The values at the cursor, with their units. */

import type { CSSProperties } from "react";
import { fixed } from "../model/format";
import { Swatch } from "./Legend";
import type { Readout } from "./plot";
import type { ChartSpec } from "./spec";

interface Props {
  spec: ChartSpec;
  readout: Readout;
}

/** More values would not be readable, and might not fit on the screen. */
const MOST_VALUES = 8;

export function Tooltip({ spec, readout }: Props) {
  const { x, y } = spec;
  const { values, beyond } = valuesIn(spec, readout);
  return (
    <div className="tooltip-area" style={readout.area} aria-hidden="true">
      <div className="tooltip" style={placeBeside(readout)}>
        <b>
          {x.label} {fixed(readout.x, x.decimals, x.unit)}
        </b>
        {values.map(({ series: { label, color, mark }, value }) => (
          <span key={label}>
            <Swatch color={color} mark={mark} />
            <span className="label">{label}</span> <b>{fixed(value, y.decimals, y.unit)}</b>
          </span>
        ))}
        {beyond > 0 && <span>and {fixed(beyond, 0)} further away</span>}
      </div>
    </div>
  );
}

/** The same in a sentence, for screen readers. */
export function sentenceOf(spec: ChartSpec, readout: Readout): string {
  const { x, y } = spec;
  const { values, beyond } = valuesIn(spec, readout);
  const said = values.map(({ series, value }) => `${series.label} ${fixed(value, y.decimals, y.unit)}`);
  if (beyond > 0) said.push(`and ${fixed(beyond, 0)} further away`);
  return `${x.label} ${fixed(readout.x, x.decimals, x.unit)}: ${said.join(", ")}`;
}

/** The values nearest to the cursor, in the order of the legend, and the number of the others. */
export function valuesIn({ series }: ChartSpec, readout: Readout) {
  const known = series.flatMap((one, index) => {
    const value = readout.values[index];
    return typeof value === "number" ? [{ series: one, value }] : [];
  });
  const distance = ({ value }: { value: number }) => Math.abs(value - readout.y);
  const nearest = new Set([...known].sort((a, b) => distance(a) - distance(b)).slice(0, MOST_VALUES));
  return { values: known.filter((one) => nearest.has(one)), beyond: known.length - nearest.size };
}

/** Places it on the side with enough space, so that it does not cover its values. */
function placeBeside({ left, top }: Readout): CSSProperties {
  return {
    ...(left > 0.5 ? { right: `calc(${100 * (1 - left)}% + 14px)` } : { left: `calc(${100 * left}% + 14px)` }),
    ...(top > 0.5 ? { bottom: `${100 * (1 - top)}%` } : { top: `${100 * top}%` }),
  };
}
