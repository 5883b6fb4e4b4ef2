/** Where files and folders are added: dropped anywhere on the page, or chosen. */

import { type ChangeEvent, useEffect, useState } from "react";
import { filesOfDrop, visible } from "../model/droppedFiles";
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
    onFiles(visible([...(event.target.files ?? [])]));
    event.target.value = ""; // so that the same file can be chosen again
  };
  return (
    <section className={`drop${compact ? " compact" : ""}${isOver ? " over" : ""}`} aria-label="Add cells">
      <label className="button primary">
        <input type="file" multiple onChange={choose} aria-describedby="drop-hint" />
        {compact ? "Add files" : "Choose files"}
      </label>
      <label className="button">
        <input type="file" multiple onChange={choose} ref={asFolder} aria-describedby="drop-hint" />
        {compact ? "Add a folder" : "Choose a folder"}
      </label>
      <span className="drop-or">{compact ? "or drop them anywhere" : "or drop them anywhere on this page"}</span>
      <button type="button" className="button" onClick={onSample} disabled={sampleIsComing}>
        {sampleIsComing ? "Fetching the sample…" : "Try a sample cell"}
      </button>
      <p id="drop-hint" className="soft">
        The files of any cycler, under any name; files that continue each other are one cell. {limitsSentence(server)}
      </p>
    </section>
  );
}

/** Makes a file input choose a folder: React has no property for it. */
function asFolder(input: HTMLInputElement | null) {
  input?.setAttribute("webkitdirectory", "");
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
      if (event.dataTransfer) void filesOfDrop(event.dataTransfer).then(onFiles);
    };
    addEventListener("dragover", over, { signal });
    addEventListener("dragleave", leave, { signal });
    addEventListener("drop", drop, { signal });
    return () => controller.abort();
  }, [onFiles]);
  return isOver;
}
