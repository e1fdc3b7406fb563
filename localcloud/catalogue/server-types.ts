import type { Cloud } from "../cloud";
import type { Offer } from "../faults/offer";
import { locations } from "./locations";

/** A size of server. */
export interface ServerType {
  id: number;
  name: string;
  cores: number;
  memory: number;
  disk: number;
  cpu: "shared" | "dedicated";
  architecture: "x86" | "arm";
  category: string;
  /** Net price of a month, EUR, as of September 2026. */
  monthly: number;
}

function type(
  id: number,
  name: string,
  [cores, memory, disk]: [number, number, number],
  monthly: number,
): ServerType {
  const dedicated = name.startsWith("ccx");
  return {
    id,
    name,
    cores,
    memory,
    disk,
    cpu: dedicated ? "dedicated" : "shared",
    architecture: name.startsWith("cax") ? "arm" : "x86",
    category: dedicated
      ? "general_purpose"
      : name.startsWith("cpx")
        ? "regular_purpose"
        : "cost_optimized",
    monthly,
  };
}

/** Server types that can be ordered. Source: https://www.hetzner.com/cloud */
export const serverTypes: readonly ServerType[] = [
  type(22, "cpx11", [2, 2, 40], 4.99),
  type(23, "cpx21", [3, 4, 80], 9.49),
  type(45, "cax11", [2, 4, 40], 5.99),
  type(93, "cax21", [4, 8, 80], 10.49),
  type(96, "ccx13", [2, 8, 80], 42.99),
  type(97, "ccx23", [4, 16, 160], 85.99),
  type(108, "cpx12", [1, 2, 40], 11.49),
  type(109, "cpx22", [2, 4, 80], 19.49),
  type(110, "cpx32", [4, 8, 160], 35.49),
  type(111, "cpx42", [8, 16, 320], 69.49),
  type(114, "cx23", [2, 4, 40], 5.49),
  type(115, "cx33", [4, 8, 80], 8.49),
  type(116, "cx43", [8, 16, 160], 15.99),
  type(117, "cx53", [16, 32, 320], 29.49),
];

/** Types that are sold out for good: they answer by id but are in no list. */
const retired = [type(1, "cx11", [1, 2, 20], 3.29)];

/** Every server type that was ever sold here. */
export const allServerTypes: readonly ServerType[] = [...serverTypes, ...retired];

/** When retired types were announced to go and went. Source: https://docs.hetzner.cloud/changelog */
const retirement = {
  announced: "2024-06-06T10:00:00+00:00",
  unavailable_after: "2024-09-06T10:00:00+00:00",
};

/** A server type by id or name, or undefined. */
export function findServerType(wanted: string | number): ServerType | undefined {
  return allServerTypes.find(({ id, name }) => id === Number(wanted) || name === wanted);
}

/** True if new servers of the type can be had. */
export function isAvailable(item: ServerType): boolean {
  return !retired.includes(item);
}

/** Prices of a type in every location. */
export function serverTypePrices(item: ServerType, offer: Offer): object[] {
  const monthly = offer.price(item.name, item.monthly);
  const both = (net: number) => ({ net: net.toFixed(10), gross: (net * 1.19).toFixed(10) });
  return locations.map(({ name }) => ({
    location: name,
    price_hourly: both(monthly / 624),
    price_monthly: both(monthly),
    included_traffic: 21_990_232_555_520,
    price_per_tb_traffic: both(1),
  }));
}

/** The wire form of a server type. */
export function serverTypeToWire(
  item: ServerType,
  { behaviour, offer }: Pick<Cloud, "behaviour" | "offer">,
): object {
  const deprecationAt = (location?: string) =>
    isAvailable(item) ? (offer.deprecation(item.name, location) ?? null) : retirement;
  const isRoomAt = (location: string) => isAvailable(item) && !offer.isSoldOut(item.name, location);
  return {
    id: item.id,
    name: item.name,
    description: item.name.toUpperCase(),
    cores: item.cores,
    memory: item.memory,
    disk: item.disk,
    category: item.category,
    prices: serverTypePrices(item, offer),
    storage_type: "local",
    cpu_type: item.cpu,
    architecture: item.architecture,
    deprecation: deprecationAt(),
    ...(behaviour.hasTypeDeprecated ? { deprecated: deprecationAt() !== null } : {}),
    locations: locations.map(({ id, name }) => ({
      id,
      name,
      deprecation: deprecationAt(name),
      available: isRoomAt(name),
      recommended: isRoomAt(name) && deprecationAt(name) === null,
    })),
  };
}

/** Sizes of load balancers; none can be created here. */
export const loadBalancerTypes = [
  {
    id: 1,
    name: "lb11",
    description: "LB11",
    max_connections: 10_000,
    max_services: 5,
    max_targets: 25,
    max_assigned_certificates: 10,
    deprecated: null,
    prices: [],
  },
];
