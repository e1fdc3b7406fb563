import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { type Answered, statusOn } from "../../../scripts/drill/forwarded-ports";
import {
  answersIn,
  askingScript,
  targetsOf,
  wronglyAnswered,
} from "../../../scripts/drill/closed-ports";
import type { StackOutputs } from "../../../scripts/operate/outputs";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "closed-ports-"));
const servers: Server[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listening(at: number | string): Promise<Server> {
  const server = createServer((call, response) => {
    response.writeHead(call.method === "POST" ? 404 : 200).end();
  });
  servers.push(server);
  if (typeof at === "string") server.listen(at);
  else server.listen(at, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function answer(overrides: Partial<Answered> = {}): Answered {
  const call = { at: "10.0.4.11:9200", method: "GET", path: "/primary", status: 200 };
  return { from: "nobody on db-1", ...call, ...overrides };
}

describe("what a stranger is answered", () => {
  it("may be a role, or that there is nothing", () => {
    const fine = [
      ...[answer(), answer({ status: 503 }), answer({ path: "/replica?lag=1s" })],
      ...[answer({ path: "/state", status: 404 }), answer({ method: "POST", status: 404 })],
    ];
    expect(wronglyAnswered(fine)).toEqual([]);
  });

  it.each([
    ["another path", { path: "/state" }],
    ["a path that begins like a check", { path: "/primaryx" }],
    ["another method", { method: "POST" }],
    ["another port, whatever it says", { at: "10.0.4.11:9201", path: "/state", status: 404 }],
    ["the broker, though it refuses", { at: "10.0.4.11:9300", path: "/v1/ready", status: 403 }],
    ["the socket of root", { at: "/run/webstack-supervisor/control.sock", path: "/health" }],
  ])("must not be %s", (_, overrides) => {
    const [problem] = wronglyAnswered([answer(overrides)]);
    expect(problem).toMatch(/^nobody on db-1: (GET|POST) /);
  });

  it("is nothing at all to who comes over SSH, not even a role", () => {
    const [problem] = wronglyAnswered([answer({ from: "through SSH to app-1" })]);
    expect(problem).toBe("through SSH to app-1: GET 10.0.4.11:9200/primary 200");
  });
});

describe("asking", () => {
  it("asks each database node for every path, and no other node", () => {
    const nodes = ["db", "app"].map((role) => ({ role, privateIp: `10.0.0.${role.length}` }));
    const targets = targetsOf({ nodes } as StackOutputs);
    const ports = ["9200", "9201", "9201", "9300", "9300"];
    expect(targets.map(({ at }) => at)).toEqual(ports.map((port) => `10.0.0.2:${port}`));
  });

  it("finds what is answered on a port and on a socket, and nothing where nobody listens", async () => {
    const { port } = (await listening(0)).address() as AddressInfo;
    const socket = join(folder, "asked.sock");
    await listening(socket);
    const paths = ["/", "/state?a=1"];
    const script = askingScript([
      { at: `127.0.0.1:${port}`, scheme: "http", paths },
      { at: `127.0.0.1:${port}`, scheme: "https", paths },
      { at: "127.0.0.1:1", scheme: "http", paths },
      { at: socket, scheme: "http", paths: ["/health"] },
      { at: join(folder, "none.sock"), scheme: "http", paths },
    ]);
    const { stdout } = await run("bash", ["-c", script]);
    const found = answersIn("me", stdout).map(
      ({ at, method, path, status }) => `${at} ${method} ${path} ${status}`,
    );
    expect(found.sort()).toEqual(
      [
        ...paths.flatMap((path) => [
          `127.0.0.1:${port} GET ${path} 200`,
          `127.0.0.1:${port} POST ${path} 404`,
        ]),
        ...[`${socket} GET /health 200`, `${socket} POST /health 404`],
      ].sort(),
    );
  });

  it("finds what a forwarded connection is answered", async () => {
    const socket = join(folder, "forwarded.sock");
    await listening(socket);
    expect(await statusOn(socket, "http", "POST", "/")).toBe(404);
    expect(await statusOn(socket, "https", "GET", "/")).toBe(0);
    expect(await statusOn(join(folder, "none.sock"), "http", "GET", "/")).toBe(0);
    rmSync(folder, { recursive: true });
  });
});
