import { beforeEach, describe, expect, it } from "vitest";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { ProofBroker } from "../../support/proof-broker";

const hourMs = 3_600_000;

let broker: ProofBroker;
beforeEach(() => {
  broker = new ProofBroker();
});

describe("what an earlier proof left", () => {
  it("is removed after the next start", async () => {
    [broker.records, broker.saved] = [["old"], { old: "*.example.com" }];
    await broker.proof().tidy([]);
    expect([broker.records, broker.saved]).toEqual([[], {}]);
  });

  it("is tried again later if no broker answers, ever more rarely", async () => {
    [broker.records, broker.saved] = [["old"], { old: "*.example.com" }];
    broker.refusal = new ApiFailure("no connection");
    const dns = broker.proof();
    const tried: number[] = [];
    for (; broker.nowMs < 4 * hourMs; broker.nowMs += 5_000) {
      const before = broker.asked.length;
      await dns.tidy([]);
      if (broker.asked.length > before) tried.push(broker.nowMs / 60_000);
    }
    expect(tried).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(broker.saved).toEqual({ old: "*.example.com" });
    broker.refusal = undefined;
    broker.nowMs += hourMs;
    await dns.tidy([]);
    expect([broker.records, broker.saved]).toEqual([[], {}]);
  });

  it("is forgotten if the project no longer has the zone", async () => {
    broker.saved = { old: "*.example.com" };
    broker.refusal = new ApiFailure("no zone", { status: 404 });
    await broker.proof().tidy([]);
    expect(broker.saved).toEqual({});
  });

  it("is left alone while its proof runs", async () => {
    const dns = broker.proof(async () => {
      await dns.tidy(["*.example.com"]);
      expect(broker.records).toEqual(["value"]);
    });
    await dns.prove("*.example.com", "value", () => Promise.resolve());
    expect(broker.records).toEqual([]);
  });

  it("is forgotten if the brokers refuse its domain, which the stack no longer has", async () => {
    broker.saved = { old: "*.example.net" };
    broker.refusal = new ApiFailure("the API answered 403", { status: 403 });
    await broker.proof().tidy([]);
    expect(broker.saved).toEqual({});
  });
});

describe("what another node left", () => {
  const domains = ["*.example.com"];

  it("is removed by the node that orders, once no order can need it", async () => {
    broker.foreign = ["lost"];
    const dns = broker.proof();
    await dns.tidy(domains);
    broker.nowMs += 239_999;
    await dns.tidy(domains);
    expect(broker.foreign).toEqual(["lost"]);
    broker.nowMs += 1;
    await dns.tidy(domains);
    expect([broker.foreign, broker.saved]).toEqual([[], {}]);
    expect(broker.asked.filter((one) => "verb" in one && one.verb === "find")).toHaveLength(1);
  });

  it("is left to the node that orders", async () => {
    broker.foreign = ["lost"];
    const dns = broker.proof();
    await dns.problem("*.example.com");
    broker.nowMs += hourMs;
    await dns.tidy([]);
    expect(broker.foreign).toEqual(["lost"]);
  });

  it("is looked for after a look without a result, when the address comes back, and after six hours", async () => {
    const dns = broker.proof();
    const finds = async (now: readonly string[]) => {
      const before = broker.asked.length;
      await dns.tidy(now);
      return broker.asked.length - before;
    };
    expect([await finds(domains), await finds(domains)]).toEqual([1, 0]);
    expect([await finds([]), await finds(domains)]).toEqual([0, 1]);
    broker.nowMs += 6 * hourMs;
    broker.refusal = new ApiFailure("no zone", { status: 404 });
    expect([await finds(domains), await finds(domains)]).toEqual([1, 0]);
    broker.nowMs += hourMs / 6;
    expect(await finds(domains)).toBe(1);
  });

  it("is not removed if the other node has ended its order in time", async () => {
    broker.foreign = ["lost"];
    const dns = broker.proof();
    await dns.problem("*.example.com");
    broker.foreign = [];
    await dns.problem("*.example.com");
    broker.foreign = ["lost"];
    broker.nowMs += hourMs;
    await dns.tidy(domains);
    expect(broker.foreign).toEqual(["lost"]);
  });
});
