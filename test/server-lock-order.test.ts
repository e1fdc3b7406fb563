import { describe, expect, it } from "vitest";
import { program } from "../program";
import { mockId, record, type Registration } from "./support/record";
import { stackConfig } from "./support/stack-config";

/** Server that an input names, if it names one. */
const from =
  (key: string) =>
  ({ inputs }: Registration): number[] =>
    inputs[key] === undefined ? [] : [Number(inputs[key])];

const loadBalancers = ["lb-1-vm", "lb-2-vm"].map(mockId);

/**
 * Servers on which a resource acts when it is created, changed or deleted, by its type; `false`: it acts on none. The API
 * locks a server during such an action, and refuses a second one.
 */
const servers: Record<string, false | ((one: Registration) => number[])> = {
  server: ({ name }) => [mockId(name)],
  serverNetwork: from("serverId"),
  volumeAttachment: from("serverId"),
  volume: from("serverId"),
  floatingIp: from("serverId"),
  // After a failover the other load balancer has the address, and a destroy takes it from there.
  floatingIpAssignment: () => loadBalancers,
  firewall: false,
  network: false,
  networkRoute: false,
  networkSubnet: false,
  placementGroup: false,
  sshKey: false,
};

const clouds = (all: Registration[]) => all.filter(({ type }) => type.startsWith("hcloud:"));
const kindOf = ({ type }: Registration) => type.split(/[/:]/)[2]!;

/** Names of all resources that must exist before one, by its name. */
function predecessors(all: Registration[]): Map<string, Set<string>> {
  const direct = new Map(
    all.map(({ name, type, dependsOn }) => [
      `${type}::${name}`,
      dependsOn
        .map((urn) => urn.split("::").slice(-2))
        .map(([t, n]) => `${t!.split("$").at(-1)}::${n}`),
    ]),
  );
  const found = new Map<string, Set<string>>();
  const of = (key: string): Set<string> => {
    const known = found.get(key);
    if (known) return known;
    const set = new Set<string>();
    found.set(key, set);
    for (const one of direct.get(key) ?? []) [one, ...of(one)].forEach((each) => set.add(each));
    return set;
  };
  all.forEach(({ type, name }) => of(`${type}::${name}`));
  return found;
}

/** Pairs of resources that act on one server without an order between them. */
function unordered(all: Registration[]): string[] {
  const before = predecessors(all);
  const actors = clouds(all).flatMap((one) => {
    const rule = servers[kindOf(one)];
    return (rule ? rule(one) : []).map((server) => ({ server, key: `${one.type}::${one.name}` }));
  });
  return actors.flatMap((a, i) =>
    actors
      .slice(i + 1)
      .filter(({ server, key }) => {
        const isOrdered = before.get(a.key)!.has(key) || before.get(key)!.has(a.key);
        return server === a.server && !isOrdered;
      })
      .map(({ key }) => [a.key, key].map((one) => one.split("::").at(-1)).join(" and ")),
  );
}

const edgeOnly = JSON.stringify({ publicAddresses: "edge" });

describe.each([
  ["dev", {}],
  ["local", {}],
  ["staging", {}],
  ["prod", {}],
  ["staging", { "webstack:network": edgeOnly }],
])("the resources of %s with %j", (stack, overrides) => {
  const built = () => {
    const config = { ...stackConfig(stack), ...overrides };
    return record(() => void program(), { stack, config });
  };

  it("act on a server one after the other", async () => {
    const all = await built();
    expect(clouds(all).length).toBeGreaterThan(20);
    expect(unordered(all)).toEqual([]);
  });

  it("are all of types whose action on a server is known", async () => {
    const kinds = new Set(clouds(await built()).map(kindOf));
    expect([...kinds].filter((kind) => servers[kind] === undefined)).toEqual([]);
  });
});

describe("the check of the order", () => {
  const registration = (type: string, name: string, dependsOn: string[], inputs = {}) =>
    ({
      type: `hcloud:index/${type}:${type}`,
      name,
      dependsOn: dependsOn.map((one) => `urn:pulumi:test::webstack::${one}`),
      inputs,
    }) as unknown as Registration;
  const vm = registration("server", "lb-1-vm", []);
  const serverId = mockId("lb-1-vm");
  const nic = (dependsOn: string[]) =>
    registration("serverNetwork", "nic", dependsOn, { serverId });
  const volume = (dependsOn: string[]) =>
    registration("volumeAttachment", "volume", dependsOn, { serverId });
  const [toVm, toNic] = [
    "webstack:index:Server$hcloud:index/server:server::lb-1-vm",
    "hcloud:index/serverNetwork:serverNetwork::nic",
  ];

  it("finds two resources that depend on the server alone, and follows an order over a third", () => {
    expect(unordered([vm, nic([toVm]), volume([toVm])])).toEqual(["nic and volume"]);
    expect(unordered([vm, nic([toVm]), volume([toNic])])).toEqual([]);
  });
});
