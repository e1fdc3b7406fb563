import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPipes } from "../../../scripts/drill/tunnel";
import type { StackOutputs } from "../../../scripts/operate/outputs";

const folder = mkdtempSync(join(tmpdir(), "tunnel-test-"));
const path = process.env.PATH;
const outputs: StackOutputs = {
  url: "http://203.0.113.1/",
  floatingIp: { ipv4: "203.0.113.1" },
  nodes: [
    { name: "lb-1", role: "lb", privateIp: "10.0.1.11", publicIp: "203.0.113.11" },
    { name: "app-1", role: "app", privateIp: "10.0.3.11", publicIp: "203.0.113.31" },
  ],
  ssh: { user: "webstack", bastions: ["203.0.113.11"] },
  files: { key: "/key", knownHosts: "/known" },
};

/** An `ssh` that holds a connection as asked with -M, and otherwise runs its command here. */
const fakeSsh = `#!/bin/sh
for last; do :; done
control=; master=
while [ $# -gt 0 ]; do
  case "$1" in -S) control=$2 ;; -M) master=1 ;; esac
  shift
done
if [ "$master" ]; then : > "$control"; exec sleep 60; fi
[ -e "$control" ] || exit 255
exec sh -c "$last"
`;

beforeAll(() => {
  writeFileSync(join(folder, "ssh"), fakeSsh);
  chmodSync(join(folder, "ssh"), 0o755);
  process.env.PATH = `${folder}:${path}`;
});

afterAll(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

/** All that a socket answers to a line until it ends. */
function answered(socket: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const client = connect(socket, () => client.write(`${line}\n`));
    client.on("data", (chunk) => (output += chunk.toString()));
    client.on("error", reject);
    client.on("end", () => {
      client.end();
      resolve(output);
    });
  });
}

/** A server of loopback that answers one line with its name and the line, and ends the connection. */
async function serving(name: string): Promise<Server> {
  const server = createServer((client) => {
    client.once("data", (line) => client.end(`${name}: ${line.toString()}`));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

describe("pipes to a node", () => {
  it("are a session for each connection, which ends with the other side", async () => {
    const servers = await Promise.all(["writes", "reads"].map(serving));
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    const pipes = await openPipes(outputs, "app-1", ports);
    const [writes, reads] = pipes.sockets as [string, string];
    const both = await Promise.all([answered(writes, "one"), answered(reads, "two")]);
    expect(both).toEqual(["writes: one\n", "reads: two\n"]);
    pipes.close();
    for (const server of servers) server.close();
    expect(existsSync(dirname(writes))).toBe(false);
  });

  it("end a connection for which the node has no session", async () => {
    const pipes = await openPipes(outputs, "app-1", [3306]);
    const [socket] = pipes.sockets as [string];
    rmSync(join(dirname(socket), "control"));
    expect(await answered(socket, "one")).toBe("");
    pipes.close();
  });
});
