import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Lifecycle } from "./lifecycle";

/**
 * The HTTP server, not yet listening. A process that drains asks each client to open its next
 * connection elsewhere.
 */
export function httpServer(
  fetch: (request: Request) => Response | Promise<Response>,
  lifecycle: Lifecycle,
): Server {
  const respond = getRequestListener(fetch);
  const server = createServer((request, response) => {
    if (lifecycle.draining) response.setHeader("Connection", "close");
    void respond(request, response);
  });
  // Longer than the 60 s for which nginx keeps an idle connection, so that it is never Node that
  // closes one while a request is on its way.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 66_000;
  server.requestTimeout = 30_000;
  return server;
}

/** Listens beside the other processes of this machine; the kernel shares connections out to them. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, reusePort: true, backlog: 4096 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
