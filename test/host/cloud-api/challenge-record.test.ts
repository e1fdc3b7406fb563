import { beforeEach, describe, expect, it } from "vitest";
import { ChallengeRecord } from "../../../host/cloud-api/challenge-record";
import { ApiFailure } from "../../../host/cloud-api/failure";
import type { Caller } from "../../../host/cloud-api/transport";

const value = "v".repeat(43);

interface Given {
  value: string;
  comment?: string;
}

const mark = "webstack stack=dev";
/** The API as far as it has zones; `loses` makes a change whose answer does not arrive. */
class Zones implements Caller {
  calls: string[] = [];
  loses = false;
  refuses: ApiFailure | undefined;
  records = new Map<string, string | undefined>([["other", undefined]]);

  constructor(private readonly zones: Record<string, { id: number; mode?: string }>) {}

  call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    this.calls.push(`${method} ${path}`);
    return Promise.resolve().then(() => this.answer(path, body));
  }

  private answer(path: string, body?: object): unknown {
    const [, name, , , , , verb] = path.split("/");
    if (verb !== undefined) return this.change(verb, body as { records: Given[] });
    if (path.includes("/rrsets/")) {
      const records = [...this.records].map(([one, comment]) => ({ value: `"${one}"`, comment }));
      return { rrset: { records } };
    }
    const zone = this.zones[name!];
    if (!zone) throw new ApiFailure("the API answered 404", { status: 404 });
    const servers = { assigned: ["hydrogen.ns.hetzner.com."], delegation_status: "valid" };
    return {
      zone: { mode: "primary", name, authoritative_nameservers: servers, ...zone },
    };
  }

  private change(verb: string, { records }: { records: Given[] }): unknown {
    if (this.refuses) throw this.refuses;
    for (const { value: quoted, comment } of records) {
      const text = quoted.slice(1, -1);
      if (verb === "add_records") this.records.set(text, comment);
      else this.records.delete(text);
    }
    if (this.loses)
      throw new ApiFailure("the API answered 422: it is there twice", { status: 422 });
    return { action: { id: 1, status: "running" } };
  }
}

let zones: Zones;
beforeEach(() => {
  zones = new Zones({ "example.com": { id: 7 } });
});

describe("the record of a proof", () => {
  it("is in the zone of the domain, beside other values", async () => {
    await new ChallengeRecord(zones, "*.example.com", mark).add(value);
    expect(zones.calls).toEqual([
      "GET zones/example.com",
      "POST zones/7/rrsets/_acme-challenge/TXT/actions/add_records",
    ]);
    expect([...zones.records.keys()]).toEqual(["other", value]);
    await new ChallengeRecord(zones, "*.example.com", mark).remove(value);
    expect([...zones.records.keys()]).toEqual(["other"]);
  });

  it("is in the zone with the longest name", async () => {
    const record = new ChallengeRecord(zones, "*.shop.eu.example.com", mark);
    await record.add(value);
    expect(zones.calls).toEqual([
      "GET zones/shop.eu.example.com",
      "GET zones/eu.example.com",
      "GET zones/example.com",
      "POST zones/7/rrsets/_acme-challenge.shop.eu/TXT/actions/add_records",
    ]);
    expect(await record.zone()).toEqual({
      zone: "example.com",
      nameservers: ["hydrogen.ns.hetzner.com"],
      delegation: "valid",
      proofs: [value],
    });
  });

  it("is told from values of other writers by its comment, also from another stack's", async () => {
    zones.records.set("w".repeat(43), undefined);
    zones.records.set("x".repeat(43), "webstack stack=prod");
    zones.records.set("verification", mark);
    const record = new ChallengeRecord(zones, "*.example.com", mark);
    expect((await record.zone()).proofs).toEqual([]);
    await record.add(value);
    expect((await record.zone()).proofs).toEqual([value]);
    await record.remove(value);
    expect((await record.zone()).proofs).toEqual([]);
    expect(zones.records.size).toBe(4);
  });

  it("needs a zone of the project that is not copied from elsewhere", async () => {
    await expect(new ChallengeRecord(zones, "*.example.net", mark).add(value)).rejects.toThrow(
      "no zone of this Hetzner project contains *.example.net",
    );
    zones = new Zones({ "example.com": { id: 7, mode: "secondary" } });
    await expect(new ChallengeRecord(zones, "*.example.com", mark).zone()).rejects.toThrow(
      "the zone example.com is a secondary one",
    );
  });

  it("counts as changed if the API refuses what is done already", async () => {
    zones.loses = true;
    const record = new ChallengeRecord(zones, "*.example.com", mark);
    await record.add(value);
    await record.remove(value);
    expect([...zones.records.keys()]).toEqual(["other"]);
  });

  it("reports a refusal that left the record as it was, and an API that does not answer", async () => {
    const record = new ChallengeRecord(zones, "*.example.com", mark);
    zones.refuses = new ApiFailure("the API answered 423", { status: 423 });
    await expect(record.add(value)).rejects.toThrow("the API answered 423");
    zones.refuses = new ApiFailure("no answer within 3000 ms");
    await expect(record.remove(value)).rejects.toThrow("no answer");
  });
});
