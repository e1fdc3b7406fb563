import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { waitHealthy } from "../../../host/converge/health";

let server: Server | undefined;

afterEach(() => server?.close());

/** A service whose health is asked of that listener. */
async function service(listener: RequestListener, timeoutSeconds: number) {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const health = { http: `http://127.0.0.1:${port}/health`, timeoutSeconds };
  return { unit: "some.service", restartFiles: [], reloadFiles: [], needs: [], health };
}

describe("waiting for health", () => {
  it("ends when the service is healthy", async () => {
    let calls = 0;
    await waitHealthy(
      await service((_, response) => response.writeHead(++calls < 3 ? 503 : 200).end(), 5),
    );
    expect(calls).toBe(3);
  });

  it("asks on a Unix socket where one is named", async () => {
    const folder = mkdtempSync(join(tmpdir(), "health-"));
    const socket = join(folder, "control.sock");
    const asked: unknown[] = [];
    server = createServer(({ url, headers }, response) => {
      asked.push(url, headers.host);
      response.writeHead(asked.length > 2 ? 200 : 503, { "retry-after": "1" }).end("on its way");
    }).listen(socket);
    await once(server, "listening");
    const health = { http: "http://supervisor/health", socket, timeoutSeconds: 0.1 };
    await waitHealthy({
      unit: "some.service",
      restartFiles: [],
      reloadFiles: [],
      needs: [],
      health,
    });
    expect(asked.slice(-2)).toEqual(["/health", "supervisor"]);
    rmSync(folder, { recursive: true });
  });

  it("fails after the deadline with the last answer", async () => {
    const waited = waitHealthy(
      await service((_, response) => response.writeHead(503).end("no"), 0.2),
    );
    await expect(waited).rejects.toThrow(
      /some\.service is not healthy after \d+ s: .* answered 503 no/,
    );
  });

  it("waits beyond the deadline for as long as the service asks for patience", async () => {
    const start = Date.now();
    const done = 900;
    await waitHealthy(
      await service((_, response) => {
        if (Date.now() - start > done) response.writeHead(200).end();
        else response.writeHead(503, { "retry-after": "1" }).end("copying");
      }, 0.1),
    );
    expect(Date.now() - start).toBeGreaterThan(done);
  });

  it("waits no longer once the service stops asking", async () => {
    const start = Date.now();
    const waited = waitHealthy(
      await service((_, response) => {
        const asks = Date.now() - start < 300;
        response.writeHead(503, asks ? { "retry-after": "1" } : {}).end("stuck");
      }, 0.1),
    );
    await expect(waited).rejects.toThrow("stuck");
    expect(Date.now() - start).toBeGreaterThan(1_000);
  });

  it("takes patience only from a 503", async () => {
    const waited = waitHealthy(
      await service((_, response) => response.writeHead(500, { "retry-after": "60" }).end(), 0.1),
    );
    await expect(waited).rejects.toThrow("answered 500");
  });

  it("says every ten seconds what it waits for", async () => {
    const lines: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    let clock = 0;
    const tick = () => BigInt((clock += 4_000)) * 1_000_000n;
    vi.spyOn(process.hrtime, "bigint").mockImplementation(tick);
    let calls = 0;
    const busy = await service((_, response) => {
      if (++calls > 6) response.writeHead(200).end();
      else response.writeHead(503, { "retry-after": "60" }).end("copying data");
    }, 1);
    await waitHealthy(busy).finally(() => vi.restoreAllMocks());
    const told = lines.filter((line) => line.includes("copying data"));
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('"step":"wait for","detail":"some.service: ');
  });
});
