import type { IncomingMessage, ServerResponse } from "node:http";

/** Longest body of a call, bytes. */
export const maxBodyBytes = 64 * 1024;

/** A body that is no JSON, or too long. */
export class BodyError extends Error {
  /** @param status HTTP status that the call is answered with. */
  constructor(readonly status: 400 | 413) {
    super(status === 413 ? "body too long" : "body is no JSON");
  }
}

/**
 * The body of a call; undefined if it has none.
 *
 * @throws BodyError if it is no JSON, or has more than {@link maxBodyBytes}.
 */
export async function jsonBody(call: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is left of a body that is too long stays unread, and the answer still gets out.
  for await (const chunk of call.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) throw new BodyError(413);
    chunks.push(chunk as Buffer);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new BodyError(400);
  }
}

/** Answers with JSON, or with a line of text. */
export function send(
  response: ServerResponse,
  status: number,
  body: string | object,
  headers: Record<string, string> = {},
): void {
  const isText = typeof body === "string";
  const content = isText ? `${body}\n` : JSON.stringify(body);
  const type = isText ? "text/plain" : "application/json";
  const length = String(Buffer.byteLength(content));
  response.writeHead(status, { "content-type": type, "content-length": length, ...headers });
  response.end(content);
}

/** Answers a call whose body was not taken; the connection ends with it. */
export function refuse(response: ServerResponse, { status, message }: BodyError): void {
  send(response, status, message, { connection: "close" });
}

/** Path of a call, without its query. */
export function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0]!;
}
