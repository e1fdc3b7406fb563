import { describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

describe("datacenters", () => {
  it("are gone, with a page that says why", async () => {
    const cloud = new TestCloud();
    for (const path of ["/datacenters", "/datacenters/2"]) {
      const answer = await cloud.get(path);
      expect(answer).toMatchObject(refused(410, "deprecated_api_endpoint"));
      expect(answer.body.error.details.announcement).toMatch(/^https:\/\/docs\.hetzner\.cloud\//);
    }
  });

  it("were listed until October 2026", async () => {
    const cloud = new TestCloud({ apiDate: "2026-09-30" });
    expect(await cloud.ids("/datacenters")).toEqual([2, 3, 4, 5, 6, 7]);
    const { body } = await cloud.get("/datacenters/4");
    expect(body.datacenter).toMatchObject({ name: "fsn1-dc14", location: { name: "fsn1" } });
    expect(await cloud.get("/datacenters/1")).toMatchObject(refused(404, "not_found"));
  });

  it("were part of servers, and could be asked for, until July 2026", async () => {
    const cloud = new TestCloud({ apiDate: "2026-06-30" });
    const server = await cloud.server({ datacenter: "hel1-dc2" });
    expect(server).toMatchObject({
      location: { name: "hel1" },
      datacenter: { name: "hel1-dc2", location: { name: "hel1" } },
    });
    expect(server.server_type.deprecated).toBe(false);
  });
});
