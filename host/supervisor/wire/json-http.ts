import type { IncomingMessage, ServerResponse } from "node:http";

/** Longest request body, bytes. */
export const maxBodyBytes = 64 * 1024;

/** A request body that is not JSON, or too long. */
export class BodyError extends Error {
  /** @param status HTTP status of the answer. */
  constructor(readonly status: 400 | 413) {
    super(status === 413 ? "body too long" : "body is no JSON");
  }
}

/**
 * Parses the body of a request; undefined if it is empty.
 *
 * @throws BodyError if it is not JSON, or longer than {@link maxBodyBytes}.
 */
export async function jsonBody(call: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The rest of too long a body stays unread, so that the answer is still sent.
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

/** Answers a request whose body was rejected, and closes the connection. */
export function rejectBody(response: ServerResponse, { status, message }: BodyError): void {
  send(response, status, message, { connection: "close" });
}

/** Path of a request, without its query. */
export function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0]!;
}
