import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { answers, attacked, opensSocket, reads } from "../../../../scripts/drill/attack/attacks";
import { writable } from "../../../../scripts/drill/attack/programs";

const folder = mkdtempSync(join(tmpdir(), "attack-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);
writeFileSync(path("full"), "x");
writeFileSync(path("empty"), "");

describe("a try", () => {
  it("reads a file if a byte comes out of it", () => {
    expect([path("full"), path("empty"), path("none"), folder].map(reads)).toEqual([
      ...[true, false, false, false],
    ]);
  });

  it("finds the folder that the user may write, and not what is in it", async () => {
    expect(await writable(folder)).toEqual([folder]);
    expect(await writable(path("none"))).toEqual([]);
  });

  it("opens a socket that lets the caller in", async () => {
    const server = createServer().listen(path("socket"));
    await once(server, "listening");
    expect(await opensSocket(path("socket"))).toBe(true);
    server.close();
    expect(await opensSocket(path("none"))).toBe(false);
  });

  it("gets an answer whatever its status, and none where nobody listens", async () => {
    const server = createHttp((_, response) => response.writeHead(401).end("no"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await answers(url)).toBe(true);
    expect(await answers(url.replace("http:", "https:"))).toBe(false);
    server.close();
    await once(server, "close");
    expect(await answers(url)).toBe(false);
  });
});

it("an attack counts its tries, tells what succeeded, and leaves the user's own processes alone", async () => {
  const nothing = { sockets: [], connections: [], datagrams: [], urls: [], accounts: [] };
  const own = { files: [path("full"), path("none")], processes: [process.pid], folders: [folder] };
  const { tried, done } = await attacked({ ...nothing, ...own });
  expect(done).toEqual(
    expect.arrayContaining([
      { way: "reads", what: path("full") },
      { way: "writes", what: folder },
    ]),
  );
  expect(done.map(({ what }) => what)).not.toContain(`/proc/${process.pid}/environ`);
  // Two files, one folder, three ports, sudo, systemd, and two kinds of raw packets.
  expect(tried).toBe(10);
});
