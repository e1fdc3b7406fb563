import { execFileSync } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { domainProblem } from "../../../host/acme/domain-check";

/** A key and a certificate that nobody trusts. */
function selfSigned(): { key: string; cert: string } {
  const words =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -keyout - -out -";
  const pem = execFileSync("openssl", words.split(" "), { stdio: ["ignore", "pipe", "ignore"] });
  return { key: pem.toString(), cert: pem.toString() };
}

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

  it("follows a redirect as the authority does, also to HTTPS with a certificate of nobody", async () => {
    const { key, cert } = selfSigned();
    const token = (url: string) => url.split("/").at(-1)!.split("?")[0]!;
    const secure = createSecureServer({ key, cert }, (call, answer) =>
      answer.end(`${token(call.url!)}.print`),
    );
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const { port } = secure.address() as AddressInfo;
    const name = await site((call, answer) =>
      answer.writeHead(301, { location: `https://localhost:${port}${call.url}` }).end("moved"),
    );
    try {
      expect(await domainProblem(name, "print", [port])).toBeUndefined();
      expect(await domainProblem(name, "other", [port])).toBe(
        `http://${name}/ leads to https://localhost:${port}/, which is answered by another server (status 200); point the domain's DNS records to the load balancers' addresses, or let what redirects pass /.well-known/acme-challenge/ on to port 80`,
      );
      expect(await domainProblem(name, "print")).toBe(
        `http://${name}/ redirects to https://localhost:${port}/, which an authority does not follow: port ${port} is not 80 or 443`,
      );
    } finally {
      secure.close();
    }
  });

  it("follows ten redirects, and no more", async () => {
    let left = 0;
    const calls = { count: 0 };
    const name = await site((call, answer) => {
      calls.count += 1;
      const port = call.headers.host!.split(":")[1]!;
      if (left-- > 0)
        answer.writeHead(307, { location: `http://localhost:${port}${call.url}` }).end();
      else answer.end(`${call.url!.split("/").at(-1)}.print`);
    });
    const ports = [Number(name.split(":")[1])];
    left = 10;
    expect(await domainProblem(name, "print", ports)).toBeUndefined();
    expect(calls.count).toBe(11);
    [left, calls.count] = [11, 0];
    expect(await domainProblem(name, "print", ports)).toMatch(/follow: more than 10 redirects$/);
    expect(calls.count).toBe(11);
  });

  it("follows no redirect to an address or another protocol, as the authority does not", async () => {
    let location = "http://127.0.0.1/";
    const name = await site((_, answer) => answer.writeHead(302, { location }).end());
    const refused = (to: string, why: string) =>
      `http://${name}/ redirects to ${to}/, which an authority does not follow: ${why}`;
    expect(await domainProblem(name, "print")).toBe(
      refused("http://127.0.0.1", "the target is an address, not a host name"),
    );
    location = "http://[::1]/";
    expect(await domainProblem(name, "print")).toBe(
      refused("http://[::1]", "the target is an address, not a host name"),
    );
    location = "ftp://www.example.com/";
    expect(await domainProblem(name, "print")).toBe(
      refused("ftp://www.example.com", "ftp: is neither HTTP nor HTTPS"),
    );
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
