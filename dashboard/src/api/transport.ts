/** One exchange with a server. XMLHttpRequest, because fetch does not tell how much of a body has been sent. */

import { unreachable, type WireAnswer } from "./refusal";

export type OnSent = (sentBytes: number, totalBytes: number) => void;

export interface Exchange {
  method: "GET" | "POST" | "DELETE";
  url: string;
  body?: FormData | string;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  onSent?: OnSent | undefined;
  /** Goes on when the page is left; then nobody sees the answer. */
  outlivesPage?: boolean;
}

/** The answer, whatever its status. Rejects with a Refusal where none came, and with the signal's reason when aborted. */
export function exchange(asked: Exchange): Promise<WireAnswer> {
  return asked.outlivesPage ? parting(asked) : sending(asked);
}

function sending({ method, url, body, headers = {}, signal, onSent }: Exchange): Promise<WireAnswer> {
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

async function parting({ method, url, headers = {} }: Exchange): Promise<WireAnswer> {
  const answer = await fetch(url, { method, headers, keepalive: true }).catch(() => {
    throw unreachable(url);
  });
  return { status: answer.status, reason: answer.statusText, text: await answer.text() };
}

/** Resolves after a while; rejects with the signal's reason when aborted before. */
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
