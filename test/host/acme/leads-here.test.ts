import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { leadsElsewhere } from "../../../host/acme/leads-here";

let close: (() => void) | undefined;
afterEach(() => close?.());

async function site(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("leadsElsewhere", () => {
  it("finds that a name leads here by the account's thumbprint", async () => {
    const name = await site((call, answer) => answer.end(`${call.url!.split("/").at(-1)}.print`));
    expect(await leadsElsewhere(name, "print")).toBeUndefined();
  });

  it("says that somebody else answers", async () => {
    const name = await site((_, answer) => answer.writeHead(404).end("no such page"));
    expect(await leadsElsewhere(name, "print")).toBe(
      `http://${name}/ is answered by somebody else (status 404)`,
    );
  });

  it("says that nobody answers", async () => {
    expect(await leadsElsewhere("127.0.0.1:1", "print")).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/ does not answer: /,
    );
  });
});
