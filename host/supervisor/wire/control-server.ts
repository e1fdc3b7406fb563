import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { log } from "../log";
import {
  serverLimits,
  keepListening,
  BodyError,
  jsonBody,
  pathOf,
  rejectBody,
  send,
} from "./http-server";

/** Unix socket where root of this host talks to the supervisor. */
export const controlSocket = "/run/webstack-supervisor/control.sock";

/** Answer to a request on the control socket. */
export interface ControlAnswer {
  /** HTTP status, such as 200. */
  status: number;
  /** A line of text, or an object that is sent as JSON. */
  body: string | object;
  /** Value of the Retry-After header, seconds. @default 0: no header */
  retryAfterSeconds?: number;
}

/** Handlers by method and path, such as `GET /state`. A handler gets the body, undefined if there was none. */
export type ControlHandlers = Readonly<
  Record<string, (body: unknown) => ControlAnswer | Promise<ControlAnswer>>
>;

/**
 * Serves the control socket, which only its owner, root, can open.
 *
 * @param path such as {@link controlSocket}, in a directory that only its owner enters.
 */
export function serveControl(path: string, handlers: ControlHandlers): Server {
  const server = createServer(
    serverLimits,
    (call, response) => void answer(handlers, call, response),
  );
  // Remove the socket of a supervisor that was killed.
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
  const request = `${call.method} ${pathOf(call)}`;
  try {
    const handler = Object.hasOwn(handlers, request) ? handlers[request] : undefined;
    if (!handler) return send(response, 404, "unknown", { connection: "close" });
    const { status, body, retryAfterSeconds = 0 } = await handler(await jsonBody(call));
    if (retryAfterSeconds > 0) response.setHeader("retry-after", retryAfterSeconds);
    send(response, status, body, { connection: "close" });
  } catch (error) {
    if (error instanceof BodyError) return rejectBody(response, error);
    if (call.destroyed && !call.complete) return;
    log(3, `cannot answer ${request}: ${(error as Error).message}`);
    send(response, 500, (error as Error).message, { connection: "close" });
  }
}
