import { retryAfterMs } from "./http-answer";

/** A failed order: message for operators, and what the authority said about it. */
export class OrderFailure extends Error {
  constructor(
    message: string,
    /** Wait that the authority demands, milliseconds. */
    readonly retryAfterMs?: number,
    /** HTTP status of its refusal; absent: the authority refused nothing. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** An order that this program ended by itself, such as one of a node that lost the address: no failure. */
export class OrderEnded extends Error {}

/** An answer of the authority, as far as it tells of a refusal. */
export interface RefusingAnswer {
  status: number;
  headers?: Record<string, unknown>;
  /** A problem document (RFC 8555, 6.7), if the answer has one. */
  data?: unknown;
}

/** An answer of the authority with an error status, with the request that it answers. */
export class Refusal extends Error {
  constructor(
    readonly response: RefusingAnswer,
    request: string,
  ) {
    const { detail } = (response.data ?? {}) as { detail?: unknown };
    super(typeof detail === "string" ? detail : `no reason, for ${request}`);
  }
}

/** An error of a connection, as Axios throws it. */
interface ConnectionError extends Error {
  code?: string;
  isAxiosError?: boolean;
  cause?: { errors?: Error[] };
}

/**
 * Converts an error of an order.
 *
 * @param directory ACME directory of the authority. @param nowMs present time, for a `Retry-After` date.
 */
export function failureOf(error: unknown, directory: string, nowMs: number): OrderFailure {
  if (error instanceof OrderFailure) return error;
  if (error instanceof Refusal) {
    const { status, headers } = error.response;
    return new OrderFailure(
      `the authority answered with status ${status}: ${error.message}`,
      retryAfterMs(headers?.["retry-after"], nowMs),
      status,
    );
  }
  const found = error as ConnectionError;
  if (!found.isAxiosError) return new OrderFailure(found.message);
  return new OrderFailure(`the authority ${directory} is not reached: ${connectionWords(found)}`);
}

/** The words of a failed connection, with the code of its error. A name with several addresses has an error for each. */
function connectionWords({ message, code, cause }: ConnectionError): string {
  const each = cause?.errors?.map((one) => one.message) ?? [];
  const words = each.length > 0 ? each.join(", ") : message;
  return code === undefined || words.includes(code) ? words : `${words} (${code})`.trim();
}
