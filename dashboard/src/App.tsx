/** The page: what is on the bench at the side, and in the middle the cell or the comparison that is looked at. */

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
import { Bench, type Criteria, isBusy, type Source } from "./model/bench";
import { cellsOf } from "./model/cells";
import { counted } from "./model/format";
import { sampleFiles } from "./model/sample";
import { shownView, type View, viewOfNew } from "./model/view";
import { ServerDoor } from "./server";

export function App() {
  const [door] = useState(() => new ServerDoor());
  const [bench] = useState(() => new Bench(door.server));
  const [comparisons] = useState<Comparisons>(() => new Map());
  const { sources, criteria } = useSyncExternalStore(bench.subscribe, bench.snapshot);
  const server = useSyncExternalStore(door.subscribe, door.snapshot);
  const cells = useMemo(() => cellsOf(sources), [sources]);
  const [wanted, setWanted] = useState<View | null>(null);
  const lastWanted = useRef(wanted);
  lastWanted.current = wanted;

  const add = useCallback(
    async (files: readonly File[]) => {
      if (files.length === 0) return;
      const before = lastWanted.current;
      const ids = await bench.add(files);
      // Whoever has looked elsewhere meanwhile is left there.
      if (lastWanted.current === before) setWanted(viewOfNew(ids, cellsOf(bench.snapshot().sources)) ?? before);
    },
    [bench],
  );
  useEffect(() => {
    // What is under way is cancelled, and with it what the server holds of it.
    const leave = () => bench.clear();
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [bench]);
  const sample = useSample(add);
  const judgeBy = useCallback((next: Criteria) => void bench.judgeBy(next), [bench]);
  const connect = async (connection: Connection) => {
    await door.connect(connection);
    await bench.retryFailed();
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
            <p className="refusal" role="alert">
              {sample.fault}
            </p>
          )}
          {!isEmpty && <SourceList bench={bench} sources={sources} view={view} onView={setWanted} />}
          <CriteriaPanel criteria={criteria} onChange={judgeBy} />
          <ConnectionPanel
            connection={door.current}
            server={server}
            wantsToken={sources.some(({ phase }) => phase.at === "failed" && phase.refusal.wantsToken)}
            onConnect={connect}
          />
        </aside>
        <main id="main" tabIndex={-1}>
          <Boundary key={view?.at === "cell" ? view.key : view?.at} sentence={lostView}>
            {cell && <CellView cell={cell} criteria={criteria} server={door.server} />}
            {view?.at === "all" && (
              <ComparisonView
                sources={sources}
                criteria={criteria}
                answers={comparisons}
                server={door.server}
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
    <p className="pending">{isBusy ? "The report will be here." : "There is no report yet; beside the file is why."}</p>
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

/** For those who do not see the list: what has come to an end. */
function announcement(sources: readonly Source[]): string {
  const ready = cellsOf(sources.filter(({ phase }) => phase.at === "ready"));
  if (ready.length === 0) return "";
  if (ready.length === 1) return `The report on ${ready[0]?.name} is ready.`;
  return `The reports on ${counted(ready.length, "cell")} are ready.`;
}
