import { findLocation } from "./locations";
import { serverTypes } from "./server-types";

/** Datacenters in the order in which the API lists them. Source: tests of the hcloud command. */
const datacenters = [
  [2, "nbg1-dc3", "nbg1"],
  [3, "hel1-dc2", "hel1"],
  [4, "fsn1-dc14", "fsn1"],
  [5, "ash-dc1", "ash"],
  [6, "hil-dc1", "hil"],
  [7, "sin-dc1", "sin"],
] as const;

/** A datacenter as the API has it. */
export interface Datacenter {
  id: number;
  name: string;
  description: string;
  location: object;
  server_types: { supported: number[]; available: number[]; available_for_migration: number[] };
}

/** All datacenters. */
export function allDatacenters(): Datacenter[] {
  const ids = serverTypes.map(({ id }) => id);
  return datacenters.map(([id, name, location]) => ({
    id,
    name,
    description: `${findLocation(location)!.city} ${name.split("-")[1]!.toUpperCase()}`,
    location: findLocation(location)!,
    server_types: { supported: ids, available: ids, available_for_migration: ids },
  }));
}

/** The datacenter of a location. */
export function datacenterIn(location: string): Datacenter {
  return allDatacenters().find(({ name }) => name.startsWith(`${location}-`))!;
}

/** Name of the location of a datacenter given by id or name, or undefined. */
export function locationOfDatacenter(wanted: string | number): string | undefined {
  return datacenters.find(([id, name]) => id === Number(wanted) || name === wanted)?.[2];
}
