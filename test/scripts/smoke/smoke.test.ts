import { expect, it } from "vitest";
import { type Ask, type Site, siteOf, smoke } from "../../../scripts/smoke/smoke";

const site: Site = {
  ...{ url: "https://www.example.com/", address: "198.51.100.9", health: { path: "/readyz" } },
  names: ["www.example.com", "*.example.com"],
  loadBalancers: [
    { name: "lb-1", publicIp: "198.51.100.1" },
    { name: "lb-2", publicIp: "198.51.100.2" },
  ],
};
const now = new Date("2026-11-02T12:00:00Z");
const from = new Date("2026-10-04T12:00:00Z");
const until = new Date("2027-01-02T12:00:00Z");

/** Answers as of a stack that is well, but for what is different. */
function ask(different: Partial<Ask> = {}): Ask {
  return {
    ...{
      status: async () => 200,
      certificate: async () => ({ from, until, issuer: "Let's Encrypt" }),
    },
    ...{ now, ...different },
  };
}

const told = async (one: Site, how: Ask) =>
  (await smoke(one, how)).map(({ level, check, text }) => `${level} ${check}: ${text}`);

it("asks site, health, each name and each load balancer", async () => {
  const asked: string[] = [];
  const status = async (url: URL, address: string) => (asked.push(`${url.href} ${address}`), 200);
  expect(await told(site, ask({ status }))).toEqual([
    "ok site: https://www.example.com/ answers 200",
    "ok health: /readyz answers 200",
    "ok certificate: www.example.com has a certificate by Let's Encrypt until 2027-01-02T12:00Z",
    "note certificate: *.example.com stands for many names; none of them is asked",
    "ok lb-1: answers 200 at 198.51.100.1",
    "ok lb-2: answers 200 at 198.51.100.2",
  ]);
  expect(asked).toEqual([
    "https://www.example.com/ 198.51.100.9",
    "https://www.example.com/readyz 198.51.100.9",
    "https://www.example.com/ 198.51.100.1",
    "https://www.example.com/ 198.51.100.2",
  ]);
});

it("fails where a visitor would, and only notes a load balancer that is not reached from here", async () => {
  const status = async (url: URL, address: string) => {
    if (address.endsWith(".2")) throw new Error("connect ECONNREFUSED");
    return url.pathname === "/readyz" ? 503 : 502;
  };
  const levels = (await smoke(site, ask({ status }))).map(({ level }) => level);
  expect(levels).toEqual(["failure", "failure", "ok", "note", "failure", "note"]);
});

it("takes a redirection for an answer, and the status of health that the settings name", async () => {
  const status = async () => 302;
  const well = { ...site, health: { path: "/", status: 302 } };
  const levels = (await smoke(well, ask({ status }))).map(({ level }) => level);
  expect(levels).not.toContain("failure");
  const [, health] = await told({ ...site, health: { path: "/", status: 200 } }, ask({ status }));
  expect(health).toBe("failure health: / answers 302, and 200 is right");
});

it("fails for a certificate that browsers refuse, that is over soon, or that is not there", async () => {
  const of = async (certificate: Ask["certificate"]) => (await told(site, ask({ certificate })))[2];
  expect(await of(async () => ({ from, until, issuer: "webstack", refused: "SELF_SIGNED" }))).toBe(
    "failure certificate: browsers refuse the certificate of www.example.com by webstack: SELF_SIGNED",
  );
  const soon = new Date("2026-11-03T11:00:00Z");
  expect(await of(async () => ({ from, until: soon, issuer: "R3" }))).toMatch(
    /^failure .*not being renewed/,
  );
  expect(await of(() => Promise.reject(new Error("ECONNRESET")))).toMatch(
    /has no HTTPS: ECONNRESET/,
  );
});

it("reads from outputs and settings what there is to ask", () => {
  const lb = { name: "lb-1", role: "lb" as const, privateIp: "10.0.1.1", publicIp: "198.51.100.1" };
  const outputs = {
    ...{ url: "http://198.51.100.9/", floatingIp: { ipv4: "198.51.100.9" } },
    nodes: [lb, { name: "web-1", role: "web" as const, privateIp: "10.0.2.1" }],
  };
  const settings = (mode: "selfSigned" | "acme", only: boolean) => ({
    app: {
      health: { path: "/readyz", timeoutSeconds: 5 },
      site: { directories: {}, immutable: {}, appPaths: [], only },
    },
    edgeTls: { mode, domains: ["www.example.com"], redirect: true, hsts: "on" as const },
  });
  expect(siteOf(outputs, settings("acme", false))).toEqual({
    ...{ url: outputs.url, address: "198.51.100.9", health: { path: "/readyz" } },
    names: ["www.example.com"],
    loadBalancers: [{ name: "lb-1", publicIp: "198.51.100.1" }],
  });
  const files = siteOf(outputs, settings("selfSigned", true));
  expect([files.names, files.health]).toEqual([[], undefined]);
});

it("warns of a certificate that should have been renewed: the last quarter of its life, or three weeks", async () => {
  const level = async (begin: string, end: string) => {
    const [from, until] = [new Date(begin), new Date(end)];
    const certificate = async () => ({ from, until, issuer: "R3" });
    return (await told(site, ask({ certificate })))[2]!.split(" ")[0];
  };
  expect(await level("2026-08-27", "2026-11-25")).toBe("ok");
  expect(await level("2026-08-22", "2026-11-20")).toBe("warning");
  expect(await level("2026-10-29", "2026-11-04T12:00:00Z")).toBe("ok");
  expect(await level("2026-10-28", "2026-11-03T18:00:00Z")).toBe("warning");
  expect(await level("2025-11-20", "2026-11-26")).toBe("ok");
});
