/** The criteria and the server of the analysis; after a change the page asks the API again. */

import { type FormEvent, type MouseEvent, useEffect, useId, useState } from "react";
import { type Connection, completed } from "../api/client";
import { shortPercent } from "../model/format";
import type { Criteria } from "../model/sourceStore";
import type { ServerState } from "../server";
import { Choice } from "./Choice";

const REFERENCES = [
  ["initial", "Initial"],
  ["nominal", "Nominal"],
] as const;
const TYPING_REST_MS = 500;
/** The width from which the panel is beside the report, not above it. */
const ROOMY = "(min-width: 1000px)";

export function CriteriaPanel({ criteria, onChange }: { criteria: Criteria; onChange: (criteria: Criteria) => void }) {
  const [threshold, problem] = [useId(), useId()];
  const [open, setOpen] = useState(() => matchMedia(ROOMY).matches);
  const [text, setText] = useState(String(toPercent(criteria.eolThreshold)));
  const percentage = Number(text);
  const isValid = text.trim() !== "" && percentage > 0 && percentage < 100;

  useEffect(() => {
    if (!isValid || percentage === toPercent(criteria.eolThreshold)) return;
    const timer = setTimeout(() => onChange({ ...criteria, eolThreshold: percentage / 100 }), TYPING_REST_MS);
    return () => clearTimeout(timer);
  }, [isValid, percentage, criteria, onChange]);

  return (
    <details className="panel" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h2>End of life</h2>
        <span className="soft">
          {shortPercent(criteria.eolThreshold)} of {criteria.capacityReference}
        </span>
      </summary>
      <div className="field">
        <label htmlFor={threshold}>End-of-life threshold</label>
        <span className="with-unit">
          <input
            id={threshold}
            type="number"
            inputMode="decimal"
            min={1}
            max={99}
            step={1}
            value={text}
            aria-invalid={!isValid}
            aria-describedby={isValid ? undefined : problem}
            onChange={({ target }) => setText(target.value)}
          />
          % of the capacity
        </span>
      </div>
      {!isValid && (
        <p className="error-message" id={problem} role="alert">
          A number greater than 0 and less than 100.
        </p>
      )}
      <div className="field">
        <span>Capacity reference</span>
        <Choice
          label="Capacity reference"
          options={REFERENCES}
          value={criteria.capacityReference}
          onChange={(capacityReference) => onChange({ ...criteria, capacityReference })}
        />
      </div>
    </details>
  );
}

interface ConnectionProps {
  connection: Connection;
  server: ServerState;
  /** Whether the API has rejected a request because of the token. */
  wantsToken: boolean;
  onConnect: (connection: Connection) => void;
}

export function ConnectionPanel({ connection, server, wantsToken, onConnect }: ConnectionProps) {
  const [address, setAddress] = useState(connection.address);
  const [token, setToken] = useState(connection.token);
  const [open, setOpen] = useState(false);
  const isWanted = wantsToken || server.at === "unreachable";
  useEffect(() => {
    if (isWanted) setOpen(true);
  }, [isWanted]);
  const ids = { address: useId(), token: useId(), note: useId() };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOpen(false);
    setAddress(completed(address));
    onConnect({ address: completed(address), token: token.trim() });
  };
  /** A token is only for its address; a token that was just typed is for the new address. */
  const changeAddress = (changed: string) => {
    setAddress(changed);
    if (token === connection.token) setToken("");
  };
  // The toggle event comes late: the event of closing would undo an opening by an error that came at once.
  const toggle = (event: MouseEvent) => {
    event.preventDefault();
    setOpen(!open);
  };
  return (
    <details className="panel" open={open}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is a button, for the keyboard as well */}
      <summary onClick={toggle}>
        <h2>Connection</h2>
        <span className={`dot ${server.at}`} />
        <span className="soft">{stateWords(server)}</span>
      </summary>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={ids.address}>API address</label>
          <input
            id={ids.address}
            type="text"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder="this page's server"
            value={address}
            onChange={({ target }) => changeAddress(target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={ids.token}>Token</label>
          <input
            id={ids.token}
            type="password"
            autoComplete="off"
            placeholder="none"
            aria-describedby={ids.note}
            value={token}
            onChange={({ target }) => setToken(target.value)}
          />
        </div>
        <button type="submit" className="button">
          Connect
        </button>
        {server.at === "unreachable" && (
          <p className="error-message" role="alert">
            {server.error.message}
          </p>
        )}
        <p id={ids.note} className="soft">
          Kept for this session only, and sent to this address only.
        </p>
      </form>
    </details>
  );
}

function stateWords(server: ServerState): string {
  if (server.at === "asking") return "asking…";
  if (server.at === "unreachable") return "no answer";
  const { version, limits } = server.information;
  return `${version}, ${limits.profile}`;
}

function toPercent(share: number): number {
  return Math.round(share * 1e6) / 1e4;
}
