/** A chart as a PNG: what is on the screen, with its title and legend above it, on the page's ground. */

import { colorOf, type Plot } from "./plot";
import type { Series } from "./spec";

const MARGIN = 14;
const LINE = 20;

export function pictureOf(plot: Plot, title: string, shown: readonly Series[]): Promise<Blob> {
  const chart = plot.u.ctx.canvas;
  const ratio = devicePixelRatio;
  const width = chart.width / ratio;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.reject(new Error("This browser draws no pictures."));
  const rows = legendRows(pen, shown, width - 2 * MARGIN);
  const head = MARGIN + LINE + rows.length * LINE;
  canvas.width = chart.width;
  canvas.height = chart.height + head * ratio;
  pen.scale(ratio, ratio);
  pen.fillStyle = colorOf("card");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = colorOf("ink");
  pen.font = "600 14px system-ui, sans-serif";
  pen.fillText(title, MARGIN, MARGIN + 8);
  pen.font = "12px system-ui, sans-serif";
  rows.forEach((row, index) => {
    const y = MARGIN + LINE + index * LINE + 6;
    for (const { series, left } of row) {
      pen.fillStyle = colorOf(series.color);
      pen.fillRect(left, y - 8, 10, 10);
      pen.fillStyle = colorOf("axis");
      pen.fillText(series.label, left + 15, y + 1);
    }
  });
  pen.drawImage(chart, 0, head, width, chart.height / ratio);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))), "image/png"),
  );
}

function legendRows(pen: CanvasRenderingContext2D, shown: readonly Series[], width: number) {
  pen.font = "12px system-ui, sans-serif";
  const rows: { series: Series; left: number }[][] = [];
  let left = Number.POSITIVE_INFINITY;
  for (const series of shown) {
    const room = 15 + pen.measureText(series.label).width + 18;
    if (left + room > width + MARGIN) {
      left = MARGIN;
      rows.push([]);
    }
    rows.at(-1)?.push({ series, left });
    left += room;
  }
  return rows;
}
