/** A plot that exists while its chart shows it, and keeps its zoom while the axes stay the same. */

import { type RefObject, useEffect, useRef, useState } from "react";
import { useTheme } from "../theme";
import { listen } from "./gestures";
import type { Limits } from "./limits";
import { Plot, type Readout } from "./plot";
import type { Axes, ChartSpec } from "./spec";

const HEIGHT_SHARE = 0.45;
const LEAST_HEIGHT_PX = 260;
const MOST_HEIGHT_PX = 440;

export interface LivePlot {
  /** Null before it is drawn for the first time. */
  plot: RefObject<Plot | null>;
  zoomed: boolean;
  readout: Readout | null;
}

export function usePlot(
  place: RefObject<HTMLDivElement | null>,
  spec: ChartSpec,
  limits: Limits,
  hidden: ReadonlySet<string>,
): LivePlot {
  const theme = useTheme();
  const plot = useRef<Plot | null>(null);
  const zoom = useRef<{ subject: string; axes: Axes } | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const [readout, setReadout] = useState<Readout | null>(null);
  const home = useRef(limits);
  home.current = limits;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = new Plot(element, spec, sizeIn(element), home.current, { onReadout: setReadout, onZoom: setZoomed });
    if (zoom.current?.subject === subjectOf(spec)) drawn.setAxes(zoom.current.axes);
    plot.current = drawn;
    const stopListening = listen(drawn);
    const resized = new ResizeObserver(() => {
      if (sizeIn(element).width !== drawn.u.width) drawn.u.setSize(sizeIn(element));
    });
    resized.observe(element);
    return () => {
      zoom.current = drawn.isZoomed() ? { subject: subjectOf(spec), axes: drawn.axesNow() } : null;
      resized.disconnect();
      stopListening();
      drawn.u.destroy();
      plot.current = null;
      setReadout(null);
    };
  }, [place, spec]);

  useEffect(() => {
    for (const [index, { label }] of spec.series.entries()) plot.current?.show(index, !hidden.has(label));
    plot.current?.settle(limits);
  }, [spec, hidden, limits]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page when the plot is drawn
  useEffect(() => plot.current?.u.redraw(), [theme]);

  return { plot, zoomed, readout };
}

/** The quantities of the axes: after a change a zoom has no meaning. */
function subjectOf({ x, y, xRange }: ChartSpec): string {
  return JSON.stringify([x.label, y.label, xRange]);
}

/** As wide as the available space, with a height that fits. */
function sizeIn({ clientWidth }: HTMLElement): { width: number; height: number } {
  const width = Math.max(clientWidth, 120);
  const height = Math.min(Math.max(Math.round(HEIGHT_SHARE * width), LEAST_HEIGHT_PX), MOST_HEIGHT_PX);
  return { width, height };
}
