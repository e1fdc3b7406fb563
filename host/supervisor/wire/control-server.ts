import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { log } from "../log";
import { bounds, keepListening } from "./bounded-server";
import { BodyError, jsonBody, pathOf, refuse, send } from "./json-http";

/** Where root of this host reaches its supervisor. */
export const controlSocket = "/run/webstack-supervisor/control.sock";

/** What a call is answered with. */
export interface ControlAnswer {
  /** HTTP status, such as 200. */
  status: number;
  /** A line of text, or what becomes JSON. */
  body: string | object;
  /** For how long the caller is asked for patience, seconds. @default 0: not at all */
  retryAfterSeconds?: number;
}

/**
 * What is answered to root, by method and path, such as `GET /state`: from the body, undefined if
 * there was none.
 */
export type ControlHandlers = Readonly<
  Record<string, (body: unknown) => ControlAnswer | Promise<ControlAnswer>>
>;

/**
 * Serves the users of this host that reach the socket: its owner, which is root, and nobody else.
 *
 * @param path such as {@link controlSocket}, in a directory that only its owner enters.
 */
export function serveControl(path: string, handlers: ControlHandlers): Server {
  const server = createServer(bounds, (call, response) => void answer(handlers, call, response));
  // That of a supervisor that was killed.
  rmSync(path, { force: true });
  server.on("listening", () => chmodSync(path, 0o600));
  keepListening(server, { path });
  return server;
}

async function answer(
  handlers: ControlHandlers,
  call: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = `${call.method} ${pathOf(call)}`;
  try {
    const handler = Object.hasOwn(handlers, asked) ? handlers[asked] : undefined;
    if (!handler) return send(response, 404, "unknown", { connection: "close" });
    const { status, body, retryAfterSeconds = 0 } = await handler(await jsonBody(call));
    if (retryAfterSeconds > 0) response.setHeader("retry-after", retryAfterSeconds);
    send(response, status, body, { connection: "close" });
  } catch (error) {
    if (error instanceof BodyError) return refuse(response, error);
    if (call.destroyed && !call.complete) return;
    log(3, `cannot answer ${asked}: ${(error as Error).message}`);
    send(response, 500, (error as Error).message, { connection: "close" });
  }
}
