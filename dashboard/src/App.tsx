/** The page: the files at the side, and in the middle the chosen cell or the comparison. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Connection } from "./api/client";
import { Boundary } from "./components/Boundary";
import { CellView } from "./components/CellView";
import { ComparisonView } from "./components/ComparisonView";
import { DropZone } from "./components/DropZone";
import { Header } from "./components/Header";
import { ConnectionPanel, CriteriaPanel } from "./components/SettingsPanel";
import { SourceList } from "./components/SourceList";
import type { Comparisons } from "./components/useComparison";
import { Welcome } from "./components/Welcome";
import { cellsOf } from "./model/cells";
import { counted } from "./model/format";
import { sampleFiles } from "./model/sample";
import { type Criteria, isBusy, type Source, SourceStore } from "./model/sourceStore";
import { shownView, type View, viewOfNew } from "./model/view";
import { ServerConnection } from "./server";

export function App() {
  const [serverConnection] = useState(() => new ServerConnection());
  const [store] = useState(() => new SourceStore(serverConnection.server));
  const [comparisons] = useState<Comparisons>(() => new Map());
  const { sources, criteria, skipped } = useSyncExternalStore(store.subscribe, store.snapshot);
  const server = useSyncExternalStore(serverConnection.subscribe, serverConnection.snapshot);
  const cells = useMemo(() => cellsOf(sources), [sources]);
  const [wanted, setWanted] = useState<View | null>(null);
  const lastWanted = useRef(wanted);
  lastWanted.current = wanted;

  const add = useCallback(
    async (files: readonly File[]) => {
      if (files.length === 0) return;
      const before = lastWanted.current;
      const ids = await store.add(files);
      // If the user has chosen another view meanwhile, it stays.
      if (lastWanted.current === before) setWanted(viewOfNew(ids, cellsOf(store.snapshot().sources)) ?? before);
    },
    [store],
  );
  useEffect(() => {
    // Running analyses are cancelled, and the server deletes their files.
    const leave = () => store.clear();
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [store]);
  const sample = useSample(add);
  const setCriteria = useCallback((next: Criteria) => void store.setCriteria(next), [store]);
  const connect = async (connection: Connection) => {
    await serverConnection.connect(connection);
    await store.retryFailed();
  };

  const view = shownView(wanted, cells);
  const cell = view?.at === "cell" && cells.find(({ key }) => key === view.key);
  const isEmpty = sources.length === 0;
  return (
    <>
      <a className="skip" href="#main">
        Skip to the report
      </a>
      <Header />
      <div className={isEmpty ? "layout empty" : "layout"}>
        <aside className="rail" aria-label="Files and settings">
          <DropZone
            server={server}
            compact={!isEmpty}
            onFiles={add}
            onSample={sample.fetch}
            sampleIsComing={sample.isComing}
          />
          {sample.fault && (
            <p className="error-message" role="alert">
              {sample.fault}
            </p>
          )}
          {!(isEmpty && skipped.length === 0) && (
            <SourceList store={store} sources={sources} skipped={skipped} view={view} onView={setWanted} />
          )}
          <CriteriaPanel criteria={criteria} onChange={setCriteria} />
          <ConnectionPanel
            connection={serverConnection.current}
            server={server}
            wantsToken={sources.some(({ phase }) => phase.at === "failed" && phase.error.wantsToken)}
            onConnect={connect}
          />
        </aside>
        <main id="main" tabIndex={-1}>
          <Boundary key={view?.at === "cell" ? view.key : view?.at} sentence={lostView}>
            {cell && <CellView cell={cell} criteria={criteria} server={serverConnection.server} />}
            {view?.at === "all" && (
              <ComparisonView
                sources={sources}
                criteria={criteria}
                answers={comparisons}
                server={serverConnection.server}
                onCell={(key) => setWanted({ at: "cell", key })}
              />
            )}
          </Boundary>
          {isEmpty && <Welcome />}
          {!isEmpty && !view && <Pending isBusy={sources.some(({ phase }) => isBusy(phase))} />}
        </main>
      </div>
      <p className="visually-hidden" role="status">
        {announcement(sources)}
      </p>
    </>
  );
}

function lostView(fault: string): string {
  return `This report cannot be shown; the page failed with “${fault}”. The other cells are still here.`;
}

function Pending({ isBusy }: { isBusy: boolean }) {
  return (
    <p className="pending">
      {isBusy ? "The report will be shown here." : "There is no report. The error is in the list of files."}
    </p>
  );
}

function useSample(add: (files: readonly File[]) => Promise<void>) {
  const [isComing, setComing] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const fetch = useCallback(async () => {
    setComing(true);
    setFault(null);
    try {
      await add(await sampleFiles());
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setComing(false);
    }
  }, [add]);
  return { fetch, isComing, fault };
}

/** Tells screen readers which reports are ready. */
function announcement(sources: readonly Source[]): string {
  const ready = cellsOf(sources.filter(({ phase }) => phase.at === "ready"));
  if (ready.length === 0) return "";
  if (ready.length === 1) return `The report on ${ready[0]?.name} is ready.`;
  return `The reports on ${counted(ready.length, "cell")} are ready.`;
}
