import { beforeEach, describe, expect, it } from "vitest";
import { effectiveRules } from "../../firewalling";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const http = {
  direction: "in",
  protocol: "tcp",
  port: "80",
  source_ips: ["0.0.0.0/0", "::/0"],
  destination_ips: [],
  description: null,
};
const onServer = (id: number) => ({ type: "server", server: { id } });
const onLabel = (selector: string) => ({ type: "label_selector", label_selector: { selector } });
const make = async (overrides: object = {}) =>
  (await cloud.made("/firewalls", { name: "web", ...overrides })).firewall;
const act = (id: number, path: string, body: object) =>
  cloud.post(`/firewalls/${id}/actions/${path}`, body);
const read = async (id: number) => (await cloud.get(`/firewalls/${id}`)).body.firewall;

describe("firewalls", () => {
  it("show what they were made with", async () => {
    const server = await cloud.server();
    const { firewall, actions } = await cloud.made("/firewalls", {
      name: "web",
      rules: [http],
      apply_to: [onServer(server.id)],
      labels: { a: "b" },
    });
    expect(firewall).toEqual({
      id: expect.any(Number),
      name: "web",
      labels: { a: "b" },
      created: "2026-11-02T12:00:00+00:00",
      rules: [http],
      applied_to: [onServer(server.id)],
    });
    expect(actions).toMatchObject([{ command: "apply_firewall", status: "success" }]);
    expect((await cloud.get("/firewalls?name=web")).body.firewalls).toEqual([firewall]);
  });

  it("can be renamed", async () => {
    const { id } = await make();
    expect((await cloud.put(`/firewalls/${id}`, { name: "x" })).body.firewall.name).toBe("x");
    expect(await cloud.put(`/firewalls/${id}`, { name: "x".repeat(129) })).toMatchObject(
      refused(422, "invalid_input", { name: /128 characters/ }),
    );
  });

  it("are refused with a name that is taken", async () => {
    await make();
    expect(await cloud.post("/firewalls", { name: "web" })).toMatchObject(
      refused(409, "uniqueness_error"),
    );
  });

  it("are not deleted while they are in use", async () => {
    const server = await cloud.server();
    const { id } = await make({ apply_to: [onServer(server.id)] });
    const answer = await cloud.delete(`/firewalls/${id}`);
    expect(answer).toMatchObject(refused(422, "resource_in_use"));
    expect(answer.body.error.message).toBe(`firewall with ID ${id} is still in use`);
    await act(id, "remove_from_resources", { remove_from: [onServer(server.id)] });
    expect((await cloud.delete(`/firewalls/${id}`)).status).toBe(204);
  });

  it("are 50 in a project", async () => {
    for (let n = 0; n < 50; n++) await make({ name: `f${n}` });
    const answer = await cloud.post("/firewalls", { name: "one too many" });
    expect(answer).toMatchObject(refused(403, "resource_limit_exceeded"));
    expect(answer.body.error.details).toEqual({ limits: [{ name: "firewall_limit" }] });
  });
});

describe("rules", () => {
  it("are replaced, and reach the machine", async () => {
    const server = await cloud.server();
    const { id } = await make({ apply_to: [onServer(server.id)] });
    const answer = await act(id, "set_rules", { rules: [http] });
    expect(answer.body.actions).toMatchObject([{ command: "set_firewall_rules" }]);
    expect((await read(id)).rules).toEqual([http]);
    const stored = cloud.cloud.store.all("servers")[0]!;
    expect(effectiveRules(cloud.cloud, stored)).toEqual([
      { direction: "in", protocol: "tcp", port: "80", ips: ["0.0.0.0/0", "::/0"] },
    ]);
    expect(cloud.driver.calls.at(-1)).toBe(`setFirewall ${server.id}`);
  });

  it("keep IPv6 blocks in canonical form", async () => {
    const { rules } = await make({ rules: [{ ...http, source_ips: ["2001:DB8:0:0::/64"] }] });
    expect(rules[0].source_ips).toEqual(["2001:db8::/64"]);
  });

  it.each(["80", "80-85", "any", "65535"])("take the port %s", async (port) => {
    expect((await make({ rules: [{ ...http, port }] })).rules[0].port).toBe(port);
  });

  it.each([
    [{ port: null }, "rules.0.port", /port is required/],
    [{ port: "0" }, "rules.0.port", /port is required/],
    [{ port: "85-80" }, "rules.0.port", /port is required/],
    [{ port: "65536" }, "rules.0.port", /port is required/],
    [{ protocol: "icmp" }, "rules.0.port", /not allowed/],
    [{ protocol: "sctp" }, "rules.0.protocol", /option/],
    [{ source_ips: [] }, "rules.0.source_ips", /must list/],
    [{ direction: "out" }, "rules.0.destination_ips", /must list/],
    [{ source_ips: ["10.0.0.1"] }, "rules.0.source_ips", /'10\.0\.0\.1' is not a CIDR block/],
    [{ source_ips: ["10.0.0.1/24"] }, "rules.0.source_ips", /not a CIDR block/],
    [{ source_ips: ["2001:db8::1/64"] }, "rules.0.source_ips", /not a CIDR block/],
  ])("are refused with %j", async (overrides, field, message) => {
    const answer = await cloud.post("/firewalls", {
      name: "f",
      rules: [{ ...http, ...overrides }],
    });
    expect(answer).toMatchObject(refused(422, "invalid_input", { [field]: message }));
    expect(await cloud.ids("/firewalls")).toEqual([]);
  });

  it("are 50 at most", async () => {
    const answer = await cloud.post("/firewalls", { name: "f", rules: Array(51).fill(http) });
    expect(answer).toMatchObject(refused(422, "invalid_input", { rules: /at most 50/ }));
    expect((await make({ rules: Array(50).fill(http) })).rules).toHaveLength(50);
  });
});

describe("what a firewall is applied to", () => {
  it("are servers, and whatever has a label", async () => {
    const web = await cloud.server({ labels: { role: "web" } });
    const { id } = await make();
    const { body } = await act(id, "apply_to_resources", { apply_to: [onLabel("role=web")] });
    expect(body.actions).toMatchObject([{ command: "apply_firewall" }]);
    expect((await read(id)).applied_to).toEqual([
      { ...onLabel("role=web"), applied_to_resources: [onServer(web.id)] },
    ]);
    const later = await cloud.server({ labels: { role: "web" } });
    expect(later.public_net.firewalls).toEqual([{ id, status: "applied" }]);
  });

  it("are refused twice, and if they do not exist", async () => {
    const { id } = await make({ apply_to: [onLabel("a=b")] });
    expect(await act(id, "apply_to_resources", { apply_to: [onLabel("a=b")] })).toMatchObject(
      refused(422, "firewall_already_applied"),
    );
    expect(await act(id, "apply_to_resources", { apply_to: [onServer(1)] })).toMatchObject(
      refused(404, "firewall_resource_not_found"),
    );
    expect(
      await cloud.post("/firewalls", { name: "other", apply_to: [onServer(1)] }),
    ).toMatchObject(refused(422, "firewall_resource_not_found"));
    const twice = { apply_to: [onLabel("c=d"), onLabel("c=d")] };
    expect(await cloud.post("/firewalls", { name: "other", ...twice })).toMatchObject(
      refused(422, "firewall_already_applied"),
    );
    expect(await act(id, "apply_to_resources", twice)).toMatchObject(
      refused(422, "firewall_already_applied"),
    );
    expect(await cloud.ids("/firewalls")).toEqual([id]);
  });

  it("are removed only if they were applied so", async () => {
    const web = await cloud.server({ labels: { role: "web" } });
    const { id } = await make({ apply_to: [onLabel("role=web")] });
    expect(
      await act(id, "remove_from_resources", { remove_from: [onServer(web.id)] }),
    ).toMatchObject(refused(422, "firewall_managed_by_label_selector"));
    expect(await act(id, "remove_from_resources", { remove_from: [onLabel("a=b")] })).toMatchObject(
      refused(404, "firewall_resource_not_found"),
    );
    await act(id, "remove_from_resources", { remove_from: [onLabel("role=web")] });
    expect((await read(id)).applied_to).toEqual([]);
  });

  it("have five firewalls at most", async () => {
    const { id } = await cloud.server();
    for (let n = 0; n < 5; n++) await make({ name: `f${n}`, apply_to: [onServer(id)] });
    const last = await make({ name: "last" });
    expect(await act(last.id, "apply_to_resources", { apply_to: [onServer(id)] })).toMatchObject(
      refused(403, "resource_limit_exceeded"),
    );
  });
});
