import { beforeEach, describe, expect, it } from "vitest";
import type { PublishedZone } from "../../names/published";
import { refused, TestCloud, tokens } from "../support/test-cloud";

let cloud: TestCloud;
let published: readonly PublishedZone[];
beforeEach(() => {
  cloud = new TestCloud();
  cloud.cloud.publishZones = (now) => (published = structuredClone(now));
  published = [];
});

const make = async (name: string, mode = "primary") =>
  (await cloud.made("/zones", { name, mode })).zone;
const path = "/zones/example.com/rrsets/_acme-challenge/TXT";
const values = (...all: string[]) => ({ records: all.map((value) => ({ value })) });

describe("zones", () => {
  it("are found by id and by name, in their project alone", async () => {
    const zone = await make("example.com");
    expect(zone).toMatchObject({
      name: "example.com",
      mode: "primary",
      ttl: 3600,
      authoritative_nameservers: { delegation_status: "valid" },
    });
    expect((await cloud.get(`/zones/${zone.id}`)).body.zone).toEqual(zone);
    expect((await cloud.get("/zones/example.com")).body.zone).toEqual(zone);
    expect((await cloud.get("/zones?name=example.com")).body.zones).toEqual([zone]);
    expect(await cloud.get("/zones/example.net")).toMatchObject(refused(404, "not_found"));
    const other = await cloud.call("GET", "/zones/example.com", undefined, tokens[1]);
    expect(other).toMatchObject(refused(404, "not_found"));
  });

  it("refuse a name that is none, and one that is taken", async () => {
    await make("example.com");
    const again = { name: "example.com", mode: "primary" };
    expect(await cloud.post("/zones", again)).toMatchObject(refused(409, "uniqueness_error"));
    const odd = { name: "Example.com", mode: "primary" };
    expect(await cloud.post("/zones", odd)).toMatchObject(refused(422, "invalid_input"));
  });

  it("get labels by id or name, and no other name", async () => {
    const { id } = await make("example.com");
    for (const which of ["example.com", id]) {
      const { status, body } = await cloud.put(`/zones/${which}`, {
        labels: { of: String(which) },
      });
      expect([status, body.zone.labels]).toEqual([200, { of: String(which) }]);
      expect(await cloud.put(`/zones/${which}`, { name: "other.com" })).toMatchObject(
        refused(422, "invalid_input", { name: /renamed/ }),
      );
    }
  });

  it.each([
    ["zonefile", "www 60 IN A 203.0.113.7"],
    ["rrsets", [{ name: "www", type: "A", records: [{ value: "203.0.113.7" }] }]],
    ["primary_nameservers", [{ address: "203.0.113.7" }]],
  ])("are not made with %s, which would be lost", async (field, value) => {
    const order = { name: "example.com", mode: "primary", [field]: value };
    const answer = await cloud.post("/zones", order);
    expect(answer).toMatchObject(refused(422, "unsupported_error"));
    expect(answer.body.error.message).toContain(field);
    expect(await cloud.ids("/zones")).toEqual([]);
  });

  it("are deleted by an action, with what their name servers knew of them", async () => {
    await make("example.com");
    await cloud.post(`${path}/actions/add_records`, values('"one"'));
    const { status, body } = await cloud.delete("/zones/example.com");
    expect([status, body.action.command]).toEqual([201, "delete_zone"]);
    expect(published).toEqual([]);
    expect((await cloud.get("/zones/actions")).status).toBe(200);
  });
});

describe("sets of records", () => {
  it("are made by the first record and go with the last one", async () => {
    await make("example.com");
    expect(published).toMatchObject([{ name: "example.com", serial: 1, rrsets: [] }]);
    const added = await cloud.post(`${path}/actions/add_records`, { ttl: 60, ...values('"one"') });
    expect([added.status, added.body.action.command]).toEqual([201, "add_rrset_records"]);
    await cloud.post(`${path}/actions/add_records`, values('"two" "parts"'));
    expect((await cloud.get(path)).body.rrset).toMatchObject({
      id: "_acme-challenge/TXT",
      ttl: 60,
      records: [{ value: '"one"' }, { value: '"two" "parts"' }],
    });
    const set = { name: "_acme-challenge", type: "TXT", ttl: 60 };
    const [one, two] = [{ value: '"one"' }, { value: '"two" "parts"' }];
    const zone = { name: "example.com", mode: "primary", ttl: 3600 };
    expect(published).toEqual([{ ...zone, serial: 3, rrsets: [{ ...set, records: [one, two] }] }]);
    await cloud.post(`${path}/actions/remove_records`, values('"one"'));
    expect(published).toEqual([{ ...zone, serial: 4, rrsets: [{ ...set, records: [two] }] }]);
    await cloud.post(`${path}/actions/remove_records`, values('"two" "parts"'));
    expect(await cloud.get(path)).toMatchObject(refused(404, "not_found"));
    expect(published).toEqual([{ ...zone, serial: 5, rrsets: [] }]);
  });

  it("are made, listed, replaced and deleted as a whole", async () => {
    await make("example.com");
    const set = { name: "www", type: "A", ...values("203.0.113.7") };
    expect((await cloud.post("/zones/example.com/rrsets", set)).status).toBe(201);
    const taken = await cloud.post("/zones/example.com/rrsets", set);
    expect(taken).toMatchObject(refused(409, "uniqueness_error"));
    const www = "/zones/example.com/rrsets/www/A";
    await cloud.post(`${www}/actions/set_records`, values("203.0.113.8"));
    const { rrsets } = (await cloud.get("/zones/example.com/rrsets?type=A")).body;
    expect(rrsets).toMatchObject([{ name: "www", records: [{ value: "203.0.113.8" }] }]);
    expect((await cloud.delete(www)).body.action.command).toBe("delete_rrset");
    expect((await cloud.get("/zones/example.com/rrsets")).body.rrsets).toEqual([]);
  });

  it("refuse values that do not fit their type", async () => {
    await make("example.com");
    for (const [type, value] of [
      ["A", "203.0.113"],
      ["AAAA", "203.0.113.7"],
      ["CNAME", "a..b"],
      ["MX", "mail"],
      ["SRV", "1 2 65536 sip"],
      ["CAA", "256 issue x"],
      ["TLSA", "3 1 1 0"],
      ["SOA", "ns ops 1 2 3 4"],
    ] as const) {
      const answer = await cloud.post("/zones/example.com/rrsets", {
        ...{ name: "x", type },
        ...values(value),
      });
      expect(answer).toMatchObject(refused(422, "invalid_input"));
    }
    expect((await cloud.get("/zones/example.com/rrsets")).body.rrsets).toEqual([]);
  });

  it.each(["a b", "www.", "-a", "a..b", "a.*", "x".repeat(64)])(
    "refuse the name '%s'",
    async (name) => {
      await make("example.com");
      const set = { name, type: "A", ...values("203.0.113.7") };
      expect(await cloud.post("/zones/example.com/rrsets", set)).toMatchObject(
        refused(422, "invalid_input", { name: /relative/ }),
      );
      const one = `/zones/example.com/rrsets/${encodeURIComponent(name)}/A`;
      expect(await cloud.post(`${one}/actions/add_records`, values("203.0.113.7"))).toMatchObject(
        refused(422, "invalid_input"),
      );
    },
  );

  it.each(["@", "*", "*.a", "_acme-challenge", "a.b", "xn--bcher-kva", "1"])(
    "take the name '%s'",
    async (name) => {
      await make("example.com");
      const set = { name, type: "A", ...values("203.0.113.7") };
      expect((await cloud.post("/zones/example.com/rrsets", set)).status).toBe(201);
    },
  );

  it("of the type CNAME have one value", async () => {
    await make("example.com");
    const set = { name: "www", type: "CNAME", ...values("a", "b") };
    expect(await cloud.post("/zones/example.com/rrsets", set)).toMatchObject(
      refused(422, "invalid_input", { records: /one/ }),
    );
  });

  it("refuse a text without quotes, a value twice, a value that is not there, and an unknown type", async () => {
    await make("example.com");
    const add = (body: object) => cloud.post(`${path}/actions/add_records`, body);
    expect(await add(values("one"))).toMatchObject(refused(422, "invalid_input"));
    await add(values('"one"'));
    expect(await add(values('"one"'))).toMatchObject(refused(422, "invalid_input"));
    const remove = await cloud.post(`${path}/actions/remove_records`, values('"two"'));
    expect(remove).toMatchObject(refused(422, "invalid_input"));
    const odd = await cloud.get("/zones/example.com/rrsets/www/ODD");
    expect(odd).toMatchObject(refused(422, "invalid_input"));
  });

  it("of a zone that is copied from elsewhere cannot be changed", async () => {
    await make("example.com", "secondary");
    const refusal = await cloud.post(`${path}/actions/add_records`, values('"one"'));
    expect(refusal).toMatchObject(refused(422, "incorrect_zone_mode"));
  });
});
