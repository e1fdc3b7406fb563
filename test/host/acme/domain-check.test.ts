import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { domainProblem } from "../../../host/acme/domain-check";

let close: (() => void) | undefined;
afterEach(() => close?.());

async function site(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("domainProblem", () => {
  it("finds that a name leads here by the account's thumbprint", async () => {
    const name = await site((call, answer) => answer.end(`${call.url!.split("/").at(-1)}.print`));
    expect(await domainProblem(name, "print")).toBeUndefined();
  });

  it("says that somebody else answers", async () => {
    const name = await site((_, answer) => answer.writeHead(404).end("no such page"));
    expect(await domainProblem(name, "print")).toBe(
      `http://${name}/ is answered by another server (status 404); point the domain's DNS records to the load balancers' addresses`,
    );
  });

  it("says that nobody answers", async () => {
    expect(await domainProblem("127.0.0.1:1", "print")).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/ does not answer: /,
    );
  });
});
