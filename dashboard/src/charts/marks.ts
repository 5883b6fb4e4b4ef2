/** Draws points: all of them while there is space, one per pixel if there are more points than pixels. */

import type uPlot from "uplot";
import type { PointMark } from "./spec";

type Add = (path: Path2D, x: number, y: number, radius: number) => void;

/** Above this number they are drawn as a line. */
const MOST_POINTS_PER_PIXEL = 1;

const SHAPES: Record<PointMark["shape"], Add> = {
  circle: (path, x, y, radius) => {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  },
  square: (path, x, y, radius) => path.rect(x - radius, y - radius, 2 * radius, 2 * radius),
  diamond: (path, x, y, radius) => polygon(path, [x, y - radius, x + radius, y, x, y + radius, x - radius, y]),
  triangle: (path, x, y, radius) => polygon(path, [x - radius, y - radius, x + radius, y - radius, x, y + radius]),
};

export function pointsPath({ shape, size, hollow = false }: PointMark): uPlot.Series.PathBuilder {
  return (u, seriesIndex, first, last) => {
    const path = new Path2D();
    const [xs, ys] = [u.data[0], u.data[seriesIndex] ?? []];
    const scale = u.series[seriesIndex]?.scale ?? "y";
    const crowded = last - first > MOST_POINTS_PER_PIXEL * u.bbox.width;
    const radius = (devicePixelRatio * (crowded ? Math.min(size, 3) : size)) / 2;
    const taken = new Set<number>();
    for (let row = first; row <= last; row += 1) {
      const y = ys[row];
      if (y === null || y === undefined) continue;
      const [left, top] = [u.valToPos(xs[row] as number, "x", true), u.valToPos(y, scale, true)];
      if (crowded) {
        const pixel = Math.round(left) * 65_536 + Math.round(top);
        if (taken.has(pixel)) continue;
        taken.add(pixel);
        SHAPES.square(path, left, top, radius);
      } else SHAPES[shape](path, left, top, radius);
    }
    return hollow && !crowded ? { stroke: path } : { stroke: null, fill: path };
  };
}

function polygon(path: Path2D, [x, y, ...others]: number[]): void {
  path.moveTo(x as number, y as number);
  for (let place = 0; place < others.length; place += 2)
    path.lineTo(others[place] as number, others[place + 1] as number);
  path.closePath();
}
