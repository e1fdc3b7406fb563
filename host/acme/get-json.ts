import { get, type IncomingHttpHeaders } from "node:http";
import { get as getSecurely } from "node:https";
import { answerTo } from "./answer";

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
