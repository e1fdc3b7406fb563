import { describe, expect, it } from "vitest";
import { refused, TestCloud, tokens } from "./support/test-cloud";

describe("authentication", () => {
  it("refuses a call without a token, and with an unknown one", async () => {
    const cloud = new TestCloud();
    for (const token of ["", "c".repeat(64)]) {
      const answer = await cloud.get("/locations", token);
      expect(answer).toMatchObject(refused(401, "unauthorized"));
      expect(answer.body.error.details).toBeNull();
    }
  });

  it("keeps the things of two tokens apart", async () => {
    const cloud = new TestCloud();
    const mine = await cloud.server({ name: "web" });
    const theirs = await cloud.post(
      "/servers",
      { name: "web", server_type: "cx23", image: "debian-13" },
      tokens[1],
    );
    expect(theirs.status).toBe(201);
    expect((await cloud.get("/servers", tokens[1])).body.servers).toHaveLength(1);
    expect(await cloud.get(`/servers/${mine.id}`, tokens[1])).toMatchObject(
      refused(404, "not_found"),
    );
    const [action] = (await cloud.get(`/servers/${mine.id}/actions`)).body.actions;
    expect(await cloud.get(`/actions/${action.id}`, tokens[1])).toMatchObject(
      refused(404, "not_found"),
    );
  });
});

describe("every answer", () => {
  it("has a correlation id of hex digits, a refusal too", async () => {
    const cloud = new TestCloud();
    for (const path of ["/locations", "/servers/1", "/nothing"]) {
      const { headers } = await cloud.get(path);
      expect(headers.get("x-correlation-id")).toMatch(/^[0-9a-f]{16}$/);
      expect(headers.get("content-type")).toMatch(/^application\/json/);
    }
  });
});

describe("calls that have no handler", () => {
  it("are unsupported if the real API has the family", async () => {
    const cloud = new TestCloud();
    const { id } = await cloud.server();
    for (const [method, path] of [
      ["GET", "/certificates"],
      ["POST", "/load_balancers"],
      ["GET", "/zones/example.com/zonefile"],
      ["POST", `/servers/${id}/actions/enable_rescue`],
      ["GET", `/servers/${id}/metrics`],
      ["PUT", "/images/114690387"],
      ["DELETE", "/images/114690387"],
      ["PUT", "/zones/example.com/rrsets/www/A"],
    ] as const) {
      const answer = await cloud.call(method, path);
      expect(answer).toMatchObject(refused(422, "unsupported_error"));
      expect(answer.body.error.message).toContain(`${method} /v1${path}`);
    }
  });

  it("are not found if nobody has heard of them", async () => {
    expect(await new TestCloud().get("/nothing")).toMatchObject(refused(404, "not_found"));
  });

  it("are not allowed if only the method is wrong", async () => {
    expect(await new TestCloud().call("DELETE", "/locations")).toMatchObject(
      refused(405, "method_not_allowed"),
    );
  });
});

describe("bodies", () => {
  it("that are no JSON are refused", async () => {
    expect(await new TestCloud().post("/networks", "{")).toMatchObject(refused(400, "json_error"));
  });

  it("are told every field that is wrong", async () => {
    const answer = await new TestCloud().post("/networks", { name: 5, labels: {} });
    expect(answer).toMatchObject(
      refused(422, "invalid_input", { name: /string/, ip_range: /string/ }),
    );
    expect(answer.body.error.message).toBe("invalid input in fields 'name', 'ip_range'");
  });

  it("with labels that break the grammar are refused", async () => {
    const cloud = new TestCloud();
    for (const labels of [{ "-a": "b" }, { a: "b c" }, { "hetzner.cloud/a": "b" }]) {
      const answer = await cloud.post("/placement_groups", { name: "g", type: "spread", labels });
      expect(answer).toMatchObject(refused(422, "invalid_input", { labels: /invalid/ }));
    }
  });
});
