/** The one place that knows uPlot: a chart's specification as a plot on the page. */

import uPlot from "uplot";
import { aligned, nearest } from "./alignment";
import { pointsPath } from "./marks";
import type { ChartSpec, ColorName, Range, Series } from "./spec";

export interface Readout {
  x: number;
  /** One value a series; null where it has none near the cursor. */
  values: (number | null)[];
}

const NEAR_PX = 28;
const FONT = "12px system-ui, sans-serif";

export function colorOf(name: ColorName | "axis" | "grid" | "card"): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#888";
}

/** Draws the chart into `place`; `onReadout` follows the cursor, `onZoom` says whether the axes have left their rest. */
export class Plot {
  readonly u: uPlot;
  private readonly rows: Int32Array[];
  private readonly xs: Float64Array[];
  private home: { x: Range; y: Range };

  constructor(
    place: HTMLElement,
    private readonly spec: ChartSpec,
    size: { width: number; height: number },
    home: { x: Range; y: Range },
    on: { readout: (readout: Readout | null) => void; zoom: (zoomed: boolean) => void },
  ) {
    const { data, rows, xs } = aligned(spec.series);
    this.rows = rows;
    this.xs = xs;
    this.home = home;
    const options: uPlot.Options = {
      ...size,
      padding: [10, 14, 0, 0],
      legend: { show: false },
      focus: { alpha: 1 },
      cursor: {
        drag: { x: true, y: true, uni: 40, dist: 6, setScale: true },
        points: { show: (_, index) => hoverPoint(spec.series[index - 1]) as HTMLElement }, // false is none, which the types lack
        dataIdx: (u, index, closest, x) => (index === 0 ? closest : this.rowNear(u, index - 1, x)),
      },
      scales: {
        x: { time: false, auto: false, min: home.x[0], max: home.x[1], range: (_, low, high) => [low, high] },
        y: { auto: false, min: home.y[0], max: home.y[1], range: (_, low, high) => [low, high] },
      },
      axes: [axis(spec.x, 34), axis(spec.y, 62)],
      series: [{}, ...spec.series.map(drawn)],
      hooks: {
        setCursor: [() => on.readout(this.read())],
        setScale: [() => on.zoom(this.isZoomed())],
      },
    };
    this.u = new uPlot(options, data as uPlot.AlignedData, place);
  }

  /** Moves the axes' rest, and the axes with it. */
  goHome(home = this.home): void {
    this.home = home;
    this.setAxes(home);
  }

  setAxes({ x, y }: { x: Range; y: Range }): void {
    this.u.batch(() => {
      this.u.setScale("x", { min: x[0], max: x[1] });
      this.u.setScale("y", { min: y[0], max: y[1] });
    });
  }

  axesNow(): { x: Range; y: Range } {
    const range = (name: string): Range => [this.u.scales[name]?.min ?? 0, this.u.scales[name]?.max ?? 1];
    return { x: range("x"), y: range("y") };
  }

  show(series: number, visible: boolean): void {
    if (this.u.series[series + 1]?.show !== visible) this.u.setSeries(series + 1, { show: visible });
  }

  /** Puts the cursor on a neighbouring point of the first series that can be read. */
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

  private isZoomed(): boolean {
    const now = this.axesNow();
    const differs = (a: Range, b: Range) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) > 1e-6 * (b[1] - b[0]);
    return differs(now.x, this.home.x) || differs(now.y, this.home.y);
  }

  /** What is under the cursor; null while it is elsewhere. */
  read(): Readout | null {
    const { u } = this;
    const { left = -1 } = u.cursor;
    if (left < 0) return null;
    const rows = this.spec.series.map((series, index) =>
      series.read === false || !u.series[index + 1]?.show ? null : (u.cursor.idxs?.[index + 1] ?? null),
    );
    const first = rows.find((row) => row !== null) ?? null;
    if (first === null) return null;
    return {
      x: u.data[0][first] as number,
      values: rows.map((row, index) => (row === null ? null : ((u.data[index + 1]?.[row] as number | null) ?? null))),
    };
  }

  /** The table's row of the series' point nearest to the cursor; null where none is near. */
  private rowNear(u: uPlot, index: number, x: number): number {
    const none = null as unknown as number; // uPlot takes null for "no point here", which its types do not say
    const [series, xs] = [this.spec.series[index], this.xs[index]];
    if (!series || !xs || series.read === false) return none;
    const place = nearest(xs, x);
    if (place < 0) return none;
    const distance = Math.abs(u.valToPos(xs[place] as number, "x") - u.valToPos(x, "x"));
    return distance > NEAR_PX ? none : (this.rows[index]?.[place] ?? none);
  }
}

function drawn({ label, color, mark }: Series): uPlot.Series {
  const stroke = () => colorOf(color);
  const common: uPlot.Series = { label, stroke, points: { show: false }, scale: "y" };
  if (mark.kind === "points") return { ...common, fill: stroke, width: 1.5, paths: pointsPath(mark) };
  return { ...common, width: mark.width ?? 2, ...(mark.dash && { dash: [...mark.dash] }) };
}

function axis({ label, unit }: { label: string; unit: string }, size: number): uPlot.Axis {
  return {
    label: unit ? `${label} (${unit})` : label,
    labelSize: 22,
    size,
    font: FONT,
    labelFont: FONT,
    stroke: () => colorOf("axis"),
    grid: { stroke: () => colorOf("grid"), width: 1 },
    ticks: { stroke: () => colorOf("grid"), width: 1, size: 5 },
  };
}

function hoverPoint(series: Series | undefined): HTMLElement | false {
  if (!series || series.read === false) return false;
  const point = document.createElement("div");
  point.className = "hover-point";
  point.style.borderColor = `var(--${series.color})`;
  return point;
}
