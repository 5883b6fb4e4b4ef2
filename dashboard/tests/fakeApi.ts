/** An API that answers from a script, at the place of the network. */

import { ApiClient, type Connection, type Send } from "../src/api/client";
import type { RawAnswer } from "../src/api/requestError";
import type { Exchange } from "../src/api/transport";

type Answer = object | RawAnswer | ((exchange: Exchange) => object | Promise<object>);

/** Routes as "METHOD path"; of several answers the last is repeated. */
export class FakeApi {
  readonly asked: Exchange[] = [];

  constructor(private readonly routes: Record<string, Answer[]>) {}

  client(connection: Connection = { address: "https://api.test", token: "" }): ApiClient {
    return new ApiClient(connection, this.send, async (_, signal) => signal?.throwIfAborted());
  }

  get routesAsked(): string[] {
    return this.asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  }

  private readonly send: Send = async (exchange) => {
    exchange.signal?.throwIfAborted();
    this.asked.push(exchange);
    const route = `${exchange.method} ${new URL(exchange.url).pathname}`;
    const answers = this.routes[route];
    if (!answers) throw new Error(`The script has no ${route}.`);
    const next = answers.length > 1 ? answers.shift() : answers[0];
    const answer = typeof next === "function" ? await next(exchange) : next;
    return answer && "text" in answer ? (answer as RawAnswer) : ok(answer ?? {});
  };
}

export function ok(body: object): RawAnswer {
  return { status: 200, reason: "OK", text: JSON.stringify(body) };
}

export function refused(status: number, body: object | string, reason = ""): RawAnswer {
  return { status, reason, text: typeof body === "string" ? body : JSON.stringify(body) };
}

/** The form that was sent. */
export function formOf(exchange: Exchange | undefined): FormData {
  if (!(exchange?.body instanceof FormData)) throw new Error("No form was sent.");
  return exchange.body;
}

export function fileOf(name: string, size = 4): File {
  return new File([new Uint8Array(size)], name);
}
