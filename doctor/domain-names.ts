import { ipv6Within } from "../config/addresses";
import { type Finding, findingsOf } from "./finding";
import { type Identity, isOf } from "./needs";
import type { Offer } from "./offer";

const { ok, note, warning } = findingsOf("names");

/** Addresses of a name; none if it has none. @throws Error if nobody could be asked. */
export type Resolve = (name: string, family: "ipv4" | "ipv6") => Promise<string[]>;

/** What the names of a stack are looked at with. */
export interface NamesInput {
  /** Host names; a wildcard is left out. */
  domains: readonly string[];
  /** Whether an authority looks at the names before it signs. */
  isAcme: boolean;
  offer: Offer;
  identity: Identity;
  resolve: Resolve;
}

/**
 * Whether the names lead to the floating addresses of the stack. No name makes an `up` fail; one that
 * leads elsewhere gets no visitors, and no certificate from an authority.
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
    return [note(`${name} could not be looked up: ${(error as Error).message}`)];
  }
}

/** The API names an IPv6 network by its address with all host bits zero. */
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
