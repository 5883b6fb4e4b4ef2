/** The list of files and CSV sets on the page: progress, cells, and errors. */

import { useRef } from "react";
import { bytesOf } from "../api/analyse";
import { cellsOf, type PageCell } from "../model/cells";
import { bytes, counted, percent } from "../model/format";
import { isBusy, mayBeRetried, type Source, type SourceStore } from "../model/sourceStore";
import type { View } from "../model/view";
import { Icon } from "./Icon";

interface Props {
  store: SourceStore;
  sources: readonly Source[];
  skipped: readonly string[];
  view: View | null;
  onView: (view: View) => void;
}

export function SourceList({ store, sources, skipped, view, onView }: Props) {
  const cells = cellsOf(sources);
  const heading = useRef<HTMLHeadingElement>(null);
  const failed = sources.filter(({ phase }) => phase.at === "failed").length;
  return (
    <nav className="sources" aria-label="Cells">
      <div className="rail-head">
        <h2 tabIndex={-1} ref={heading}>
          {counted(cells.length, "cell")}
        </h2>
        <button type="button" className="link" onClick={() => store.clear()}>
          Remove all
        </button>
      </div>
      {skipped.length > 0 && (
        <p className="phase soft" role="status" title={skipped.join("\n")}>
          Skipped {counted(skipped.length, "file")} without cycling data.{" "}
          <button type="button" className="link" onClick={() => store.forgetSkipped()}>
            Dismiss
          </button>
        </p>
      )}
      {failed > 1 && (
        <button type="button" className="link" onClick={() => void store.retryFailed()}>
          Try all {failed} again
        </button>
      )}
      {cells.length > 1 && (
        <button
          type="button"
          className="all-cells"
          aria-current={view?.at === "all" ? "page" : undefined}
          onClick={() => onView({ at: "all" })}
        >
          Compare all {cells.length}
        </button>
      )}
      <ul>
        {sources.map((source) => (
          <li key={source.id} className={`source ${source.phase.at}`} aria-busy={isBusy(source.phase)}>
            <SourceCells
              cells={cells.filter((cell) => cell.source.id === source.id)}
              source={source}
              view={view}
              onView={onView}
            />
            <Actions store={store} source={source} onRemoved={() => heading.current?.focus()} />
            <PhaseLine source={source} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface CellsProps {
  cells: readonly PageCell[];
  source: Source;
  view: View | null;
  onView: (view: View) => void;
}

function SourceCells({ cells, source, view, onView }: CellsProps) {
  if (cells.length === 0) return <span className="source-name">{source.name}</span>;
  return (
    <div className="source-cells">
      {cells.map((cell) => (
        <button
          key={cell.key}
          type="button"
          className="cell-link"
          aria-current={view?.at === "cell" && view.key === cell.key ? "page" : undefined}
          onClick={() => onView({ at: "cell", key: cell.key })}
        >
          <span className="cell-name">{cell.name}</span>
          <span className="soft">
            {percentRetained(cell)} · {cell.report.battery_health.health_status}
          </span>
        </button>
      ))}
    </div>
  );
}

interface ActionsProps {
  store: SourceStore;
  source: Source;
  onRemoved: () => void;
}

function Actions({ store, source, onRemoved }: ActionsProps) {
  const { id, name, phase } = source;
  const remove = () => {
    store.remove(id);
    onRemoved();
  };
  return (
    <div className="source-actions">
      {phase.at !== "ready" && (
        // One button for both, so that the focus stays where it is.
        <button
          type="button"
          className="link"
          onClick={() => (mayBeRetried(phase) ? void store.retry(id) : store.cancel(id))}
        >
          {mayBeRetried(phase) ? "Try again" : "Cancel"}
          <span className="visually-hidden"> {name}</span>
        </button>
      )}
      <button type="button" className="icon" onClick={remove} title="Remove">
        <Icon name="close" label={`Remove ${name}`} />
      </button>
    </div>
  );
}

function PhaseLine({ source: { name, files, roles, failures, phase } }: { source: Source }) {
  if (phase.at === "failed") {
    const { message, code, requestId } = phase.error;
    const facts = [code, requestId && `request ${requestId}`].filter(Boolean).join(" · ");
    return (
      <div className="error-message" role="alert">
        <p>{message}</p>
        {facts && <p className="soft">{facts}</p>}
      </div>
    );
  }
  if (phase.at === "cancelled") return <p className="phase soft">Cancelled.</p>;
  if (phase.at === "waiting") return <p className="phase soft">Waiting for other files…</p>;
  if (phase.at === "ready" && failures.length > 0) {
    return (
      <div className="error-message" role="alert">
        {failures.map(({ file, error }) => (
          <p key={file}>{error}</p>
        ))}
      </div>
    );
  }
  if (phase.at === "ready") {
    return roles.length > 0 ? <p className="phase soft">CSV set: {roles.join(", ")}</p> : null;
  }
  const share = phase.at === "sending" ? phase.sent / Math.max(phase.total, 1) : null;
  return (
    <div className="phase">
      <progress max={1} {...(share !== null && { value: share })} aria-label={`Progress of ${name}`} />
      <p className="soft" role="status">
        {phase.at === "sending" ? `Sending ${percent(share)} of ${bytes(bytesOf(files))}` : `${phase.stage}…`}
      </p>
    </div>
  );
}

function percentRetained({ report }: PageCell): string {
  const retention = report.capacity_fade.capacity_retention_percentage;
  return percent(retention === null ? null : retention / 100, 1);
}
