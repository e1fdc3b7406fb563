import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refusal, type Sets, TestNames, zone } from "../support/test-names";

const types = { a: 1, ns: 2, soa: 6, txt: 16, tlsa: 52 };
let names: TestNames;
beforeEach(async () => {
  names = await TestNames.start();
});
afterEach(() => names.stop());

describe("an answer of the name servers", () => {
  it("is the state of a set when it is asked for, with authority and the set's time to live", async () => {
    const challenge = "_acme-challenge.example.test";
    names.zones(zone("example.test", [["_acme-challenge", "TXT", 60, '"one"']]));
    const { code, isAuthoritative, answers } = await names.ask(challenge, types.txt);
    expect({ code, isAuthoritative }).toEqual({ code: 0, isAuthoritative: true });
    expect(answers).toMatchObject([{ name: challenge, type: types.txt, ttlSeconds: 60 }]);
    const two = zone("example.test", [["_acme-challenge", "TXT", null, '"one"', '"t" "wo"']]);
    names.zones(two);
    expect((await names.ask(challenge, types.txt)).answers[1]).toMatchObject({ ttlSeconds: 7_200 });
    expect(await names.resolver.resolveTxt("_ACME-challenge.example.test")).toEqual([
      ["one"],
      ["t", "wo"],
    ]);
    names.zones(zone("example.test", []));
    await expect(names.resolver.resolveTxt(challenge)).rejects.toEqual(refusal("ENOTFOUND"));
  });

  it("has the zone's SOA record if there is no such name or no such type", async () => {
    names.zones(zone("example.test", [["a.b", "A", null, "203.0.113.7"]]));
    expect(await names.resolver.resolveSoa("example.test")).toEqual({
      ...{ nsname: "hydrogen.ns.hetzner.com", hostmaster: "dns.hetzner.com", serial: 7 },
      ...{ refresh: 86_400, retry: 10_800, expire: 3_600_000, minttl: 3_600 },
    });
    const soa = [{ name: "example.test", type: types.soa, ttlSeconds: 3_600 }];
    for (const [name, code] of [
      ["c.example.test", 3],
      ["b.example.test", 0],
      ["a.b.example.test", 0],
      ["example.test", 0],
    ] as const) {
      const seen = await names.ask(name, types.txt);
      expect([name, seen]).toMatchObject([
        name,
        { code, isAuthoritative: true, answers: [], authority: soa },
      ]);
    }
  });

  it("has the zone's own SOA and NS records instead of the usual ones", async () => {
    const soa = "ns.example.test. ops.example.test. 9 1 2 3 40";
    const sets: Sets = [
      ["@", "SOA", 300, soa],
      ["@", "NS", null, "ns"],
    ];
    names.zones(zone("example.test", sets));
    expect(await names.resolver.resolveNs("example.test")).toEqual(["ns.example.test"]);
    expect((await names.ask("no.example.test", types.a)).authority[0]).toMatchObject({
      ttlSeconds: 40,
    });
  });

  it("is that of a wildcard for missing names alone", async () => {
    const sets: Sets = [
      ["*", "A", 60, "203.0.113.1"],
      ["www", "A", 60, "203.0.113.2"],
      ["_acme-challenge", "TXT", 60, '"one"'],
    ];
    names.zones(zone("example.test", sets));
    expect(await names.resolver.resolve4("x.example.test")).toEqual(["203.0.113.1"]);
    expect(await names.resolver.resolve4("y.x.example.test")).toEqual(["203.0.113.1"]);
    expect(await names.resolver.resolve4("www.example.test")).toEqual(["203.0.113.2"]);
    const no = names.resolver.resolve4("_acme-challenge.example.test");
    await expect(no).rejects.toEqual(refusal("ENODATA"));
    await expect(names.resolver.resolve4("x.www.example.test")).rejects.toEqual(
      refusal("ENOTFOUND"),
    );
  });

  it("follows names to other names, also out of the zones", async () => {
    const sets: Sets = [
      ["www", "CNAME", null, "edge"],
      ["edge", "A", null, "203.0.113.7"],
      ["shop", "CNAME", null, "elsewhere.test."],
      ["round", "CNAME", null, "round"],
    ];
    names.zones(zone("example.test", sets));
    names.addresses({ "elsewhere.test": ["198.18.0.200"] });
    expect(await names.resolver.resolve4("www.example.test")).toEqual(["203.0.113.7"]);
    expect(await names.resolver.resolveCname("www.example.test")).toEqual(["edge.example.test"]);
    expect(await names.resolver.resolve4("shop.example.test")).toEqual(["198.18.0.200"]);
    await expect(names.resolver.resolve4("round.example.test")).rejects.toEqual(
      refusal("ESERVFAIL"),
    );
  });

  it("is of the zone with the longest name, and refers to the servers of a delegated part", async () => {
    const outer = zone("example.test", [
      ["www.inner", "A", null, "203.0.113.1"],
      ["given", "NS", 600, "ns1.other.test."],
    ]);
    names.zones(outer, zone("inner.example.test", [["www", "A", null, "203.0.113.2"]]));
    expect(await names.resolver.resolve4("www.inner.example.test")).toEqual(["203.0.113.2"]);
    expect(await names.ask("www.given.example.test", types.a)).toMatchObject({
      ...{ code: 0, isAuthoritative: false, answers: [] },
      authority: [{ name: "given.example.test", type: types.ns, ttlSeconds: 600 }],
    });
  });

  it("has every type of record in its form", async () => {
    const sets: Sets = [
      ["@", "MX", null, "10 mail"],
      ["@", "CAA", null, '0 issue "letsencrypt.org"'],
      ["@", "AAAA", null, "2001:db8::1"],
      ["_sip._tcp", "SRV", null, "1 2 5060 sip.example.test."],
      ["_443._tcp", "TLSA", null, "3 1 1 00ff"],
    ];
    names.zones(zone("example.test", sets));
    const mail = { exchange: "mail.example.test", priority: 10 };
    expect(await names.resolver.resolveMx("example.test")).toMatchObject([mail]);
    expect(await names.resolver.resolveCaa("example.test")).toMatchObject([
      { critical: 0, issue: "letsencrypt.org" },
    ]);
    expect(await names.resolver.resolve6("example.test")).toEqual(["2001:db8::1"]);
    expect(await names.resolver.resolveSrv("_sip._tcp.example.test")).toMatchObject([
      { name: "sip.example.test", port: 5_060, priority: 1, weight: 2 },
    ]);
    const [tlsa] = (await names.ask("_443._tcp.example.test", types.tlsa)).answers;
    expect(tlsa!.data.toString("hex")).toBe("03010100ff");
  });

  it("fails for a secondary zone, whose records nothing copies", async () => {
    names.zones(zone("example.test", [], { mode: "secondary" }));
    await expect(names.resolver.resolve4("example.test")).rejects.toEqual(refusal("ESERVFAIL"));
  });
});
