/** The series of a chart; each has a button that shows or hides it. */

import type { CSSProperties } from "react";
import type { ColorName, Mark, Series } from "./spec";

interface Props {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  onToggle: (label: string) => void;
}

export function Legend({ series, hidden, onToggle }: Props) {
  // Lines that belong together, such as both ends of an interval, have one label and one button.
  const named = series.filter(({ label }, place) => series.findIndex((one) => one.label === label) === place);
  return (
    <ul className="legend">
      {named.map(({ label, color, mark }) => (
        <li key={label}>
          <button type="button" aria-pressed={!hidden.has(label)} onClick={() => onToggle(label)}>
            <Swatch color={color} mark={mark} />
            <span className="label">{label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Swatch({ color, mark }: { color: ColorName; mark: Mark }) {
  const looks = mark.kind === "line" ? [mark.dash && "dashed"] : [mark.shape, mark.hollow && "hollow"];
  const style = { "--swatch": `var(--${color})` } as CSSProperties;
  return (
    <span className={["swatch", mark.kind, ...looks].filter(Boolean).join(" ")} style={style} aria-hidden="true" />
  );
}
