/** The server that the page uses: its address and the token for this session, and its information. */

import { ApiClient, type Connection } from "./api/client";
import { RequestError } from "./api/requestError";
import type { Information } from "./api/types";
import type { Server } from "./model/sourceStore";
import { keep, kept } from "./session";

const KEY = "connection";
/** Long enough for a cold start, which takes a second or two. */
const TIMEOUT_MS = 20_000;

export type ServerState =
  | { at: "asking" }
  | { at: "known"; information: Information }
  | { at: "unreachable"; error: RequestError };

/** Asks for the API's information once per connection. An analysis waits for the answer, and continues without it after an error. */
export class ServerConnection {
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
      const information = await this.client.information(AbortSignal.timeout(TIMEOUT_MS));
      state = { at: "known", information };
    } catch (fault) {
      state = { at: "unreachable", error: asRequestError(fault) };
    }
    if (connection === this.connection) this.publish(state);
  }

  private publish(state: ServerState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

function asRequestError(fault: unknown): RequestError {
  if (fault instanceof RequestError) return fault;
  const isTooLate = fault instanceof DOMException && fault.name === "TimeoutError";
  return new RequestError(isTooLate ? `The server has not answered for ${TIMEOUT_MS / 1000} s.` : String(fault));
}

function stored(): Connection {
  try {
    const { address, token } = JSON.parse(kept(KEY) ?? "{}") as Partial<Connection>;
    return { address: typeof address === "string" ? address : "", token: typeof token === "string" ? token : "" };
  } catch {
    return { address: "", token: "" };
  }
}
