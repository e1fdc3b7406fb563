import { databaseStates, whyNotServing } from "./node-states";
import { edgeStates, holderOf } from "./edge";
import type { HostNode, Hosts } from "./hosts";
import { missingCertificates, missingText } from "./certificates";

/** For each tier, the tier in front of it, and the proxies of HAProxy there that send it requests. */
const fronts = {
  web: { tier: "lb", proxies: ["web"] },
  app: { tier: "web", proxies: ["app"] },
  db: { tier: "app", proxies: ["primary", "replicas"] },
} as const;

/**
 * Proxies with a server for every database node that the stack may get; a server without a node is disabled, and that of
 * a node that leaves is drained (services/database-proxy/slots.ts).
 */
const withSlots: readonly string[] = fronts.db.proxies;

/** Command that lists HAProxy's proxies with their servers. Source: https://docs.haproxy.org/3.2/management.html#9.1 */
const askProxies = "curl -sfm 5 'http://127.0.0.1:8404/;csv'";

/** View of a tier by one node in front of it: node names, and whether HAProxy sends them requests. */
interface View {
  seer: string;
  /** Undefined if the node in front does not answer. */
  servers: ReadonlyMap<string, boolean> | undefined;
}

/** Servers in use of HAProxy's given proxies by name; true if one of the proxies sends them requests. */
export function serversIn(csv: string, proxies: readonly string[]): Map<string, boolean> {
  const [names = "", ...rows] = csv.trim().replace(/^# /, "").split("\n");
  const columns = names.split(",");
  const found = new Map<string, boolean>();
  for (const row of rows) {
    const cell = (name: string) => row.split(",")[columns.indexOf(name)] ?? "";
    const [proxy, server, status] = [cell("pxname"), cell("svname"), cell("status")];
    if (!proxies.includes(proxy) || ["FRONTEND", "BACKEND"].includes(server)) continue;
    if (withSlots.includes(proxy) && /^(MAINT|DRAIN)/.test(status)) continue;
    // A server `UP 1/2` is failing its checks; a server `NOLB` gets no new requests.
    found.set(server, found.get(server) === true || status === "UP");
  }
  return found;
}

/**
 * Nodes whose view of a tier counts: those of the tier in front that get requests themselves. The view of
 * a new node, or of a node that its own front does not know, does not count.
 */
export async function frontOf(hosts: Hosts, role: HostNode["role"]): Promise<string[]> {
  if (role === "lb") return [];
  const { tier } = fronts[role];
  const names = hosts.nodes.filter((node) => node.role === tier).map(({ name }) => name);
  if (tier === "lb") return names;
  const views = await viewsOf(hosts, tier, await frontOf(hosts, tier));
  return names.filter((name) => views.some(({ servers }) => servers?.has(name)));
}

function viewsOf(
  hosts: Hosts,
  role: keyof typeof fronts,
  front: readonly string[],
): Promise<View[]> {
  return Promise.all(
    front.map(async (seer): Promise<View> => {
      const csv = await hosts.run(seer, askProxies).catch(() => undefined);
      return { seer, servers: csv === undefined ? csv : serversIn(csv, fronts[role].proxies) };
    }),
  );
}

/** Reason why a tier is not fully in service; without `node` if no single node is the cause. */
interface Problem {
  node?: string;
  text: string;
}

/**
 * Reasons why nodes of a tier are not in service, as their neighbours see them; empty if all are. The
 * function ignores nodes that no neighbour knows.
 *
 * @param front the tier's {@link frontOf}.
 * @param isAbout true for the nodes of the tier to check.
 */
export async function problemsOf(
  hosts: Hosts,
  role: HostNode["role"],
  front: readonly string[],
  isAbout: (name: string) => boolean,
): Promise<string[]> {
  const found = await problems(hosts, role, front);
  return found.filter(({ node }) => node === undefined || isAbout(node)).map(({ text }) => text);
}

/** Nodes of a tier that are not in service, as their neighbours see it. */
export async function unhealthyIn(hosts: Hosts, role: HostNode["role"]): Promise<Set<string>> {
  const found = await problems(hosts, role, await frontOf(hosts, role));
  return new Set(found.flatMap(({ node }) => node ?? []));
}

async function problems(
  hosts: Hosts,
  role: HostNode["role"],
  front: readonly string[],
): Promise<Problem[]> {
  if (role === "lb") return edgeProblems(hosts);
  const views = await viewsOf(hosts, role, front);
  const seen = views.flatMap(({ seer, servers }): Problem[] =>
    servers === undefined
      ? [{ text: `${seer} does not say how it sees the ${role} nodes` }]
      : [...servers]
          .filter(([, isUp]) => !isUp)
          .map(([node]) => ({ node, text: `${seer} sends nothing to ${node}` })),
  );
  if (role !== "db") return seen;
  const known = new Set(views.flatMap(({ servers }) => [...(servers?.keys() ?? [])]));
  return [...seen, ...(await groupProblems(hosts, known))];
}

/** True if a node in front has the node in its configuration. */
export async function isKnown(
  hosts: Hosts,
  { name, role }: HostNode,
  front: readonly string[],
): Promise<boolean> {
  if (role === "lb") return true;
  const views = await viewsOf(hosts, role, front);
  return views.some(({ servers }) => servers?.has(name));
}

/** True if a node in front sends requests to the node, or if no node in front is known. */
export async function isSentTo(hosts: Hosts, { name, role }: HostNode): Promise<boolean> {
  if (role === "lb") return true;
  const views = await viewsOf(hosts, role, await frontOf(hosts, role));
  return views.length === 0 || views.some(({ servers }) => servers?.get(name) === true);
}

async function groupProblems(hosts: Hosts, known: ReadonlySet<string>): Promise<Problem[]> {
  return [...(await databaseStates(hosts))]
    .filter(([node]) => known.has(node))
    .flatMap(([node, state]) => {
      if (!state) return [{ node, text: `the supervisor of ${node} does not answer` }];
      if (state.member?.state !== "ONLINE") {
        return [{ node, text: `MySQL of ${node} is ${state.member?.state ?? "not there"}` }];
      }
      if (!state.majority) return [{ node, text: `${node} is without a majority` }];
      const reason = whyNotServing(state);
      return reason === undefined
        ? []
        : [{ node, text: `the primary ${node} takes no writes: ${reason}` }];
    });
}

async function edgeProblems(hosts: Hosts): Promise<Problem[]> {
  const all = await edgeStates(hosts);
  const found = [...all].flatMap(([node, state]): Problem[] => {
    if (!state) return [{ node, text: `${node} does not answer` }];
    if (!state.healthy) return [{ node, text: `HAProxy of ${node} is not healthy` }];
    const role = state.mover?.vrrp ?? "unknown";
    const isPart = ["MASTER", "BACKUP"].includes(role);
    return isPart ? [] : [{ node, text: `keepalived of ${node} is ${role}` }];
  });
  // Visitors would get the placeholder from such a node.
  const lacking = missingCertificates(all, Date.now());
  found.push(...lacking.map((one) => ({ node: one.node, text: missingText(one) })));
  // Two load balancers without each other's advertisements are both master.
  const masters = [...all.values()].filter((state) => state?.mover?.vrrp === "MASTER").length;
  if (masters > 1) found.push({ text: "both load balancers are master" });
  if (holderOf(all) === undefined) found.push({ text: "no load balancer has the address" });
  return found;
}
