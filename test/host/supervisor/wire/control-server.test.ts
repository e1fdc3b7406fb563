import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  type ControlHandlers,
  serveControl,
} from "../../../../host/supervisor/wire/control-server";

const folder = mkdtempSync(join(tmpdir(), "control-"));
const socketPath = join(folder, "control.sock");
let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(socketPath, { force: true });
});

async function started(handlers: ControlHandlers): Promise<void> {
  server = serveControl(socketPath, handlers);
  await once(server, "listening");
}

/** Status, text and `Retry-After` of an answer. */
async function ask(method: string, path: string, body?: string) {
  const call = request({ socketPath, method, path }).end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return [response.statusCode, text, response.headers["retry-after"]];
}

describe("the control socket", () => {
  it("is its owner's alone, and takes the place of one that was left", async () => {
    writeFileSync(socketPath, "");
    await started({});
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(socketPath).isSocket()).toBe(true);
  });

  it("answers by method and path", async () => {
    await started({
      "GET /state": () => ({ status: 200, body: { node: "db-1" } }),
      "POST /override": async (body) => ({ status: 202, body: body as object }),
    });
    expect(await ask("GET", "/state")).toEqual([200, '{"node":"db-1"}', undefined]);
    expect(await ask("POST", "/override", '{"a":1}')).toEqual([202, '{"a":1}', undefined]);
    expect((await ask("POST", "/state"))[0]).toBe(404);
    expect((await ask("GET", "/override"))[0]).toBe(404);
    expect((await ask("GET", "/toString"))[0]).toBe(404);
  });

  it("asks for patience where the answer does", async () => {
    await started({
      "GET /health": () => ({ status: 503, body: "cloning data", retryAfterSeconds: 180 }),
    });
    expect(await ask("GET", "/health")).toEqual([503, "cloning data\n", "180"]);
  });

  it("refuses a body that is no JSON or too long, and says why a call failed", async () => {
    await started({
      "POST /override": () => {
        throw new Error("no space left on device");
      },
    });
    expect(await ask("POST", "/override", "{")).toEqual([400, "body is no JSON\n", undefined]);
    const long = `"${"x".repeat(70_000)}"`;
    expect((await ask("POST", "/override", long))[0]).toBe(413);
    expect(await ask("POST", "/override")).toEqual([500, "no space left on device\n", undefined]);
  });
});
