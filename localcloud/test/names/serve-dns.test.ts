import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dnsAnswer } from "../../names/dns-message";
import { askedByTcp, askedByUdp, query } from "../support/dns-query";
import { nameserver, refusal, TestNames, zone } from "../support/test-names";

const types = { a: 1, txt: 16 };
let names: TestNames;
beforeEach(async () => {
  names = await TestNames.start();
});
afterEach(() => names.stop());

describe("the resolver of the local cloud's world", () => {
  it("knows the addresses of both families, whatever the case of the letters", async () => {
    names.addresses({ "www.example.test": ["198.18.0.200", "2001:db8:1:5::1"] });
    expect(await names.resolver.resolve4("WWW.example.test", { ttl: true })).toEqual([
      { address: "198.18.0.200", ttl: 0 },
    ]);
    expect(await names.resolver.resolve6("www.example.test")).toEqual(["2001:db8:1:5::1"]);
    // Node's resolver writes small letters.
    expect((await names.ask("wWw.Example.TEST", types.a)).answers).toHaveLength(1);
  });

  it("knows of a name without an address of one family", async () => {
    names.addresses({ "www.example.test": ["198.18.0.200"] });
    await expect(names.resolver.resolve6("www.example.test")).rejects.toEqual(refusal("ENODATA"));
    await expect(names.resolver.resolveTxt("www.example.test")).rejects.toEqual(refusal("ENODATA"));
  });

  it("knows no other name, without a file too", async () => {
    await expect(names.resolver.resolve4("www.example.test")).rejects.toEqual(refusal("ENOTFOUND"));
    names.addresses({});
    await expect(names.resolver.resolve4("toString")).rejects.toEqual(refusal("ENOTFOUND"));
    expect(await names.ask("www.example.test", types.a)).toMatchObject({
      ...{ code: 3, isAuthoritative: false, authority: [] },
    });
  });

  it("has names of other name servers before those of a zone", async () => {
    names.addresses({ "www.example.test": ["198.18.0.200"] });
    names.zones(zone("example.test", [["www", "A", null, "203.0.113.7"]]));
    expect(await names.resolver.resolve4("www.example.test")).toEqual(["198.18.0.200"]);
    names.addresses({ "other.example.test": ["198.18.0.200"] });
    await expect(names.resolver.resolveTxt("other.example.test")).rejects.toEqual(
      refusal("ENODATA"),
    );
  });

  it("leads to the name servers that the API names for each zone", async () => {
    names.zones(zone("example.test", []));
    const servers = await names.resolver.resolveNs("example.test");
    expect(servers.sort()).toEqual([
      ...["helium.ns.hetzner.de", "hydrogen.ns.hetzner.com", "oxygen.ns.hetzner.com"],
    ]);
    for (const name of servers) expect(await names.resolver.resolve4(name)).toEqual([nameserver]);
  });
});

describe("a message of the name servers", () => {
  const long = '"' + "x".repeat(200) + '"';
  const many = zone("example.test", [["@", "TXT", null, long, `${long} ""`, `${long} "y"`]]);

  it("says that it was cut if the asker takes less, and is whole by TCP", async () => {
    names.zones(many);
    expect(await names.ask("example.test", types.txt)).toMatchObject({
      ...{ isCut: true, answers: [], isEdns: false },
    });
    const more = query("example.test", types.txt, { ednsBytes: 1_232 });
    expect(await askedByUdp(names.port, more)).toMatchObject({ isCut: false, isEdns: true });
    const one = query("example.test", types.txt);
    const seen = await askedByTcp(names.port, [one, query("no.example.test", types.a)]);
    expect(seen.map(({ answers }) => answers.length)).toEqual([3, 0]);
  });

  it("refuses other classes, transfers and questions for everything", async () => {
    const odd = [query("example.test", 1, { kind: 3 }), query("example.test", 252)];
    const codes = [];
    for (const one of [...odd, query("example.test", 255)]) {
      codes.push((await askedByUdp(names.port, one)).code);
    }
    expect(codes).toEqual([5, 4, 4]);
    expect((await askedByUdp(names.port, query("example.test", 1).subarray(0, 20))).code).toBe(1);
  });

  it("is not sent to what is no query", () => {
    const nothing = () => {
      throw new Error("asked");
    };
    expect(dnsAnswer(Buffer.alloc(3), nothing)).toBeUndefined();
    const answer = Buffer.from([0, 0, 0x80, ...Array<number>(9).fill(0)]);
    expect(dnsAnswer(answer, nothing)).toBeUndefined();
  });
});
