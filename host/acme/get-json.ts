import { get, type IncomingHttpHeaders } from "node:http";
import { get as getSecurely } from "node:https";

/** An authority's answer to a request without a signature. */
export interface JsonAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body; undefined: it is no JSON. */
  body: unknown;
}

/** Longest silence and longest wait for the whole answer, milliseconds, and longest answer, bytes. */
const answerMs = 5_000;
const wholeMs = 15_000;
const maxBytes = 100_000;

/**
 * Requests a URL once. The library's client would repeat a request, and hides the error of a connection.
 *
 * @param ca CA certificates for the server, PEM. @default the operating system's
 *
 * @throws Error without an answer.
 */
export function getJson(url: string, ca?: string): Promise<JsonAnswer> {
  const request = url.startsWith("https:") ? getSecurely : get;
  const limits = { timeout: answerMs, signal: AbortSignal.timeout(wholeMs) };
  const options = { agent: false, ...limits, ...(ca === undefined ? {} : { ca }) };
  return new Promise((resolve, reject) => {
    const call = request(url, options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > maxBytes) call.destroy(new Error("the answer is too long"));
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: parsed(text) });
      });
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
