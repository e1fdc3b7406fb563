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

function price(monthly: number): object {
  const both = (net: number) => ({ net: net.toFixed(10), gross: (net * 1.19).toFixed(10) });
  return { price_hourly: both(monthly / 624), price_monthly: both(monthly) };
}

/** The wire form of a server type. */
export function serverTypeToWire(item: ServerType): object {
  return {
    id: item.id,
    name: item.name,
    description: item.name.toUpperCase(),
    cores: item.cores,
    memory: item.memory,
    disk: item.disk,
    category: item.category,
    prices: locations.map(({ name }) => ({
      location: name,
      ...price(item.monthly),
      included_traffic: 21_990_232_555_520,
      price_per_tb_traffic: { net: "1.0000000000", gross: "1.1900000000" },
    })),
    storage_type: "local",
    cpu_type: item.cpu,
    architecture: item.architecture,
    deprecation: null,
    locations: locations.map(({ id, name }) => ({
      id,
      name,
      deprecation: null,
      available: true,
      recommended: true,
    })),
  };
}
