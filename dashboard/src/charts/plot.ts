/** The only module that uses uPlot: draws a chart's specification as a plot on the page. */

import uPlot from "uplot";
import { fixed } from "../model/format";
import { aligned, nearest } from "./alignment";
import { pointsPath } from "./marks";
import type { Axes, Axis, ChartSpec, ColorName, Range, Series } from "./spec";

export interface Readout {
  x: number;
  /** The value of the y axis at the cursor. */
  y: number;
  /** One value per series; null if it has none near the cursor. */
  values: (number | null)[];
  /** The position of the cursor, as shares of the plotting area's width and height, from its left and its top. */
  left: number;
  top: number;
  /** The position of the plotting area in the chart, in CSS pixels. */
  area: { left: number; top: number; width: number; height: number };
}

interface Watching {
  onReadout?: (readout: Readout | null) => void;
  /** Called with whether the axes are zoomed. */
  onZoom?: (zoomed: boolean) => void;
  /** The size of text, lines and points. */
  scale?: number;
}

const NEAR_PX = 28;
/** The smallest distance of ticks on an axis of whole numbers: there is no cycle 2.5. */
const WHOLE_STEPS = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
/** The width of the numbers at an axis: of a digit, and of the space around them. */
const DIGIT_PX = 7.5;
const AROUND_PX = 14;

/** A colour of the page at `place`, which may have another theme than the page. */
export function colorOf(name: ColorName | "axis" | "grid" | "card", place: Element = document.documentElement): string {
  return getComputedStyle(place).getPropertyValue(`--${name}`).trim() || "#888";
}

export class Plot {
  readonly u: uPlot;
  private readonly rows: Int32Array[];
  private readonly xs: Float64Array[];

  constructor(
    place: HTMLElement,
    private readonly spec: ChartSpec,
    size: { width: number; height: number },
    private home: Axes,
    { onReadout, onZoom, scale = 1 }: Watching = {},
  ) {
    const { data, rows, xs } = aligned(spec.series);
    this.rows = rows;
    this.xs = xs;
    const color = (name: Parameters<typeof colorOf>[0]) => () => colorOf(name, place);
    const options: uPlot.Options = {
      ...size,
      padding: [10 * scale, 20 * scale, 0, 0],
      legend: { show: false },
      focus: { alpha: 1 },
      cursor: {
        drag: { x: true, y: true, uni: 40, dist: 6, setScale: true },
        bind: { dblclick: () => this.leaveToUs },
        points: { show: (_, index) => hoverPoint(spec.series[index - 1]) as HTMLElement }, // false means none; the types lack it
        dataIdx: (u, index, closest, x) => (index === 0 ? closest : this.rowNear(u, index - 1, x)),
      },
      scales: {
        x: { time: false, auto: false, range: (_, low, high) => [low, high] },
        y: { auto: false, range: (_, low, high) => [low, high] },
      },
      axes: [axis(spec.x, 34, scale, color), axis(spec.y, 62, scale, color)],
      series: [{}, ...spec.series.map((series) => drawn(series, scale, color(series.color)))],
      hooks: {
        setCursor: [() => onReadout?.(this.read())],
        setScale: [() => onZoom?.(this.isZoomed())],
      },
    };
    this.u = new uPlot(options, data as uPlot.AlignedData, place);
    // uPlot finds the rows in range only when a scale is set later, not when it is given at the start.
    this.goHome();
  }

  /** Resolves when the canvas is drawn: uPlot draws in a microtask. */
  async drawn(): Promise<void> {
    await Promise.resolve();
  }

  goHome(): void {
    this.setAxes(this.home);
  }

  /** Changes the initial range of the axes, and the axes too unless they are zoomed. */
  settle(home: Axes): void {
    const wasZoomed = this.isZoomed();
    this.home = home;
    if (!wasZoomed) this.goHome();
  }

  setAxes({ x, y }: Axes): void {
    this.u.batch(() => {
      this.u.setScale("x", { min: x[0], max: x[1] });
      this.u.setScale("y", { min: y[0], max: y[1] });
    });
  }

  axesNow(): Axes {
    const range = (name: string): Range => [this.u.scales[name]?.min ?? 0, this.u.scales[name]?.max ?? 1];
    return { x: range("x"), y: range("y") };
  }

  show(series: number, visible: boolean): void {
    if (this.u.series[series + 1]?.show !== visible) this.u.setSeries(series + 1, { show: visible });
  }

  /** Moves the cursor to a neighbouring point of the first series with values. */
  step(direction: -1 | 1): void {
    const index = this.spec.series.findIndex(
      ({ read, x }, place) => read !== false && x.length > 0 && this.u.series[place + 1]?.show,
    );
    const xs = this.xs[index];
    if (!xs) return;
    const { left = -1 } = this.u.cursor;
    const [low, high] = this.axesNow().x;
    const here = left < 0 ? null : nearest(xs, this.u.posToVal(left, "x"));
    let next = here === null ? nearest(xs, direction > 0 ? low : high) : here + direction;
    next = Math.min(Math.max(next, 0), xs.length - 1);
    const x = xs[next] as number;
    if (x < low || x > high) return;
    const y = this.spec.series[index]?.y[next] ?? (this.home.y[0] + this.home.y[1]) / 2;
    this.u.setCursor({ left: this.u.valToPos(x, "x"), top: this.u.valToPos(y, "y") });
  }

  putCursorAway(): void {
    this.u.setCursor({ left: -10, top: -10 });
  }

  isZoomed(): boolean {
    const now = this.axesNow();
    const differs = (a: Range, b: Range) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) > 1e-6 * (b[1] - b[0]);
    return differs(now.x, this.home.x) || differs(now.y, this.home.y);
  }

  /** The values at the cursor; null while it is outside. */
  read(): Readout | null {
    const { u } = this;
    const { left = -1, top = 0 } = u.cursor;
    if (left < 0) return null;
    const rows = this.spec.series.map((series, index) =>
      series.read === false || !u.series[index + 1]?.show ? null : (u.cursor.idxs?.[index + 1] ?? null),
    );
    const first = rows.find((row) => row !== null) ?? null;
    if (first === null) return null;
    return {
      x: u.data[0][first] as number,
      y: u.posToVal(top, "y"),
      values: rows.map((row, index) => (row === null ? null : ((u.data[index + 1]?.[row] as number | null) ?? null))),
      left: left / u.over.clientWidth,
      top: top / u.over.clientHeight,
      area: {
        left: u.over.offsetLeft,
        top: u.over.offsetTop,
        width: u.over.clientWidth,
        height: u.over.clientHeight,
      },
    };
  }

  /** By default uPlot shows the extremes of all data after a double click. */
  private readonly leaveToUs = (): null => {
    this.goHome();
    return null;
  };

  /** The row of the series' point nearest to the cursor; null if none is near. */
  private rowNear(u: uPlot, index: number, x: number): number {
    const none = null as unknown as number; // for uPlot null means "no point here"; its types lack it
    const [series, xs] = [this.spec.series[index], this.xs[index]];
    if (!series || !xs || series.read === false) return none;
    const place = nearest(xs, x);
    if (place < 0) return none;
    const distance = Math.abs(u.valToPos(xs[place] as number, "x") - u.valToPos(x, "x"));
    return distance > NEAR_PX ? none : (this.rows[index]?.[place] ?? none);
  }
}

function drawn({ label, mark }: Series, scale: number, stroke: () => string): uPlot.Series {
  const common: uPlot.Series = { label, stroke, points: { show: false }, scale: "y" };
  if (mark.kind === "points") {
    return { ...common, fill: stroke, width: 1.5 * scale, paths: pointsPath({ ...mark, size: mark.size * scale }) };
  }
  const dash = mark.dash?.map((length) => length * scale);
  return { ...common, width: (mark.width ?? 2) * scale, ...(dash && { dash }) };
}

function axis(
  { label, unit, decimals }: Axis,
  size: number,
  scale: number,
  color: (name: "axis" | "grid") => () => string,
): uPlot.Axis {
  const font = `${Math.round(12 * scale)}px system-ui, sans-serif`;
  return {
    label: unit ? `${label} (${unit})` : label,
    labelSize: 22 * scale,
    // Depends on the numbers: a million needs more space than a volt.
    size: (_, texts, side) => scale * (side === 0 ? size : Math.max(size, AROUND_PX + DIGIT_PX * longest(texts))),
    values: (_, splits, _side, _space, step) => splits.map((value) => fixed(value, decimalsOf(step))),
    gap: 5 * scale,
    space: (_, index) => (index === 0 ? 55 : 32) * scale,
    font,
    labelFont: font,
    ...(decimals === 0 && { incrs: WHOLE_STEPS }),
    stroke: color("axis"),
    grid: { stroke: color("grid"), width: 1 },
    ticks: { stroke: color("grid"), width: scale, size: 5 * scale },
  };
}

function longest(texts: readonly string[] | null): number {
  return Math.max(0, ...(texts ?? []).map(({ length }) => length));
}

/** The decimals that make neighbouring ticks differ. */
function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 9 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6) decimals += 1;
  return decimals;
}

function hoverPoint(series: Series | undefined): HTMLElement | false {
  if (!series || series.read === false) return false;
  const point = document.createElement("div");
  point.className = "hover-point";
  point.style.borderColor = `var(--${series.color})`;
  return point;
}
