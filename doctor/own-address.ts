import { isPlaceholder, isPublic, isWithin } from "../config/addresses";
import { type Finding, findingsOf } from "./finding";

const { ok, note, warning, failure } = findingsOf("admin.cidrs");

/** Source address of this machine's connections to the nodes. */
export interface OwnAddress {
  /** Address without a prefix; undefined: unknown. */
  address: string | undefined;
  /** True if the address is certain: the operator named it, or the cloud is on this machine. */
  isCertain: boolean;
  /** Load balancer that accepted an SSH connection from this machine, if any. */
  reached?: string | undefined;
  /** Existing load balancers that did not accept one. */
  silent?: readonly string[];
}

/**
 * Checks that the firewall lets SSH from this machine reach the load balancers: `up` configures all nodes over SSH,
 * and would wait for a connection after it created the servers. The API does not report the source address of a call,
 * and the doctor asks no third party. So the address is known if the operator names it, if the cloud is on this
 * machine, or if the machine itself has a public address. Behind a NAT the address is unknown, unless a load balancer
 * of the stack accepts a connection.
 *
 * @param cidrs the well-formed blocks of the setting.
 * @param key the setting, `webstack:admin.cidrs` or `webstack:adminCidr`, which has one address.
 */
export function ownAddressFindings(
  cidrs: readonly string[],
  own: OwnAddress,
  key = "webstack:admin.cidrs",
): Finding[] {
  const isOne = key === "webstack:adminCidr";
  const added = (address: string) =>
    isOne && !address.includes(" ")
      ? `pulumi config set ${key} ${address}`
      : `${isOne ? "put" : "add"} ${address} ${isOne ? "into" : "to"} ${key}`;
  const { address, isCertain, reached, silent = [] } = own;
  const isKnown = address !== undefined && (isCertain || isPublic(address));
  const mine = isKnown ? blockOf(address) : "the address that you are seen with, as a /32,";
  const made = cidrs.filter(isPlaceholder);
  const open = cidrs.filter((block) => block.endsWith("/0"));
  const found = [
    ...made.map((block) =>
      failure(`${key} has ${block}, a placeholder that nobody has`, `put ${mine} in its place`),
    ),
    ...open.map((block) =>
      warning(`${key} has ${block}: everybody reaches SSH`, `put ${mine} in its place`),
    ),
  ];
  // The findings so far name the remedy already.
  if (made.length === cidrs.length) return found;
  if (reached) return [...found, ok(`${reached} takes connections to SSH from here`)];
  const other = overIpv6(cidrs, address);
  if (other) return [...found, other];
  if (address !== undefined && cidrs.some((block) => isWithin(address, block))) {
    return [...found, ok(`this machine's address ${address} is in ${key}`)];
  }
  if (isKnown) {
    const text = `this machine's address ${address} is not in ${key}: ${cidrs.join(", ")}`;
    return [...found, failure(text, added(mine))];
  }
  if (silent.length > 0) {
    const text = `${silent.join(", ")} take no connection to SSH from here; ${key} is ${cidrs.join(", ")}`;
    const fix = `${added("the address that you are seen with")}, or open SSH to it for an hour: npm run admin:open`;
    return [...found, failure(text, fix)];
  }
  return [
    ...found,
    note(
      "the address that this machine is seen with is unknown: it has no public one itself",
      "look it up, and check it with: npm run doctor -- --address <address>",
    ),
  ];
}

/** What an `up` over IPv4 cannot use: blocks of IPv6 alone, or an IPv6 address of this machine. */
function overIpv6(cidrs: readonly string[], address: string | undefined): Finding | undefined {
  const why = "an up reaches the hosts over IPv4 alone";
  if (cidrs.every((block) => block.includes(":"))) {
    const text = `webstack:admin.cidrs has no IPv4 block, and ${why}: ${cidrs.join(", ")}`;
    return failure(text, "add the IPv4 address that you are seen with, as a /32");
  }
  if (!address?.includes(":")) return undefined;
  return failure(`${address} is an IPv6 address, and ${why}`, "give the IPv4 one with --address");
}

function blockOf(address: string): string {
  return address.includes(":") ? `${address}/128` : `${address}/32`;
}
