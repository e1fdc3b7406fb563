import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { createServer as createPlain } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { certificateAt, statusAt } from "../../../scripts/smoke/answer";

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

it("asks an address by the name of the URL", async () => {
  const port = await listening(
    createPlain((call, response) => {
      response.writeHead(call.headers.host?.startsWith("www.example.com") ? 301 : 404).end();
    }),
  );
  expect(await statusAt(new URL(`http://www.example.com:${port}/a?b`), "127.0.0.1")).toBe(301);
  await expect(statusAt(new URL("http://www.example.com:1/"), "127.0.0.1")).rejects.toThrow();
});

it("says whether a browser would take the certificate for the name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "smoke-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30".split(" ");
  const name = ["-subj", "/O=Somebody", "-addext", "subjectAltName=DNS:www.example.com"];
  execFileSync("openssl", [...kind, ...name, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const pem = readFileSync(cert, "utf8");
  const port = await listening(
    createServer({ key: readFileSync(key), cert: pem }, (_call, response) => response.end()),
  );
  const trusted = await certificateAt("www.example.com", "127.0.0.1", { port, ca: pem });
  expect(trusted).toEqual({
    issuer: "Somebody",
    from: expect.any(Date),
    until: expect.any(Date),
  });
  expect(trusted.until.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  const unknown = await certificateAt("www.example.com", "127.0.0.1", { port });
  expect(unknown.refused).toMatch(/SELF_SIGNED/);
  const other = await certificateAt("shop.example.com", "127.0.0.1", { port, ca: pem });
  expect(other.refused).toMatch(/ALTNAME|altnames/i);
  expect(await statusAt(new URL(`https://www.example.com:${port}/`), "127.0.0.1")).toBe(200);
});
