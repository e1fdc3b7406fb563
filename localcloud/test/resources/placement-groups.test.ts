import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const make = async (overrides: object = {}) =>
  (await cloud.made("/placement_groups", { name: "g", type: "spread", ...overrides }))
    .placement_group;

describe("placement groups", () => {
  it("show what they were made with, and who is in them", async () => {
    const group = await make({ labels: { a: "b" } });
    expect(group).toEqual({
      id: expect.any(Number),
      name: "g",
      type: "spread",
      labels: { a: "b" },
      created: "2026-11-02T12:00:00+00:00",
      servers: [],
    });
    const { id } = await cloud.server({ placement_group: group.id });
    const { body } = await cloud.get(`/placement_groups/${group.id}`);
    expect(body.placement_group.servers).toEqual([id]);
  });

  it("can be renamed and labelled", async () => {
    const { id } = await make();
    const wanted = { name: "h", labels: { c: "d" } };
    const { body } = await cloud.put(`/placement_groups/${id}`, wanted);
    expect(body.placement_group).toMatchObject(wanted);
  });

  it("are deleted at any time; their servers stay", async () => {
    const group = await make();
    const { id } = await cloud.server({ placement_group: group.id });
    expect((await cloud.delete(`/placement_groups/${group.id}`)).status).toBe(204);
    expect((await cloud.get(`/servers/${id}`)).body.server.placement_group).toBeNull();
  });

  it("are refused with another type, and with a name that is taken", async () => {
    await make();
    const post = (body: object) => cloud.post("/placement_groups", body);
    expect(await post({ name: "h", type: "cluster" })).toMatchObject(
      refused(422, "invalid_input", { type: /spread/ }),
    );
    expect(await post({ name: "g", type: "spread" })).toMatchObject(
      refused(409, "uniqueness_error"),
    );
  });

  it("are 50 in a project", async () => {
    for (let n = 0; n < 50; n++) await make({ name: `g${n}` });
    const answer = await cloud.post("/placement_groups", { name: "last", type: "spread" });
    expect(answer).toMatchObject(refused(403, "resource_limit_exceeded"));
  });
});
