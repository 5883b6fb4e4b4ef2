/** One request to a server. XMLHttpRequest, because fetch does not report how much of a body has been sent. */

import { type RawAnswer, unreachable } from "./requestError";

export type OnSent = (sentBytes: number, totalBytes: number) => void;

export interface Exchange {
  method: "GET" | "POST" | "DELETE";
  url: string;
  body?: FormData | string;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  onSent?: OnSent | undefined;
  /** The request continues when the page is closed. */
  keepalive?: boolean;
}

/** The answer with any status. Rejects with a RequestError without an answer, and with the signal's reason when aborted. */
export function exchange(asked: Exchange): Promise<RawAnswer> {
  return asked.keepalive ? sendKeptAlive(asked) : send(asked);
}

function send({ method, url, body, headers = {}, signal, onSent }: Exchange): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onSent) {
      request.upload.onprogress = ({ loaded, total, lengthComputable }) => lengthComputable && onSent(loaded, total);
      request.upload.onload = ({ loaded }) => onSent(loaded, loaded);
    }
    request.onload = () => resolve({ status: request.status, reason: request.statusText, text: request.responseText });
    request.onerror = () => reject(unreachable(url));
    request.onabort = () => reject(signal?.reason);
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort, { once: true });
    request.send(body ?? null);
  });
}

async function sendKeptAlive({ method, url, headers = {} }: Exchange): Promise<RawAnswer> {
  const answer = await fetch(url, { method, headers, keepalive: true }).catch(() => {
    throw unreachable(url);
  });
  return { status: answer.status, reason: answer.statusText, text: await answer.text() };
}

/** Resolves after the given time; rejects with the signal's reason when aborted before that. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
