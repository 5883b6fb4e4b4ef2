/** The server that the page talks to: its address and token for this session, and what it says of itself. */

import { ApiClient, type Connection } from "./api/client";
import { Refusal } from "./api/refusal";
import type { Information } from "./api/types";
import type { Server } from "./model/bench";
import { keep, kept } from "./session";

const KEY = "connection";
/** A cold start takes a second or two. */
const LONGEST_SILENCE_MS = 20_000;

export type ServerState =
  | { at: "asking" }
  | { at: "known"; information: Information }
  | { at: "silent"; refusal: Refusal };

/** Asks the API about itself once a connection; an analysis waits for that, and goes on without where it fails. */
export class ServerDoor {
  private connection = stored();
  private state: ServerState = { at: "asking" };
  private asked: Promise<void>;
  private readonly listeners = new Set<() => void>();

  constructor() {
    this.asked = this.ask();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ServerState => this.state;

  get current(): Connection {
    return this.connection;
  }

  get client(): ApiClient {
    return new ApiClient(this.connection);
  }

  readonly server = async (): Promise<Server> => {
    await this.asked;
    const limits = this.state.at === "known" ? this.state.information.limits : null;
    return { client: this.client, limits };
  };

  connect(connection: Connection): Promise<void> {
    this.connection = connection;
    keep(KEY, JSON.stringify(connection));
    this.asked = this.ask();
    return this.asked;
  }

  private async ask(): Promise<void> {
    const { connection } = this;
    this.publish({ at: "asking" });
    let state: ServerState;
    try {
      const information = await this.client.information(AbortSignal.timeout(LONGEST_SILENCE_MS));
      state = { at: "known", information };
    } catch (fault) {
      state = { at: "silent", refusal: asRefusal(fault) };
    }
    if (connection === this.connection) this.publish(state);
  }

  private publish(state: ServerState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

function asRefusal(fault: unknown): Refusal {
  if (fault instanceof Refusal) return fault;
  const isTooLate = fault instanceof DOMException && fault.name === "TimeoutError";
  return new Refusal(isTooLate ? `The server has not answered for ${LONGEST_SILENCE_MS / 1000} s.` : String(fault));
}

function stored(): Connection {
  try {
    const { address, token } = JSON.parse(kept(KEY) ?? "{}") as Partial<Connection>;
    return { address: typeof address === "string" ? address : "", token: typeof token === "string" ? token : "" };
  } catch {
    return { address: "", token: "" };
  }
}
