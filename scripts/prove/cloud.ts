import { z } from "zod";
import type { CloudEvidence } from "../../prove/assumption";
import { cloudAnswer, type CloudProject } from "../../rolling/cloud-api";
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

/** What the API says of a stack's servers and its address. @throws Error if the API does not answer. */
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
