import { once } from "node:events";
import { createServer as createTls, type Server } from "node:https";
import type { AddressInfo, Server as TcpServer, Socket } from "node:net";
import { afterEach, beforeAll } from "vitest";
import { PeerClient } from "../../../../../host/supervisor/wire/peer-client";
import type { PeerCredentials } from "../../../../../host/supervisor/wire/peer-tls";
import { authority, nodes } from "./authority";

/** The node that is asked, and the one that asks. */
export const [db1, db2] = [nodes[0]!, nodes[1]!];
/** Credentials of each node, by its name. */
export const credentials: Record<string, PeerCredentials> = {};
const running: (Server | TcpServer)[] = [];

beforeAll(async () => {
  const made = await authority();
  for (const name of ["db-1", "db-2", "db-3"]) credentials[name] = await made.credentials(name);
});

afterEach(() => {
  for (const server of running.splice(0)) {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  }
});

/** A client of db-1 on db-2, and how often its host gave a sign of life. */
export function client(port: number, onPort = db1) {
  const alive = { signs: 0 };
  const asked = new PeerClient({
    ...{ peer: onPort, port, credentials: credentials["db-2"]!, localAddress: db2.privateIp },
    onAlive: () => (alive.signs += 1),
  });
  const ask = (path: string, body?: object, longestMs?: number) => asked.ask(path, body, longestMs);
  return { alive, ask };
}

/** The port of a server that listens, or is about to; it ends with the test. */
export async function portOf(server: Server | TcpServer): Promise<number> {
  running.push(server);
  if (!server.listening) await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A server with that node's certificate that answers as it is told. */
export async function tlsServer(listener: Parameters<typeof createTls>[1], certified = "db-1") {
  const server = createTls({ ...credentials[certified]! }, listener);
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  server.listen(0, db1.privateIp);
  return [await portOf(server), sockets] as const;
}
