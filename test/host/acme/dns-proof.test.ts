import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DnsProof } from "../../../host/acme/dns-proof";
import { OpenProofs } from "../../../host/acme/open-proofs";
import { order } from "../../../host/acme/order";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { thumbprint } from "../../../resources/acme";
import { AuthorityStub } from "../../support/authority-stub";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const print = thumbprint(String(publicKey.export({ type: "spki", format: "pem" })));

let authority: AuthorityStub;
let records: string[];
let asked: object[];
let saved: Record<string, string>;
let delegation: string;
let refusal: ApiFailure | undefined;
let seen: unknown[];

beforeEach(async () => {
  authority = await AuthorityStub.start();
  [records, asked, saved, seen] = [[], [], {}, []];
  delegation = "valid";
  refusal = undefined;
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
        return Promise.resolve({ zone: "example.com", nameservers, delegation });
      }
      records = records.filter((one) => one !== value);
      if (verb === "add") records.push(value);
      return Promise.resolve({});
    },
  };
  const open = new OpenProofs(saved, (now) => (saved = { ...now }));
  return new DnsProof(broker, open, (...args) => {
    seen = args;
    return visible().then((silent) => silent ?? undefined);
  });
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
    await proof().tidy();
    expect([records, saved]).toEqual([[], {}]);
  });

  it("is tried again later if no broker answers, at most once a minute", async () => {
    [records, saved] = [["old"], { old: "*.example.com" }];
    refusal = new ApiFailure("no connection");
    const dns = proof();
    await dns.tidy();
    await dns.tidy();
    expect(saved).toEqual({ old: "*.example.com" });
    expect(asked).toHaveLength(1);
  });

  it("is forgotten if the brokers refuse its domain, which the stack no longer has", async () => {
    saved = { old: "*.example.net" };
    refusal = new ApiFailure("the API answered 403", { status: 403 });
    await proof().tidy();
    expect(saved).toEqual({});
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
