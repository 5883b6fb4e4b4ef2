/** What the test did, as a strip of its blocks over the cycles, with its kinds named and the whole as text. */

import type { Report } from "../api/types";
import { counted } from "../model/format";

type Block = Report["test_protocol"]["blocks"][number];

/** The names of the kinds, in the order of the key. */
const KINDS: Readonly<Record<Block["kind"], string>> = {
  formation: "Formation",
  ageing: "Ageing",
  check_up: "Check-up",
  rate_step: "Rate step",
  pulse: "Pulses",
  other: "Other",
};

export function ProtocolStrip({ report }: { report: Report }) {
  const { test_protocol: protocol, capacity_fade: fade } = report;
  const { blocks, summary } = protocol;
  if (blocks.length === 0) return null;
  const first = blocks[0]?.first_cycle ?? 0;
  const last = blocks.at(-1)?.last_cycle ?? first;
  const span = last - first + 1;
  const kinds = (Object.keys(KINDS) as Block["kind"][]).filter((kind) => blocks.some((block) => block.kind === kind));
  return (
    <section className="card protocol" aria-label="What the test did">
      <div className="protocol-head">
        <h3>What the test did</h3>
        <ul className="protocol-key">
          {kinds.map((kind) => (
            <li key={kind}>
              <span className={`protocol-swatch ${kind}`} aria-hidden="true" />
              {KINDS[kind]}
            </li>
          ))}
        </ul>
      </div>
      <div className="protocol-strip" role="img" aria-label={summary}>
        {blocks.map((block) => (
          <span
            key={`${block.first_cycle}-${block.kind}`}
            className={`protocol-block ${block.kind}`}
            title={`${block.text} (${counted(block.cycles, "cycle")})`}
            style={{
              left: `${(100 * (block.first_cycle - first)) / span}%`,
              width: `${(100 * (block.last_cycle - block.first_cycle + 1)) / span}%`,
            }}
          />
        ))}
      </div>
      <p className="protocol-ends" aria-hidden="true">
        <span>cycle {first}</span>
        <span>{last}</span>
      </p>
      <p className="soft">
        {summary} {fade.basis}
      </p>
    </section>
  );
}
