import type { ClientRequest, IncomingHttpHeaders } from "node:http";

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
