import type { PlannedNode, Role } from "../topology";
import { broker } from "./broker/service";
import type { OpeningGroup } from "./host-firewall/output-rules";
import { type ListedServices, openings } from "./node-bundle";

/** Services of each tier of a stack, as far as the firewalls of callers need it. */
export interface StackServices {
  /** Services of each tier. */
  tiers: Readonly<Record<Role, ListedServices>>;
  /** Nodes with the API token instead of the load balancers; empty: the load balancers have it. */
  brokers: readonly PlannedNode[];
  /** Openings of additional services of single nodes. @default none */
  further?: readonly OpeningGroup[];
}

/**
 * Openings of all nodes: those of each tier at its subnet, and those of the brokers at their addresses.
 *
 * @param subnets subnet of each tier with prefix.
 */
export function openingGroups(
  subnets: Readonly<Record<Role, string>>,
  { tiers, brokers, further = [] }: StackServices,
): OpeningGroup[] {
  const ofTiers = Object.entries(subnets).map(([tier, subnet]) => ({
    tier: tier as Role,
    to: [subnet],
    openings: openings(tiers[tier as Role]),
  }));
  const ofBrokers = [...new Set(brokers.map(({ role }) => role))].map((tier) => ({
    tier,
    to: brokers.filter(({ role }) => role === tier).map(({ privateIp }) => privateIp),
    openings: broker().openings,
  }));
  return [...ofTiers, ...ofBrokers, ...further];
}
