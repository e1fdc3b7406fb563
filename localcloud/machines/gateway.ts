import { readdirSync, readFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { lastingConnections } from "../lasting-connections";
import { join } from "node:path";
import type { MachineRecord } from "./records";
import { serveDns } from "../names/serve-dns";
import { worldNames } from "../names/world-names";
import {
  apiAddress,
  askerAddress,
  metadataAddress,
  sftpPort,
  storagePort,
  worldAddress,
} from "./names";
import { metadataDocuments } from "./seed";

/**
 * Runs in the router's namespace: the metadata service, which knows a host by its address, the API,
 * the object storage and the SFTP server as hosts reach them, and a resolver, which is the name server of all zones too.
 * Argument: the state directory.
 */
const state = process.argv[2];
if (!state) throw new Error("usage: gateway STATE");

function recordOf(address: string): MachineRecord | undefined {
  const folder = join(state!, "machines");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const record = JSON.parse(readFileSync(join(folder, file), "utf8")) as MachineRecord;
    const known = [record.publicNic?.ipv4?.ip, askerAddress(record.spec.id)];
    if (known.includes(address)) return record;
  }
  return undefined;
}

function metadata(call: IncomingMessage, answer: ServerResponse): void {
  const record = recordOf((call.socket.remoteAddress ?? "").replace("::ffff:", ""));
  const path = (call.url ?? "").replace("/hetzner/v1/", "").split("?")[0] ?? "";
  const documents = record
    ? metadataDocuments(
        { ...record.spec, ...(record.publicNic ? { publicNic: record.publicNic } : {}) },
        Object.values(record.privateNics),
      )
    : {};
  const document = documents[path];
  if (document === undefined) answer.writeHead(404).end("not found");
  else if (document === "") answer.writeHead(204).end();
  else answer.writeHead(200, { "content-type": "text/plain" }).end(document);
}

function forward(socket: string, call: IncomingMessage, answer: ServerResponse): void {
  const upstream = request(
    {
      socketPath: join(state!, socket),
      path: call.url,
      method: call.method,
      headers: call.headers,
    },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  upstream.on("error", () => answer.writeHead(503).end());
  call.pipe(upstream);
}

/** Carries the bytes of a connection to a socket, until one of the sides ends it. */
function carry(socket: string, call: Socket): void {
  const upstream = connect(join(state!, socket));
  for (const [from, to] of [
    [call, upstream],
    [upstream, call],
  ] as const) {
    from.setNoDelay(true);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.pipe(to);
  }
}

createServer(lastingConnections, metadata).listen(80, metadataAddress);
createServer(lastingConnections, (call, answer) => forward("api.sock", call, answer)).listen(
  80,
  apiAddress,
);
createServer(lastingConnections, (call, answer) => forward("objects.sock", call, answer)).listen(
  storagePort,
  apiAddress,
);
createTcpServer((call) => carry("files.sock", call)).listen(sftpPort, apiAddress);
void serveDns(worldAddress, 53, worldNames(state, worldAddress));
process.on("SIGTERM", () => process.exit(0));
