import { ipv4Block, isCidr, ipv6Within } from "./addresses";
import lists from "./proxy-ranges.json";

/** Address blocks of a provider's proxies. */
export interface ProxyList {
  /** URL from which `npm run refresh:proxies` downloads the blocks. */
  source: string;
  /** Day on which the blocks matched the source, `YYYY-MM-DD`. */
  asOf: string;
  /** The blocks. */
  ranges: string[];
}

const known: Readonly<Record<string, ProxyList>> = lists;

/** Names of the lists in the project. */
export const proxyListNames = Object.keys(known);

/** Shortest prefixes of trusted blocks: Cloudflare's largest blocks are a /13 and a /29. */
const shortest = { ipv4: 8, ipv6: 19 };
/** IPv6 addresses of the internet and of private networks; other blocks could stand for IPv4 addresses. */
const ipv6Blocks = ["2000::/3", "fc00::/7"];

/** True for the name of a list, and for a block small enough to belong to one operator. */
export function isTrustable(text: string): boolean {
  if (proxyListNames.includes(text)) return true;
  if (!isCidr(text)) return false;
  const ipv4 = ipv4Block(text);
  if (ipv4) return ipv4.prefix >= shortest.ipv4;
  const prefix = Number(text.split("/")[1]);
  return prefix >= shortest.ipv6 && ipv6Blocks.some((block) => ipv6Within(text, block));
}

/** The blocks for a list of names and blocks, each block once, in order. */
export function trustedBlocks(trusted: readonly string[]): string[] {
  return [...new Set(trusted.flatMap((one) => known[one]?.ranges ?? [one]))];
}
