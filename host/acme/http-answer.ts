import { type ClientRequest, type IncomingHttpHeaders, get } from "node:http";
import { get as getSecurely } from "node:https";

/** A whole answer over HTTP. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Limits of an answer. */
export interface AnswerLimits {
  /** Longest silence, milliseconds; the request has the same `timeout`. */
  answerMs: number;
  /** Longest body, characters. */
  maxLength: number;
}

/** The answer to a request. @throws Error without one, or if it is beyond a limit. */
export function answerTo(call: ClientRequest, { answerMs, maxLength }: AnswerLimits) {
  return new Promise<Answer>((resolve, reject) => {
    call.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > maxLength) call.destroy(new Error("the answer is too long"));
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, text });
      });
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
  });
}

/** An authority's answer to a request without a signature. */
export interface JsonAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body; undefined: it is no JSON. */
  body: unknown;
}

const limits = { answerMs: 5_000, maxLength: 100_000 };

/** Longest wait for the whole answer, milliseconds. */
const wholeMs = 15_000;

/**
 * Requests a URL once. The library's client would repeat a request, and hides the error of a connection.
 *
 * @param ca CA certificates for the server, PEM. @default the operating system's
 *
 * @throws Error without an answer.
 */
export async function getJson(url: string, ca?: string): Promise<JsonAnswer> {
  const request = url.startsWith("https:") ? getSecurely : get;
  const timeouts = { timeout: limits.answerMs, signal: AbortSignal.timeout(wholeMs) };
  const options = { agent: false, ...timeouts, ...(ca === undefined ? {} : { ca }) };
  const { status, headers, text } = await answerTo(request(url, options), limits);
  return { status, headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The wait that a `Retry-After` header demands, milliseconds; undefined: none, or one that is over.
 *
 * @param value seconds, or a date. @param nowMs present time, for a date.
 */
export function retryAfterMs(value: unknown, nowMs: number): number | undefined {
  if (value === undefined || value === "") return undefined;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(String(value)) - nowMs;
  return waitMs > 0 ? waitMs : undefined;
}
