/** Voltage curves and dV/dQ of chosen cycles: a slider shows any cycle, and kept cycles stay for comparison. */

import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Chart } from "../charts/Chart";
import { type Direction, differentialSpec, voltageSpec } from "../charts/specs/voltage";
import type { PageCell } from "../model/cells";
import { fixed } from "../model/format";
import type { Server } from "../model/sourceStore";
import { Choice } from "./Choice";
import { Icon } from "./Icon";
import { NoChart } from "./NoChart";
import { useCurves } from "./useCurves";

const DIRECTIONS = [
  ["both", "Both"],
  ["discharge", "Discharge"],
  ["charge", "Charge"],
] as const;
const SLIDER_REST_MS = 120;
const MOST_KEPT = 12;

export function VoltageCharts({ cell, server }: { cell: PageCell; server: () => Promise<Server> }) {
  const { report, name } = cell;
  const curves = useCurves(cell, server);
  const [kept, setKept] = useState(() => report.voltage_profile.voltage_curves.map(({ cycle_number: cycle }) => cycle));
  const [looking, setLooking] = useState<number | null>(null);
  const [direction, setDirection] = useState<Direction>("both");

  const { ask, known } = curves;
  useEffect(() => {
    if (looking === null) return;
    const timer = setTimeout(() => ask(looking), SLIDER_REST_MS);
    return () => clearTimeout(timer);
  }, [looking, ask]);

  const shown = useMemo(() => {
    const cycles = [...new Set(looking === null ? kept : [...kept, looking])].sort((a, b) => a - b);
    return cycles.flatMap((cycle) => known.get(cycle) ?? []);
  }, [kept, looking, known]);
  const voltage = useMemo(() => voltageSpec(shown, direction), [shown, direction]);
  const differential = useMemo(() => differentialSpec(shown), [shown]);
  const names = shown.map(({ cycle_number: cycle }) => fixed(cycle, 0)).join(", ");

  return (
    <>
      <CyclePicker
        cycles={report.capacity_fade.cycle_numbers}
        kept={kept}
        looking={looking}
        busy={curves.asking}
        onLook={setLooking}
        onKeep={(cycle) => setKept([...new Set([...kept, cycle])].sort((a, b) => a - b))}
        onDrop={(cycle) => setKept(kept.filter((one) => one !== cycle))}
      />
      {curves.error && (
        <p className="error-message" role="alert">
          {curves.error.message}
        </p>
      )}
      <Chart
        title="Voltage curves"
        owner={name}
        spec={voltage}
        summary={`Voltage over capacity of cycles ${names}.`}
        controls={
          <Choice label="Direction of current" options={DIRECTIONS} value={direction} onChange={setDirection} />
        }
      />
      {differential.series.length > 0 ? (
        <Chart
          title="Differential voltage"
          owner={name}
          spec={differential}
          summary={`dV/dQ over capacity of the discharges of cycles ${names}.`}
        />
      ) : (
        <NoChart title="Differential voltage" reason="These discharges have too few points for dV/dQ." />
      )}
    </>
  );
}

interface PickerProps {
  cycles: readonly number[];
  kept: readonly number[];
  looking: number | null;
  busy: boolean;
  onLook: (cycle: number) => void;
  onKeep: (cycle: number) => void;
  onDrop: (cycle: number) => void;
}

function CyclePicker({ cycles, kept, looking, busy, onLook, onKeep, onDrop }: PickerProps) {
  const slider = useId();
  const input = useRef<HTMLInputElement>(null);
  const place = looking === null ? cycles.length - 1 : cycles.indexOf(looking);
  const cycle = cycles[place];
  if (cycle === undefined) return null;
  return (
    <div className="picker" aria-busy={busy}>
      <label htmlFor={slider}>Cycle to look at</label>
      <input
        ref={input}
        id={slider}
        type="range"
        min={0}
        max={cycles.length - 1}
        value={place}
        aria-valuetext={`Cycle ${cycle}`}
        onChange={({ target }) => onLook(cycles[target.valueAsNumber] as number)}
      />
      <output htmlFor={slider}>{fixed(cycle, 0)}</output>
      <button
        type="button"
        className="button small"
        disabled={kept.includes(cycle) || kept.length >= MOST_KEPT}
        onClick={() => onKeep(cycle)}
      >
        Keep it
      </button>
      <ul className="chips" aria-label="Kept cycles">
        {kept.map((one) => (
          <li key={one}>
            {fixed(one, 0)}
            <button
              type="button"
              className="icon"
              title="Drop"
              onClick={() => {
                onDrop(one);
                input.current?.focus();
              }}
            >
              <Icon name="close" label={`Remove cycle ${one}`} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
