import { beforeEach, describe, expect, it } from "vitest";
import { ChallengeRecord } from "../../../host/cloud-api/challenge-record";
import { ApiFailure } from "../../../host/cloud-api/failure";
import type { Caller } from "../../../host/cloud-api/transport";

const value = "v".repeat(43);

/** The API as far as it has zones; `loses` makes a change whose answer does not arrive. */
class Zones implements Caller {
  calls: string[] = [];
  loses = false;
  refuses: ApiFailure | undefined;
  records = new Set<string>(["other"]);

  constructor(private readonly zones: Record<string, { id: number; mode?: string }>) {}

  call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    this.calls.push(`${method} ${path}`);
    return Promise.resolve().then(() => this.answer(path, body));
  }

  private answer(path: string, body?: object): unknown {
    const [, name, , , , , verb] = path.split("/");
    if (verb !== undefined) return this.change(verb, body as { records: { value: string }[] });
    if (path.includes("/rrsets/")) {
      const records = [...this.records].map((one) => ({ value: `"${one}"` }));
      return { rrset: { records } };
    }
    const zone = this.zones[name!];
    if (!zone) throw new ApiFailure("the API answered 404", { status: 404 });
    const servers = { assigned: ["hydrogen.ns.hetzner.com."], delegation_status: "valid" };
    return {
      zone: { mode: "primary", name, authoritative_nameservers: servers, ...zone },
    };
  }

  private change(verb: string, { records }: { records: { value: string }[] }): unknown {
    if (this.refuses) throw this.refuses;
    for (const { value: quoted } of records) {
      const text = quoted.slice(1, -1);
      if (verb === "add_records") this.records.add(text);
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
    await new ChallengeRecord(zones, "*.example.com").add(value);
    expect(zones.calls).toEqual([
      "GET zones/example.com",
      "POST zones/7/rrsets/_acme-challenge/TXT/actions/add_records",
    ]);
    expect([...zones.records]).toEqual(["other", value]);
    await new ChallengeRecord(zones, "*.example.com").remove(value);
    expect([...zones.records]).toEqual(["other"]);
  });

  it("is in the zone with the longest name", async () => {
    const record = new ChallengeRecord(zones, "*.shop.eu.example.com");
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
    });
  });

  it("needs a zone of the project that is not copied from elsewhere", async () => {
    await expect(new ChallengeRecord(zones, "*.example.net").add(value)).rejects.toThrow(
      "no zone of this Hetzner project contains *.example.net",
    );
    zones = new Zones({ "example.com": { id: 7, mode: "secondary" } });
    await expect(new ChallengeRecord(zones, "*.example.com").zone()).rejects.toThrow(
      "the zone example.com is a secondary one",
    );
  });

  it("counts as changed if the API refuses what is done already", async () => {
    zones.loses = true;
    const record = new ChallengeRecord(zones, "*.example.com");
    await record.add(value);
    await record.remove(value);
    expect([...zones.records]).toEqual(["other"]);
  });

  it("reports a refusal that left the record as it was, and an API that does not answer", async () => {
    const record = new ChallengeRecord(zones, "*.example.com");
    zones.refuses = new ApiFailure("the API answered 423", { status: 423 });
    await expect(record.add(value)).rejects.toThrow("the API answered 423");
    zones.refuses = new ApiFailure("no answer within 3000 ms");
    await expect(record.remove(value)).rejects.toThrow("no answer");
  });
});
