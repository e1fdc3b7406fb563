import { describe, expect, it } from "vitest";
import { Firewalls } from "../../components/firewalls";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { MysqlCluster } from "../../components/mysql-cluster";
import { mockId, record, valueOf } from "../support/record";

const identity = { project: "webstack", stack: "test" };
const anywhere = ["0.0.0.0/0", "::/0"];
const args = {
  identity,
  adminCidrs: ["192.0.2.7/32"],
  edge: LoadBalancerPair.services(false),
  inner: [MysqlCluster.services],
};

describe("Firewalls", () => {
  it("lets visitors and admins in at the load balancers and nobody anywhere else", async () => {
    const [component, edge, inner, ...rest] = await record(
      () => void new Firewalls("firewalls", args),
    );
    expect(component).toMatchObject({ type: "webstack:index:Firewalls", inputs: {} });
    expect(edge).toMatchObject({ type: "hcloud:index/firewall:Firewall", name: "firewalls-edge" });
    expect(edge!.inputs).toEqual({
      name: "webstack-test-edge",
      labels: { project: "webstack", stack: "test", role: "lb" },
      rules: [
        { direction: "in", description: "HTTP", protocol: "tcp", port: "80", sourceIps: anywhere },
        {
          direction: "in",
          description: "HTTPS",
          protocol: "tcp",
          port: "443",
          sourceIps: anywhere,
        },
        { direction: "in", description: "ping", protocol: "icmp", sourceIps: anywhere },
        {
          direction: "in",
          description: "SSH of the admins",
          protocol: "tcp",
          port: "22",
          sourceIps: ["192.0.2.7/32"],
        },
      ],
    });
    expect(inner!.inputs).toEqual({
      name: "webstack-test-inner",
      labels: { project: "webstack", stack: "test" },
      rules: [],
    });
    expect(rest).toEqual([]);
  });

  it("opens what a service of an inner node opens to everybody", async () => {
    const open = { from: "anywhere", protocol: "tcp", port: 8080, purpose: "metrics" } as const;
    const metrics = { name: "metrics", openings: [open] };
    const inner = [...args.inner, { system: [], tier: [metrics] }];
    const all = await record(() => void new Firewalls("firewalls", { ...args, inner }));
    expect(all.find(({ name }) => name === "firewalls-inner")!.inputs.rules).toEqual([
      {
        ...{ direction: "in", description: "metrics", protocol: "tcp", port: "8080" },
        sourceIps: anywhere,
      },
    ]);
  });

  it("offers the ids of both", async () => {
    let firewalls!: Firewalls;
    const [, edge, inner] = await record(() => {
      firewalls = new Firewalls("firewalls", args);
    });
    expect([edge!.parent, inner!.parent]).toEqual(["firewalls", "firewalls"]);
    expect(await valueOf(firewalls.edgeId)).toBe(mockId("firewalls-edge"));
    expect(await valueOf(firewalls.innerId)).toBe(mockId("firewalls-inner"));
  });

  it("refuses to lock everybody out", async () => {
    await record(() => {
      expect(() => new Firewalls("firewalls", { ...args, adminCidrs: [] })).toThrow(
        "adminCidrs must name at least one block, got []; without SSH no node can be configured",
      );
    });
  });
});
