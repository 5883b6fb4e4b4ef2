/** What a chart is told: axes with units, and series that each bring their own x. */

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
  /** Decimals of the read-out. */
  decimals: number;
}

export interface Series {
  label: string;
  color: ColorName;
  /** Ascending; equal neighbours are told apart by the chart. */
  x: readonly number[];
  /** Null where nothing is known. */
  y: readonly (number | null)[];
  mark: Mark;
  /** Whether the y axis has to hold all of it. */
  fits?: boolean;
  /** Whether it has values to read: a threshold's label says it all. */
  read?: boolean;
}

export interface ChartSpec {
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /** The x axis at rest; all of the series where it is not given. */
  xRange?: Range | undefined;
  /** What the y axis holds at rest, where the series' extremes would hide what matters. */
  yUsual?: Range | undefined;
  /** A least width of the x axis, so that a single point has room. */
  leastXSpan?: number;
  /** A least height of the y axis, so that noise is not blown up. */
  leastYSpan?: number;
}

/** What both axes span. */
export interface Axes {
  x: Range;
  y: Range;
}

export type Range = readonly [low: number, high: number];
