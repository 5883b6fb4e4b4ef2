/** The error of a request: one sentence of the API, of API Gateway, of the storage, or about the network. */

import type { ApiError } from "./types";

interface ErrorDetails {
  code?: string;
  status?: number;
  requestId?: string;
  details?: Record<string, unknown>;
  /** The same request may succeed later. */
  temporary?: boolean;
}

export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly details: Record<string, unknown>;
  readonly temporary: boolean;

  constructor(message: string, { code, status, requestId, details = {}, temporary = false }: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.temporary = temporary;
  }

  /** Whether the API asks for a token, or for another one. */
  get wantsToken(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** Whether the files are too large for one request, and the API names the presigned upload. */
  get namesPresignedUpload(): boolean {
    return this.status === 413 && "presigned_route" in this.details;
  }
}

/** An answer before it is parsed. */
export interface RawAnswer {
  status: number;
  reason: string;
  text: string;
}

const TEMPORARY_STATUSES = new Set([429, 502, 503, 504]);

/** The error in an answer of the API, which has `{"error"}`, or of API Gateway, which has `{"message"}`. */
export function errorIn({ status, reason, text }: RawAnswer): RequestError {
  const temporary = TEMPORARY_STATUSES.has(status);
  const content = parsed(text);
  if (typeof content.error === "string")
    return new RequestError(content.error, { status, temporary, ...detailsOf(content) });
  if (typeof content.message === "string")
    return new RequestError(gatewaySentence(status, content.message), { status, temporary });
  const shown = [status, reason].filter(Boolean).join(" ");
  return new RequestError(`The server answered ${shown} without a reason.`, { status, temporary });
}

/** The error of a failed job; a direct upload would get the same. */
export function errorOfJob(error: ApiError | null): RequestError {
  return error ? new RequestError(error.error, detailsOf(error)) : new RequestError("The job failed without a reason.");
}

/** The error of the storage for a file: S3 answers in XML. */
export function errorOfStorage(fileName: string, { status, reason, text }: RawAnswer): RequestError {
  const element = (name: string) => text.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];
  const code = element("Code");
  const requestId = element("RequestId");
  return new RequestError(`The storage rejected ${fileName}: ${element("Message") ?? (reason || status)}`, {
    status,
    temporary: TEMPORARY_STATUSES.has(status),
    ...(code && { code }),
    ...(requestId && { requestId }),
  });
}

/** The error without any answer: the browser does not say why. */
export function unreachable(url: string): RequestError {
  const { origin } = new URL(url, globalThis.location?.href);
  return new RequestError(`${origin} did not answer. Is the server still running, and does it allow this page?`, {
    code: "unreachable",
    temporary: true,
  });
}

function gatewaySentence(status: number, message: string): string {
  if (status === 401) return `${message}: the API asks for a token, or for another one. Enter it under “Connection”.`;
  if (status === 403) return `${message}: the API does not accept this token. Change it under “Connection”.`;
  return message;
}

function detailsOf(error: Partial<ApiError>): ErrorDetails {
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
