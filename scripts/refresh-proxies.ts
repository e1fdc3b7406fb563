import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isCidr } from "../config/addresses";
import { isTrustable, type ProxyList } from "../config/load-balancer-schema";
import { repositoryRoot } from "./local/paths";

const file = join(repositoryRoot, "config", "proxy-ranges.json");

/** Parsers of the providers' answers, by the name of the list. */
const published: Record<string, z.ZodType<string[]>> = {
  // https://developers.cloudflare.com/api/resources/ips/methods/list/
  cloudflare: z
    .looseObject({
      success: z.literal(true),
      result: z.looseObject({
        ipv4_cidrs: z.array(z.string()).min(1),
        ipv6_cidrs: z.array(z.string()).min(1),
      }),
    })
    .transform(({ result }) => [...result.ipv4_cidrs, ...result.ipv6_cidrs]),
};

/**
 * A list as its source has it today. Equal blocks change the day of the list alone.
 *
 * @param answer answer of the source.
 * @param today day as `YYYY-MM-DD`.
 * @throws Error if that is not a list of blocks that may be trusted.
 */
export function refreshed(
  name: string,
  list: ProxyList,
  answer: unknown,
  today: string,
): ProxyList {
  const form = published[name];
  if (!form) throw new Error(`nobody knows how ${list.source} publishes the list ${name}`);
  const parsed = form.safeParse(answer);
  if (!parsed.success) {
    throw new Error(`${list.source} must answer with its blocks: ${z.prettifyError(parsed.error)}`);
  }
  const strange = parsed.data.filter((block) => !isCidr(block) || !isTrustable(block));
  if (strange.length > 0) {
    throw new Error(
      `${list.source} must name blocks that may be trusted, got ${strange.join(", ")}`,
    );
  }
  return { ...list, asOf: today, ranges: parsed.data };
}

function difference(before: ProxyList, after: ProxyList): string {
  const less = (one: ProxyList, other: ProxyList) =>
    one.ranges.filter((block) => !other.ranges.includes(block));
  const changes = [
    ...less(after, before).map((block) => `+ ${block}`),
    ...less(before, after).map((block) => `- ${block}`),
  ];
  return changes.length === 0 ? "the same" : changes.join(", ");
}

/** `npm run refresh:proxies`: the address blocks of proxies that stacks may trust by name, from their sources. */
async function main(): Promise<void> {
  const lists = JSON.parse(readFileSync(file, "utf8")) as Record<string, ProxyList>;
  const today = new Date().toISOString().slice(0, 10);
  for (const [name, list] of Object.entries(lists)) {
    const response = await fetch(list.source, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`${list.source} answered ${response.status}`);
    lists[name] = refreshed(name, list, await response.json(), today);
    console.log(`${name}: ${difference(list, lists[name])}`);
  }
  writeFileSync(file, `${JSON.stringify(lists, null, 2)}\n`);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
