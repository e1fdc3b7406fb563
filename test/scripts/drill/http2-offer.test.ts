import { createServer as createPlain } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createTls } from "node:https";
import { describe, expect, it } from "vitest";
import { http2Refusal } from "../../../scripts/drill/http2-offer";
import { credentials, portOf } from "./http2-site";

describe("the offer of HTTP/2", () => {
  const ask = (port: number) => http2Refusal({ address: "127.0.0.1", port, authority: "a.test" });

  it("is there on a site with TLS that speaks HTTP/2", async () => {
    const server = createSecureServer(credentials);
    expect(await ask(await portOf(server))).toBeUndefined();
  });

  it("is missing if nothing listens, or without TLS, and the reason says so", async () => {
    expect(await ask(9)).toMatch(/^no HTTP\/2: TLS is off \(.*ECONNREFUSED/);
    expect(await ask(await portOf(createPlain()))).toMatch(/^no HTTP\/2: TLS is off \(/);
  });

  it("is missing on a site that has TLS for HTTP/1.1 alone", async () => {
    const port = await portOf(
      createTls({ ...credentials, ALPNProtocols: ["http/1.1"] }, (_, answer) => answer.end()),
    );
    expect(await ask(port)).toMatch(/^no HTTP\/2: /);
  });
});
