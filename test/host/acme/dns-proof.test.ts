import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DnsProof } from "../../../host/acme/dns-proof";
import { OpenProofs } from "../../../host/acme/open-proofs";
import { order } from "../../../host/acme/order";
import type { waitForRecord } from "../../../host/acme/visible-record";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { thumbprint } from "../../../resources/acme";
import { AuthorityStub } from "../../support/authority-stub";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const print = thumbprint(String(publicKey.export({ type: "spki", format: "pem" })));

const hourMs = 3_600_000;

let authority: AuthorityStub;
let records: string[];
let asked: object[];
let saved: Record<string, string>;
let delegation: string;
let refusal: ApiFailure | undefined;
let seen: unknown[];
let foreign: string[];
let nowMs: number;

beforeEach(async () => {
  authority = await AuthorityStub.start();
  [records, asked, saved, seen] = [[], [], {}, []];
  delegation = "valid";
  refusal = undefined;
  foreign = [];
  nowMs = 0;
});
afterEach(() => authority.close());

function proof(visible: () => Promise<string | void> = () => Promise.resolve()): DnsProof {
  const broker = {
    call: (_: string, path: string, body?: object) => {
      expect(path).toBe("challenge");
      asked.push(body!);
      const { verb, value } = body as { verb: string; value: string };
      if (refusal) return Promise.reject(refusal);
      if (verb === "find") {
        const nameservers = ["ns.example"];
        const proofs = [...records, ...foreign];
        return Promise.resolve({ zone: "example.com", nameservers, delegation, proofs });
      }
      records = records.filter((one) => one !== value);
      foreign = foreign.filter((one) => one !== value);
      if (verb === "add") records.push(value);
      return Promise.resolve({});
    },
  };
  const open = new OpenProofs(saved, (now) => (saved = { ...now }));
  const look: typeof waitForRecord = (...args) => {
    seen = args;
    return visible().then((silent) => silent ?? undefined);
  };
  return new DnsProof(broker, open, look, () => nowMs);
}

const ordered = (dns: DnsProof) =>
  order({ directory: authority.directory, key }, "*.example.com", { dns });

describe("an order of a wildcard", () => {
  it("is proved by a record that is there while the authority looks, and gone afterwards", async () => {
    const value = authority.dnsValue(print);
    const dns = proof();
    authority.onComplete = () =>
      expect([records, saved]).toEqual([[value], { [value]: "*.example.com" }]);
    const got = await ordered(dns);
    expect(got.pem).toContain("BEGIN CERTIFICATE");
    expect(authority.completed).toEqual(["dns-01"]);
    expect(seen.slice(0, 3)).toEqual(["_acme-challenge.example.com", value, ["ns.example"]]);
    expect([records, saved]).toEqual([[], {}]);
  });

  it("leaves no record if the authority refuses the proof", async () => {
    authority.proof = "invalid";
    await expect(ordered(proof())).rejects.toThrow("no such record");
    expect(authority.completed).toEqual(["dns-01"]);
    expect([records, saved]).toEqual([[], {}]);
  });

  it("does not have the authority look at a record that its name servers do not have", async () => {
    const late = proof(() => Promise.reject(new Error("ns.example does not have the record")));
    await expect(ordered(late)).rejects.toThrow("ns.example does not have the record");
    expect(authority.completed).toEqual([]);
    expect([records, saved]).toEqual([[], {}]);
  });

  it("names the name servers that did not answer, until the next proof", async () => {
    let silent: string | undefined = "ns.example does not answer";
    const dns = proof(() => Promise.resolve(silent));
    await ordered(dns);
    expect(dns.warning("*.example.com")).toBe("ns.example does not answer");
    silent = undefined;
    await ordered(dns);
    expect(dns.warning("*.example.com")).toBeUndefined();
  });

  it("needs a broker", async () => {
    const account = { directory: authority.directory, key };
    await expect(order(account, "*.example.com")).rejects.toThrow("no broker can write the record");
  });
});

describe("what an earlier proof left", () => {
  it("is removed after the next start", async () => {
    [records, saved] = [["old"], { old: "*.example.com" }];
    await proof().tidy([]);
    expect([records, saved]).toEqual([[], {}]);
  });

  it("is tried again later if no broker answers, ever more rarely", async () => {
    [records, saved] = [["old"], { old: "*.example.com" }];
    refusal = new ApiFailure("no connection");
    const dns = proof();
    const tried: number[] = [];
    for (; nowMs < 4 * hourMs; nowMs += 5_000) {
      const before = asked.length;
      await dns.tidy([]);
      if (asked.length > before) tried.push(nowMs / 60_000);
    }
    expect(tried).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(saved).toEqual({ old: "*.example.com" });
    refusal = undefined;
    nowMs += hourMs;
    await dns.tidy([]);
    expect([records, saved]).toEqual([[], {}]);
  });

  it("is forgotten if the project no longer has the zone", async () => {
    saved = { old: "*.example.com" };
    refusal = new ApiFailure("no zone", { status: 404 });
    await proof().tidy([]);
    expect(saved).toEqual({});
  });

  it("is left alone while its proof runs", async () => {
    const dns = proof(async () => {
      await dns.tidy(["*.example.com"]);
      expect(records).toHaveLength(1);
    });
    await ordered(dns);
    expect(authority.completed).toEqual(["dns-01"]);
  });

  it("is forgotten if the brokers refuse its domain, which the stack no longer has", async () => {
    saved = { old: "*.example.net" };
    refusal = new ApiFailure("the API answered 403", { status: 403 });
    await proof().tidy([]);
    expect(saved).toEqual({});
  });
});

describe("what another node left", () => {
  const domains = ["*.example.com"];

  it("is removed by the node that orders, once no order can need it", async () => {
    foreign = ["lost"];
    const dns = proof();
    await dns.tidy(domains);
    nowMs += 239_999;
    await dns.tidy(domains);
    expect(foreign).toEqual(["lost"]);
    nowMs += 1;
    await dns.tidy(domains);
    expect([foreign, saved]).toEqual([[], {}]);
    expect(asked.filter((one) => "verb" in one && one.verb === "find")).toHaveLength(1);
  });

  it("is left to the node that orders", async () => {
    foreign = ["lost"];
    const dns = proof();
    await dns.problem("*.example.com");
    nowMs += hourMs;
    await dns.tidy([]);
    expect(foreign).toEqual(["lost"]);
  });

  it("is looked for after a look without a result, when the address comes back, and after six hours", async () => {
    const dns = proof();
    const finds = async (now: readonly string[]) => {
      const before = asked.length;
      await dns.tidy(now);
      return asked.length - before;
    };
    expect([await finds(domains), await finds(domains)]).toEqual([1, 0]);
    expect([await finds([]), await finds(domains)]).toEqual([0, 1]);
    nowMs += 6 * hourMs;
    refusal = new ApiFailure("no zone", { status: 404 });
    expect([await finds(domains), await finds(domains)]).toEqual([1, 0]);
    nowMs += hourMs / 6;
    expect(await finds(domains)).toBe(1);
  });

  it("is not removed if the other node has ended its order in time", async () => {
    foreign = ["lost"];
    const dns = proof();
    await dns.problem("*.example.com");
    foreign = [];
    await dns.problem("*.example.com");
    foreign = ["lost"];
    nowMs += hourMs;
    await dns.tidy(domains);
    expect(foreign).toEqual(["lost"]);
  });
});

describe("the check of a wildcard domain before its order", () => {
  it("finds nothing wrong with a delegated zone, and one that the API does not judge", async () => {
    expect(await proof().problem("*.example.com")).toBeUndefined();
    delegation = "unknown";
    expect(await proof().problem("*.example.com")).toBeUndefined();
  });

  it("reports a zone that the registry does not lead to", async () => {
    delegation = "lame";
    expect(await proof().problem("*.example.com")).toBe(
      "the zone example.com is not delegated to Hetzner's name servers (lame); enter them at the domain's registrar",
    );
  });

  it("reports a domain without a zone", async () => {
    refusal = new ApiFailure("no zone of this Hetzner project contains *.example.com", {
      status: 404,
    });
    expect(await proof().problem("*.example.com")).toBe(
      "the DNS zone of *.example.com: no zone of this Hetzner project contains *.example.com",
    );
  });
});
