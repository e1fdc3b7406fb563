import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dnsAnswer, saveTexts, saveZone, textRecords, zoneAddresses } from "../../names/dns";

const state = mkdtempSync(join(tmpdir(), "names-"));
let socket: ReturnType<typeof createSocket>;
let resolver: Resolver;

beforeEach(async () => {
  socket = createSocket("udp4");
  socket.on("message", (query, { address, port }) => {
    const answer = dnsAnswer(
      query,
      (name) => zoneAddresses(state, name),
      (name) => textRecords(state, name),
    );
    if (answer) socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
});
afterEach(() => socket.close());

describe("the resolver of the local cloud's world", () => {
  it("knows the addresses of both families, whatever the case of the letters", async () => {
    saveZone(state, { "www.example.test": ["198.18.0.200", "2001:db8:1:5::1"] });
    expect(await resolver.resolve4("WWW.example.test")).toEqual(["198.18.0.200"]);
    expect(await resolver.resolve6("www.example.test")).toEqual(["2001:db8:1:5::1"]);
  });

  it("knows of a name without an address of one family", async () => {
    saveZone(state, { "www.example.test": ["198.18.0.200"] });
    await expect(resolver.resolve6("www.example.test")).rejects.toMatchObject({ code: "ENODATA" });
  });

  it("knows no other name", async () => {
    saveZone(state, {});
    await expect(resolver.resolve4("toString")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("knows the texts of a name, also long ones, and no address of it", async () => {
    const long = "x".repeat(300);
    saveTexts(state, { "_acme-challenge.example.test": ["one", long] });
    const found = await resolver.resolveTxt("_acme-challenge.Example.test");
    expect(found.map((parts) => parts.join(""))).toEqual(["one", long]);
    const addresses = resolver.resolve4("_acme-challenge.example.test");
    await expect(addresses).rejects.toMatchObject({ code: "ENODATA" });
    saveTexts(state, {});
    const gone = resolver.resolveTxt("_acme-challenge.example.test");
    await expect(gone).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("is silent to what is no query", () => {
    expect(dnsAnswer(Buffer.alloc(3), () => undefined)).toBeUndefined();
    expect(dnsAnswer(Buffer.from([0, 0, 0x80, ...Array<number>(9).fill(0)]), () => [])).toBe(
      undefined,
    );
  });
});
