/** Where files are added: dropped anywhere on the page, or chosen with a file input. */

import { type ChangeEvent, useEffect, useState } from "react";
import formats from "../../generated/formats.json";
import { bytes } from "../model/format";
import type { ServerState } from "../server";

interface Props {
  server: ServerState;
  /** True when there are cells on the page. */
  compact: boolean;
  onFiles: (files: File[]) => void;
  onSample: () => void;
  sampleIsComing: boolean;
}

export function DropZone({ server, compact, onFiles, onSample, sampleIsComing }: Props) {
  const isOver = useFileDrop(onFiles);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(event.target.files ?? [])]);
    event.target.value = ""; // so that the same file can be chosen again
  };
  return (
    <section className={`drop${compact ? " compact" : ""}${isOver ? " over" : ""}`} aria-label="Add cells">
      <label className="button primary">
        <input type="file" multiple accept={formats.endings.join(",")} onChange={choose} aria-describedby="drop-hint" />
        {compact ? "Add files" : "Choose files"}
      </label>
      <span className="drop-or">{compact ? "or drop them anywhere" : "or drop them anywhere on this page"}</span>
      <button type="button" className="button" onClick={onSample} disabled={sampleIsComing}>
        {sampleIsComing ? "Fetching the sample…" : "Try a sample cell"}
      </button>
      <p id="drop-hint" className="soft">
        {formats.endings.join(", ")}; the _cycles, _metadata and _metrics .csv of a cell go together; several files are
        several cells. {limitsSentence(server)}
      </p>
    </section>
  );
}

function limitsSentence(server: ServerState): string {
  if (server.at !== "known") return "";
  const { max_upload_bytes: direct, presigned } = server.information.limits;
  const most = Math.max(direct, presigned.max_file_bytes);
  return `Up to ${bytes(most)} per file.`;
}

/** Accepts files dropped anywhere on the page; true while files are dragged over it. */
function useFileDrop(onFiles: (files: File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", over, { signal });
    addEventListener("dragleave", leave, { signal });
    addEventListener("drop", drop, { signal });
    return () => controller.abort();
  }, [onFiles]);
  return isOver;
}
