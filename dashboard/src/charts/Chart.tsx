/** An interactive chart with title, legend, values, zoom and PNG export; it works with mouse, touch or keyboard alone. */

import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import "uplot/dist/uPlot.min.css";
import { Icon, type IconName } from "../components/Icon";
import { download, fileName } from "../model/download";
import { fixed } from "../model/format";
import { onKey, zoomBy } from "./gestures";
import { Legend } from "./Legend";
import { limitsOf } from "./limits";
import { ON_PAPER, type PictureSize, pictureOf, pngOf, SAVED } from "./picture";
import type { ChartSpec } from "./spec";
import { sentenceOf, Tooltip } from "./Tooltip";
import { usePlot } from "./usePlot";
import { usePrintPicture } from "./usePrintPicture";

interface Props {
  title: string;
  /** What the chart shows, for screen readers. */
  summary: string;
  /** The cell's name; part of the name of the PNG file. */
  owner: string;
  spec: ChartSpec;
  controls?: ReactNode;
  note?: ReactNode;
  onPaper?: PictureSize;
}

const KEYS = "Arrow keys read values, with Shift they pan; plus and minus zoom, 0 resets.";
const STEP = 1.5;

export function Chart({ title, summary, owner, spec, controls, note, onPaper = ON_PAPER }: Props) {
  const heading = useId();
  const place = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState(false);
  const [spoken, setSpoken] = useState("");

  const shown = useMemo(() => spec.series.filter(({ label }) => !hidden.has(label)), [spec, hidden]);
  const limits = useMemo(() => limitsOf(spec, shown, whole), [spec, shown, whole]);
  const { plot, zoomed, readout } = usePlot(place, spec, limits, hidden);

  const picture = (size: PictureSize) =>
    pictureOf({ title: `${title} – ${owner}`, spec, axes: plot.current?.axesNow() ?? limits, hidden }, size);
  const save = async () => download(fileName(owner, `${title}.png`), pngOf(await picture(SAVED)));
  usePrintPicture(paper, () => picture(onPaper));

  const toggle = (label: string) => {
    const after = new Set(hidden);
    if (!after.delete(label)) after.add(label);
    setHidden(after);
  };
  const key = (event: KeyboardEvent) => {
    if (!plot.current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!onKey(plot.current, event.key, event.shiftKey)) return;
    event.preventDefault();
    const read = plot.current.read();
    if (read) setSpoken(sentenceOf(spec, read));
  };
  const zoom = (factor: number) => plot.current && zoomBy(plot.current, factor);

  return (
    <figure className="chart" aria-labelledby={heading}>
      <figcaption>
        <h3 id={heading}>{title}</h3>
        {controls}
        <div className="tools">
          <Tool name="Zoom in" icon="plus" chart={title} onUse={() => zoom(1 / STEP)} />
          <Tool name="Zoom out" icon="minus" chart={title} onUse={() => zoom(STEP)} />
          <Tool
            name="Reset the zoom"
            icon="reset"
            chart={title}
            onUse={() => plot.current?.goHome()}
            disabled={!zoomed}
          />
          <Tool name="Save as PNG" icon="picture" chart={title} onUse={save} />
        </div>
      </figcaption>
      <Legend series={spec.series} hidden={hidden} onToggle={toggle} />
      <div
        className="plot"
        ref={place}
        role="application"
        aria-roledescription="chart"
        aria-label={`${summary} ${KEYS}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys read and zoom the chart
        tabIndex={0}
        onKeyDown={key}
        onBlur={() => plot.current?.putCursorAway()}
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

interface ToolProps {
  name: string;
  icon: IconName;
  chart: string;
  onUse: () => void;
  disabled?: boolean;
}

function Tool({ name, icon, chart, onUse, disabled = false }: ToolProps) {
  return (
    <button type="button" className="icon" onClick={onUse} disabled={disabled} title={name}>
      <Icon name={icon} label={`${name}: ${chart}`} />
    </button>
  );
}
