import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { CloudEvidence, SwitchEvidence } from "../../prove/assumption";
import { cloudAnswer, type CloudProject } from "../../rolling/cloud-api";
import { Prober } from "../drill/prober";
import { Probers } from "../drill/probers";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";

const place = z.object({ name: z.string() });
const servers = z.object({
  servers: z.array(z.object({ id: z.number(), name: z.string(), location: place.optional() })),
});
const addresses = z.object({
  floating_ips: z.array(
    z.object({ ip: z.string(), home_location: place, server: z.number().nullable() }),
  ),
});

/** The decoded answer of one GET with its headers. @throws Error if the API refuses it. */
async function get(project: CloudProject, path: string) {
  const response = await cloudAnswer(project, "GET", path);
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return { headers: response.headers, body: (await response.json()) as unknown };
}

/** The API's data about a stack's servers and its address. @throws Error if the API does not answer. */
export async function cloudEvidence(
  project: CloudProject,
  { nodes, floatingIp }: Pick<StackOutputs, "nodes" | "floatingIp">,
): Promise<CloudEvidence> {
  const ids = new Map(nodes.map(({ serverId, name }) => [serverId, name]));
  const locations: Record<string, string> = {};
  const names = new Map<number, string>();
  const listed = await pages(project, "/servers", (body) => servers.parse(body).servers);
  for (const { id, name, location } of listed.items) {
    names.set(id, ids.get(id) ?? name);
    if (location) locations[ids.get(id) ?? name] = location.name;
  }
  const known = await pages(project, "/floating_ips", (body) => addresses.parse(body).floating_ips);
  const found = known.items.find(({ ip }) => ip === floatingIp.ipv4);
  const rateLimit = [...listed.headers].filter(([name]) => name.startsWith("ratelimit-"));
  return {
    rateLimit: Object.fromEntries(rateLimit),
    locations,
    ...(found && {
      floatingIp: {
        homeLocation: found.home_location.name,
        server: found.server === null ? undefined : (names.get(found.server) ?? "another server"),
      },
    }),
  };
}

const paged = z.object({
  meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }),
});

async function pages<T>(project: CloudProject, path: string, read: (body: unknown) => T[]) {
  const items: T[] = [];
  let headers = new Headers();
  for (let page: number | null = 1; page !== null;) {
    const answer: Awaited<ReturnType<typeof get>> = await get(
      project,
      `${path}?per_page=50&page=${page}`,
    );
    items.push(...read(answer.body));
    headers = answer.headers;
    page = paged.parse(answer.body).meta.pagination.next_page;
  }
  return { items, headers };
}

/** Requests per second of each of the two probers. */
const perSecond = 25;
/** Watched time before and after the move, milliseconds. */
const aroundMs = 2_000;

/**
 * Moves the address to the other load balancer as `npm run edge:switch` does, under requests from this machine, and
 * returns their results. Half of the requests have a connection of their own, half share lasting ones.
 *
 * @throws Error before any change if no load balancer has the address, or the other one could not take over.
 */
export async function movedUnderRequests(
  outputs: StackOutputs,
  say: (text: string) => void,
): Promise<SwitchEvidence> {
  const from = holderOf(await edgeStates(outputs));
  if (from === undefined) throw new Error("no load balancer has the address");
  const to = loadBalancers(outputs).find((name) => name !== from)!;
  const url = `http://${outputs.floatingIp.ipv4}/healthz`;
  const probers = new Probers([
    new Prober(url, perSecond, false),
    new Prober(url, perSecond, true),
  ]);
  try {
    await pause(aroundMs);
    await switchEdge(outputs, from, to, say);
    await pause(aroundMs);
  } finally {
    await probers.stop();
  }
  const { requests, failed, slowestMs, outageMs } = probers.seen();
  return { from, to, requests, failed, slowestMs, outageMs };
}
