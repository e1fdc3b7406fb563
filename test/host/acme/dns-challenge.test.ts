import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DnsChallenge } from "../../../host/acme/dns-challenge";
import { order } from "../../../host/acme/order";
import { OrderEnded } from "../../../host/acme/order-failure";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { thumbprint } from "../../../resources/certificates";
import { AuthorityStub } from "../../support/authority-stub";
import { ProofBroker } from "../../support/proof-broker";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const print = thumbprint(String(publicKey.export({ type: "spki", format: "pem" })));

let authority: AuthorityStub;
let broker: ProofBroker;
beforeEach(async () => {
  authority = await AuthorityStub.start();
  broker = new ProofBroker();
});
afterEach(() => authority.close());

const ordered = (dns: DnsChallenge) =>
  order({ directory: authority.directory, key }, "*.example.com", { dns });

describe("an order of a wildcard", () => {
  it("is proved by a record that is there while the authority looks, and gone afterwards", async () => {
    const value = authority.dnsValue(print);
    const dns = broker.proof();
    authority.onComplete = () =>
      expect([broker.records, broker.saved]).toEqual([[value], { [value]: "*.example.com" }]);
    const got = await ordered(dns);
    expect(got.pem).toContain("BEGIN CERTIFICATE");
    expect(authority.completed).toEqual(["dns-01"]);
    expect(broker.seen.slice(0, 3)).toEqual(["_acme-challenge.example.com", value, ["ns.example"]]);
    expect([broker.records, broker.saved]).toEqual([[], {}]);
  });

  it("leaves no record if the authority refuses the proof", async () => {
    authority.proof = "invalid";
    await expect(ordered(broker.proof())).rejects.toThrow("no such record");
    expect(authority.completed).toEqual(["dns-01"]);
    expect([broker.records, broker.saved]).toEqual([[], {}]);
  });

  it("does not have the authority look at a record that its name servers do not have", async () => {
    const late = broker.proof(() =>
      Promise.reject(new Error("ns.example does not have the record")),
    );
    await expect(ordered(late)).rejects.toThrow("ns.example does not have the record");
    expect(authority.completed).toEqual([]);
    expect([broker.records, broker.saved]).toEqual([[], {}]);
  });

  it("is not shown to the authority by a node that lost the address during the wait", async () => {
    let isOn = true;
    const dns = broker.proof(() => Promise.resolve(void (isOn = false)));
    const goOn = () => {
      if (!isOn) throw new OrderEnded("no address");
    };
    const account = { directory: authority.directory, key };
    await expect(order(account, "*.example.com", { dns, goOn })).rejects.toThrow("no address");
    expect(authority.completed).toEqual([]);
    expect([broker.records, broker.saved]).toEqual([[], {}]);
  });

  it("names the name servers that did not answer, until the next proof", async () => {
    let silent: string | undefined = "ns.example does not answer";
    const dns = broker.proof(() => Promise.resolve(silent));
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

describe("the check of a wildcard domain before its order", () => {
  it("finds nothing wrong with a delegated zone, and one that the API does not judge", async () => {
    expect(await broker.proof().problem("*.example.com")).toBeUndefined();
    broker.delegation = "unknown";
    expect(await broker.proof().problem("*.example.com")).toBeUndefined();
  });

  it("reports a zone that the registry does not lead to", async () => {
    broker.delegation = "lame";
    expect(await broker.proof().problem("*.example.com")).toBe(
      "the zone example.com is not delegated to Hetzner's name servers (lame); enter them at the domain's registrar",
    );
  });

  it("reports a domain without a zone", async () => {
    broker.refusal = new ApiFailure("no zone of this Hetzner project contains *.example.com", {
      status: 404,
    });
    expect(await broker.proof().problem("*.example.com")).toBe(
      "the DNS zone of *.example.com: no zone of this Hetzner project contains *.example.com",
    );
  });
});
