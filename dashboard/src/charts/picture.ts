/** A chart as a PNG, black on white in either theme: its title, the legend of the visible series, and the plot. */

import { colorOf, Plot } from "./plot";
import type { Axes, ChartSpec, Series } from "./spec";

export interface Pictured {
  title: string;
  spec: ChartSpec;
  /** What is visible: the zoomed axes, and the labels of hidden series. */
  axes: Axes;
  hidden: ReadonlySet<string>;
}

/** The size of the plot under its legend. The text has the same size in both, so that it can be read in a printed column. */
export type PictureSize = { width: number; height: number };
export const SAVED: PictureSize = { width: 560, height: 330 };
export const ON_PAPER: PictureSize = { width: 400, height: 210 };
export const WIDE_ON_PAPER: PictureSize = { width: 660, height: 150 };
export const ALONE_ON_PAPER: PictureSize = { width: 660, height: 330 };

/** Pixels per unit of length: fine enough for print. */
const DENSITY = 3;
const MARGIN = 14;
const LINE = 19;

/** Drawn in the next microtasks, so that it is ready for a listener of `beforeprint`. */
export async function pictureOf(
  { title, spec, axes, hidden }: Pictured,
  size: PictureSize,
): Promise<HTMLCanvasElement> {
  const { width, height } = size;
  const place = document.createElement("div");
  place.className = "offscreen";
  place.dataset.theme = "light";
  document.body.append(place);
  const scale = DENSITY / devicePixelRatio;
  const plot = new Plot(place, spec, { width: width * scale, height: height * scale }, axes, { scale });
  for (const [index, { label }] of spec.series.entries()) plot.show(index, !hidden.has(label));
  await plot.drawn();
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (pen) {
    const shown = spec.series.filter(({ label }) => !hidden.has(label));
    const rows = legendRows(pen, shown, width - 2 * MARGIN);
    const head = MARGIN + LINE + rows.length * LINE;
    canvas.width = DENSITY * width;
    canvas.height = DENSITY * (height + head);
    pen.scale(DENSITY, DENSITY);
    drawHead(pen, title, rows, place);
    pen.drawImage(plot.u.ctx.canvas, 0, head, width, height);
  }
  plot.u.destroy();
  place.remove();
  return canvas;
}

/** Synchronous, because `toBlob` waits until the browser is idle, which took seconds. */
export function pngOf(canvas: HTMLCanvasElement): Blob {
  const base64 = canvas.toDataURL("image/png").split(",")[1] ?? "";
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: "image/png" });
}

type LegendRow = { series: Series; left: number }[];

function drawHead(pen: CanvasRenderingContext2D, title: string, rows: readonly LegendRow[], place: Element): void {
  pen.fillStyle = colorOf("card", place);
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
  pen.fillStyle = colorOf("ink", place);
  pen.font = "600 14px system-ui, sans-serif";
  pen.fillText(title, MARGIN, MARGIN + 8);
  pen.font = LEGEND_FONT;
  for (const [index, row] of rows.entries()) {
    const y = MARGIN + (index + 1) * LINE + 7;
    for (const { series, left } of row) {
      pen.fillStyle = colorOf(series.color, place);
      drawSwatch(pen, series, left, y);
      pen.fillStyle = colorOf("axis", place);
      pen.fillText(series.label, left + 16, y);
    }
  }
}

function drawSwatch(pen: CanvasRenderingContext2D, { mark }: Series, left: number, y: number): void {
  if (mark.kind === "points") pen.fillRect(left + 1, y - 8, 9, 9);
  else if (!mark.dash) pen.fillRect(left, y - 5, 11, 3);
  else for (const dash of [0, 7]) pen.fillRect(left + dash, y - 5, 4, 3);
}

const LEGEND_FONT = "12px system-ui, sans-serif";

function legendRows(pen: CanvasRenderingContext2D, shown: readonly Series[], width: number): LegendRow[] {
  pen.font = LEGEND_FONT;
  const rows: LegendRow[] = [];
  let left = Number.POSITIVE_INFINITY;
  for (const series of shown) {
    const space = 16 + pen.measureText(series.label).width + 16;
    if (left + space > width + MARGIN) {
      left = MARGIN;
      rows.push([]);
    }
    rows.at(-1)?.push({ series, left });
    left += space;
  }
  return rows;
}
