/** Why the API, the gateway before it, the storage or the network said no: always one sentence in their own words. */

import type { ApiError } from "./types";

interface Circumstances {
  code?: string;
  status?: number;
  requestId?: string;
  details?: Record<string, unknown>;
  /** The same request may succeed later. */
  passing?: boolean;
}

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly details: Record<string, unknown>;
  readonly passing: boolean;

  constructor(message: string, { code, status, requestId, details = {}, passing = false }: Circumstances = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.passing = passing;
  }

  /** Whether the API wants a token, or another one. */
  get wantsToken(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** Whether the files are too large for one request, and the API names another way. */
  get namesPresignedWay(): boolean {
    return this.status === 413 && "presigned_route" in this.details;
  }
}

/** An answer as it came over the wire. */
export interface WireAnswer {
  status: number;
  reason: string;
  text: string;
}

const PASSING_STATUSES = new Set([429, 502, 503, 504]);

/** The refusal in an answer of the API or of API Gateway, which says `{"message"}` where the API says `{"error"}`. */
export function refusalIn({ status, reason, text }: WireAnswer): Refusal {
  const passing = PASSING_STATUSES.has(status);
  const said = parsed(text);
  if (typeof said.error === "string") return new Refusal(said.error, { status, passing, ...ofError(said) });
  if (typeof said.message === "string") return new Refusal(gatewaySentence(status, said.message), { status, passing });
  const shown = [status, reason].filter(Boolean).join(" ");
  return new Refusal(`The server answered ${shown} without a reason.`, { status, passing });
}

/** The refusal that a failed job carries; it is the error that the direct way would have answered. */
export function refusalOfJob(error: ApiError | null): Refusal {
  return error ? new Refusal(error.error, ofError(error)) : new Refusal("The job failed without a reason.");
}

/** Why the storage did not take a file: S3 answers in XML. */
export function refusalOfStorage(fileName: string, { status, reason, text }: WireAnswer): Refusal {
  const element = (name: string) => text.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];
  const code = element("Code");
  const requestId = element("RequestId");
  return new Refusal(`The storage did not take ${fileName}: ${element("Message") ?? (reason || status)}`, {
    status,
    passing: PASSING_STATUSES.has(status),
    ...(code && { code }),
    ...(requestId && { requestId }),
  });
}

/** No answer at all: the browser does not tell why. */
export function unreachable(url: string): Refusal {
  const { origin } = new URL(url, globalThis.location?.href);
  return new Refusal(`${origin} did not answer. Is the server still running, and does it allow this page?`, {
    code: "unreachable",
    passing: true,
  });
}

function gatewaySentence(status: number, message: string): string {
  if (status === 401) return `${message}: the API wants a token, or another one. Enter it under “Connection”.`;
  if (status === 403) return `${message}: the API does not accept this token. Change it under “Connection”.`;
  return message;
}

function ofError(error: Partial<ApiError>): Circumstances {
  return {
    ...(typeof error.code === "string" && { code: error.code }),
    ...(typeof error.request_id === "string" && { requestId: error.request_id }),
    ...(error.details && { details: error.details as Record<string, unknown> }),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
