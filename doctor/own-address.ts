import { isWithin } from "../config/addresses";
import { type Finding, findingsOf } from "./finding";

const { ok, note, warning, failure } = findingsOf("admin.cidrs");

/** Blocks that documentation uses and nobody has. Sources: RFC 5737, RFC 3849, RFC 9637. */
const placeholders = [
  ...["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
  ...["2001:db8::/32", "3fff::/20"],
];
/** Addresses behind which there is another one: private, shared by a provider, of a link. */
const inner = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
  ...["127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"],
];

/** From where this machine reaches the nodes. */
export interface OwnAddress {
  /** Address without a prefix; undefined: nobody could tell. */
  address: string | undefined;
  /** Whether the address is that of the caller for sure: it was given, or the cloud is on this machine. */
  isCertain: boolean;
  /** Load balancer that took a connection to SSH from here, if one is there and did. */
  reached?: string | undefined;
  /** Load balancers that are there and did not. */
  silent?: readonly string[];
}

/** True for an address that others on the internet see as it is. */
export function isPublic(address: string): boolean {
  return ![...inner, ...placeholders].some((block) => isWithin(address, block));
}

/**
 * Whether SSH from this machine is let through to the load balancers: `up` configures all nodes by it, and
 * would wait for it after the servers were made. The API does not tell the address that a call comes from, and no
 * third party is asked. So the address counts if it is given, if the cloud is on this machine, or if the
 * machine has a public one itself; behind a NAT it is unknown, unless a load balancer of the stack took a connection.
 *
 * @param cidrs the well-formed blocks of `admin.cidrs`.
 */
export function ownAddressFindings(cidrs: readonly string[], own: OwnAddress): Finding[] {
  const key = "webstack:admin.cidrs";
  const { address, isCertain, reached, silent = [] } = own;
  const isKnown = address !== undefined && (isCertain || isPublic(address));
  const mine = isKnown ? blockOf(address) : "the address that you are seen with, as a /32,";
  const made = cidrs.filter((block) => placeholders.some((outer) => isWithin(block, outer)));
  const open = cidrs.filter((block) => block.endsWith("/0"));
  const found = [
    ...made.map((block) =>
      failure(`${key} has ${block}, a placeholder that nobody has`, `put ${mine} in its place`),
    ),
    ...open.map((block) =>
      warning(`${key} has ${block}: everybody reaches SSH`, `put ${mine} in its place`),
    ),
  ];
  // What is to stand there instead was just said.
  if (made.length === cidrs.length) return found;
  if (reached) return [...found, ok(`${reached} takes connections to SSH from here`)];
  if (address !== undefined && cidrs.some((block) => isWithin(address, block))) {
    return [...found, ok(`this machine's address ${address} is in ${key}`)];
  }
  if (isKnown) {
    const text = `this machine's address ${address} is not in ${key}: ${cidrs.join(", ")}`;
    return [...found, failure(text, `add ${mine} to ${key}`)];
  }
  if (silent.length > 0) {
    const text = `${silent.join(", ")} take no connection to SSH from here`;
    return [...found, failure(text, `add the address that you are seen with to ${key}`)];
  }
  return [
    ...found,
    note(
      "the address that this machine is seen with is unknown: it has no public one itself",
      "look it up, and check it with: npm run doctor -- --address <address>",
    ),
  ];
}

function blockOf(address: string): string {
  return address.includes(":") ? `${address}/128` : `${address}/32`;
}
