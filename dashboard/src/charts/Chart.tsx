/** An interactive chart with its title, legend, read-out, zoom and picture; usable by mouse, touch and keyboard alone. */

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useMemo, useRef, useState } from "react";
import "uplot/dist/uPlot.min.css";
import { Icon } from "../components/Icon";
import { download, fileName } from "../model/download";
import { fixed, UNKNOWN } from "../model/format";
import { useTheme } from "../theme";
import { listen, onKey, zoomBy } from "./gestures";
import { limitsOf } from "./limits";
import { pictureOf, pngOf } from "./picture";
import { Plot, type Readout } from "./plot";
import type { ChartSpec, Series } from "./spec";

interface Props {
  title: string;
  /** What the chart shows, for those who do not see it. */
  summary: string;
  /** Whose chart it is; part of the picture's name. */
  owner: string;
  spec: ChartSpec;
  controls?: ReactNode;
  note?: ReactNode;
}

const STEP = 1.5;
const HEIGHT_SHARE = 0.45;
const LEAST_HEIGHT_PX = 260;
const MOST_HEIGHT_PX = 440;

export function Chart({ title, summary, owner, spec, controls, note }: Props) {
  const theme = useTheme();
  const heading = useId();
  const place = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState(false);
  const [zoomed, setZoomed] = useState(false);
  const [readout, setReadout] = useState<Readout | null>(null);
  const [spoken, setSpoken] = useState("");

  const shown = useMemo(() => spec.series.filter(({ label }) => !hidden.has(label)), [spec, hidden]);
  const limits = useMemo(() => limitsOf(spec, shown, whole), [spec, shown, whole]);
  const home = useRef(limits);
  home.current = limits;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = new Plot(element, spec, sizeIn(element), home.current, { onReadout: setReadout, onZoom: setZoomed });
    plot.current = drawn;
    const end = listen(drawn);
    const resized = new ResizeObserver(() => {
      if (sizeIn(element).width !== drawn.u.width) drawn.u.setSize(sizeIn(element));
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      end();
      drawn.u.destroy();
      plot.current = null;
    };
  }, [spec]);

  useEffect(() => {
    for (const [index, { label }] of spec.series.entries()) plot.current?.show(index, !hidden.has(label));
    plot.current?.goHome(limits);
  }, [spec, hidden, limits]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page when the chart is drawn
  useEffect(() => plot.current?.u.redraw(), [theme]);

  const toggle = (label: string) =>
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(label)) after.add(label);
      return after;
    });

  const key = (event: KeyboardEvent) => {
    if (!plot.current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!onKey(plot.current, event.key, event.shiftKey)) return;
    event.preventDefault();
    const read = plot.current.read();
    if (read) setSpoken(sentence(spec, read));
  };

  const picture = () =>
    pictureOf({ title: `${title} – ${owner}`, spec, axes: plot.current?.axesNow() ?? limits, hidden });
  const save = async () => download(fileName(owner, `${title}.png`), await pngOf(await picture()));
  usePaper(paper, picture);

  return (
    <figure className="chart" aria-labelledby={heading}>
      <figcaption>
        <h3 id={heading}>{title}</h3>
        {controls}
        <div className="tools">
          <button
            type="button"
            className="icon"
            onClick={() => plot.current && zoomBy(plot.current, 1 / STEP)}
            title="Zoom in"
          >
            <Icon name="plus" label={`Zoom in: ${title}`} />
          </button>
          <button
            type="button"
            className="icon"
            onClick={() => plot.current && zoomBy(plot.current, STEP)}
            title="Zoom out"
          >
            <Icon name="minus" label={`Zoom out: ${title}`} />
          </button>
          <button
            type="button"
            className="icon"
            disabled={!zoomed}
            onClick={() => plot.current?.goHome()}
            title="Reset the zoom"
          >
            <Icon name="reset" label={`Reset the zoom: ${title}`} />
          </button>
          <button type="button" className="icon" onClick={save} title="Save as PNG">
            <Icon name="picture" label={`Save as PNG: ${title}`} />
          </button>
        </div>
      </figcaption>
      <Legend series={spec.series} hidden={hidden} onToggle={toggle} />
      <div
        className="plot"
        ref={place}
        role="application"
        aria-roledescription="chart"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys read and zoom the chart
        tabIndex={0}
        onKeyDown={key}
        aria-label={`${summary} Arrow keys read values, with Shift they pan; plus and minus zoom, 0 resets.`}
      >
        {readout && <Tooltip spec={spec} readout={readout} />}
      </div>
      <p className="visually-hidden" aria-live="polite">
        {spoken}
      </p>
      <div className="chart-note">
        {note}
        {(limits.outside > 0 || whole) && (
          <button type="button" className="link" onClick={() => setWhole(!whole)}>
            {whole ? "Usual range" : `${fixed(limits.outside, 0)} outside the axis: show`}
          </button>
        )}
      </div>
      <div className="on-paper" ref={paper} />
    </figure>
  );
}

/** On paper there is a picture of the chart as it is on the screen at that moment. */
function usePaper(place: RefObject<HTMLDivElement | null>, picture: () => Promise<HTMLCanvasElement>): void {
  const latest = useRef(picture);
  latest.current = picture;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    addEventListener("beforeprint", async () => place.current?.replaceChildren(await latest.current()), { signal });
    addEventListener("afterprint", () => place.current?.replaceChildren(), { signal });
    return () => controller.abort();
  }, [place]);
}

function Tooltip({ spec, readout: { x, values, left, top } }: { spec: ChartSpec; readout: Readout }) {
  // On the side that has room, so that it never hides what it tells of.
  const place = {
    [left > 0.5 ? "right" : "left"]: `calc(${100 * (left > 0.5 ? 1 - left : left)}% + 14px)`,
    [top > 0.5 ? "bottom" : "top"]: `${100 * (top > 0.5 ? 1 - top : top)}%`,
  };
  return (
    <div className="tooltip-area" aria-hidden="true">
      <div className="tooltip" style={place}>
        <b>
          {spec.x.label} {fixed(x, spec.x.decimals, spec.x.unit)}
        </b>
        {spec.series.map((series, index) => {
          const value = values[index];
          return (
            typeof value === "number" && (
              <span key={series.label}>
                <Swatch series={series} />
                {series.label} <b>{fixed(value, spec.y.decimals, spec.y.unit)}</b>
              </span>
            )
          );
        })}
      </div>
    </div>
  );
}

/** As wide as there is room, and as high as that asks for. */
function sizeIn({ clientWidth }: HTMLElement): { width: number; height: number } {
  const width = Math.max(clientWidth, 120);
  const height = Math.min(Math.max(Math.round(HEIGHT_SHARE * width), LEAST_HEIGHT_PX), MOST_HEIGHT_PX);
  return { width, height };
}

interface LegendProps {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  onToggle: (label: string) => void;
}

function Legend({ series: all, hidden, onToggle }: LegendProps) {
  return (
    <ul className="legend">
      {all.map((series) => (
        <li key={series.label}>
          <button type="button" aria-pressed={!hidden.has(series.label)} onClick={() => onToggle(series.label)}>
            <Swatch series={series} />
            {series.label}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Swatch({ series: { color, mark } }: { series: Series }) {
  const style = { "--swatch": `var(--${color})` } as React.CSSProperties;
  const shape = mark.kind === "points" ? ` ${mark.shape}` : "";
  const hollow = mark.kind === "points" && mark.hollow ? " hollow" : "";
  const dashed = mark.kind === "line" && mark.dash ? " dashed" : "";
  return <span className={`swatch ${mark.kind}${shape}${hollow}${dashed}`} style={style} aria-hidden="true" />;
}

function sentence({ x, y, series }: ChartSpec, { x: at, values }: Readout): string {
  const read = series.flatMap(({ label }, index) => {
    const text = fixed(values[index], y.decimals, y.unit);
    return text === UNKNOWN ? [] : [`${label} ${text}`];
  });
  return `${x.label} ${fixed(at, x.decimals, x.unit)}: ${read.join(", ")}`;
}
