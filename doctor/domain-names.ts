import { ipv6Within } from "../config/addresses";
import { type Finding, findingsOf } from "./finding";
import { type Identity, isOf } from "./needs";
import type { Offer } from "./offer";

const { ok, note, warning } = findingsOf("names");

/** Resolves the addresses of a name; none if the name has none. @throws Error if no name server could be asked. */
export type Resolve = (name: string, family: "ipv4" | "ipv6") => Promise<string[]>;

/** Arguments of {@link nameFindings}. */
export interface NamesInput {
  /** Host names; the check skips wildcards. */
  domains: readonly string[];
  /** True if a certificate authority checks the names before it issues a certificate. */
  isAcme: boolean;
  offer: Offer;
  identity: Identity;
  resolve: Resolve;
}

/**
 * Checks that the names resolve to the floating addresses of the stack. No name makes an `up` fail; a name that
 * resolves to other addresses gets no visitors, and no certificate from an authority.
 */
export async function nameFindings(input: NamesInput): Promise<Finding[]> {
  const { offer, identity } = input;
  const domains = input.domains.filter((name) => !name.startsWith("*."));
  if (domains.length === 0) return [ok("no name is set; the floating IP is the address")];
  const own = offer.floatingIps.filter((one) => isOf(identity, one));
  const all = await Promise.all(domains.map((name) => oneName(name, own, input)));
  return all.flat();
}

type FloatingIps = Offer["floatingIps"];

async function oneName(
  name: string,
  own: FloatingIps,
  { resolve, isAcme }: NamesInput,
): Promise<Finding[]> {
  const without = isAcme
    ? "until then it has no certificate"
    : "until then nobody gets there by it";
  try {
    const found = { ipv4: await resolve(name, "ipv4"), ipv6: await resolve(name, "ipv6") };
    const addresses = [...found.ipv4, ...found.ipv6];
    if (own.length === 0) {
      const now = addresses.length > 0 ? `leads to ${addresses.join(", ")}` : "has no address";
      return [note(`${name} ${now}; the floating IP is not there yet`, pointTo(name, [], without))];
    }
    const strays = addresses.filter((address) => !own.some((ip) => isAt(address, ip)));
    if (strays.length > 0) {
      return [warning(`${name} leads to ${strays.join(", ")} too`, pointTo(name, own, without))];
    }
    if (addresses.length === 0) {
      return [warning(`${name} has no address`, pointTo(name, own, without))];
    }
    return [ok(`${name} leads to the floating IP`)];
  } catch (error) {
    const why = (error as Error).message;
    const fix = "look at the resolver of this machine, and run the doctor again";
    return [note(`${name} could not be looked up: ${why}`, fix)];
  }
}

/** True if an address belongs to a floating IP. The API names an IPv6 network by the address with zero host bits. */
function isAt(address: string, { type, ip }: FloatingIps[number]): boolean {
  if (type === "ipv4") return address === ip;
  return address.includes(":") && ipv6Within(`${address}/128`, `${ip.split("/")[0]}/64`);
}

function pointTo(name: string, own: FloatingIps, without: string): string {
  if (own.length === 0) return `after the up, point ${name} to its floating IP; ${without}`;
  const records = own.map(({ type, ip }) => {
    const [address] = ip.split("/");
    return type === "ipv4" ? `A ${address}` : `AAAA ${address}1`;
  });
  return `let ${name} have the records ${records.join(" and ")} and no others; ${without}`;
}
