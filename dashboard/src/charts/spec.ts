/** The specification of a chart: axes with units, and series that each have their own x. */

export type ColorName =
  | "blue"
  | "orange"
  | "vermilion"
  | "purple"
  | "green"
  | "sky"
  | "ink"
  | "grey"
  | `cycle-${number}`
  | `cell-${number}`;

export type Mark = { kind: "line"; width?: number; dash?: readonly number[] } | PointMark;

export interface PointMark {
  kind: "points";
  shape: "circle" | "diamond" | "square" | "triangle";
  size: number;
  hollow?: boolean;
}

export interface Axis {
  label: string;
  unit: string;
  /** Decimals of the shown values. */
  decimals: number;
}

export interface Series {
  label: string;
  color: ColorName;
  /** Ascending; the chart separates equal neighbours. */
  x: readonly number[];
  /** Null where the value is unknown. */
  y: readonly (number | null)[];
  mark: Mark;
  /** Whether the y axis must include all of it. */
  fits?: boolean;
  /** Whether its values are shown at the cursor; a threshold has its value in its label. */
  read?: boolean;
}

export interface ChartSpec {
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /** The initial x axis; by default it includes all series. */
  xRange?: Range | undefined;
  /** The initial y axis, if the extremes of the series would hide the important part. */
  yUsual?: Range | undefined;
  /** The smallest width of the x axis, so that a single point has space around it. */
  leastXSpan?: number;
  /** The smallest height of the y axis, so that noise does not fill it. */
  leastYSpan?: number;
}

/** The ranges of both axes. */
export interface Axes {
  x: Range;
  y: Range;
}

export type Range = readonly [low: number, high: number];
