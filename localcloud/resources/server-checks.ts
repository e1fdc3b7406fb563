import { locationOfDatacenter } from "../catalogue/datacenters";
import { images, type Image } from "../catalogue/images";
import { findLocation } from "../catalogue/locations";
import { findServerType, isAvailable, type ServerType } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";

/** Largest user data, bytes. Source: API reference, create a server. */
const maxUserDataBytes = 32 * 1024;

/** A host name by RFC 1123. @throws ApiError `invalid_input` */
export function checkServerName(name: string): void {
  const label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  if (!new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`).test(name)) {
    throw invalidInput({ name: "name", message: "must be a valid host name" });
  }
}

/** A server type by id or name. @throws ApiError if it is unknown, or no longer sold. */
export function serverTypeOf(wanted: string | number): ServerType {
  const found = findServerType(wanted);
  if (!found) {
    throw invalidInput({ name: "server_type", message: `unknown server type '${wanted}'` });
  }
  if (!isAvailable(found)) {
    throw new ApiError("resource_unavailable", `server type ${found.name} is no longer available`);
  }
  return found;
}

/**
 * Refuses a server of a type where the type is sold out or no longer sold.
 *
 * @throws ApiError `resource_unavailable`
 */
export function refuseUnavailable({ offer, clock }: Cloud, type: ServerType, place: string): void {
  const { unavailable_after: end } = offer.deprecation(type.name, place) ?? {};
  const isOver = end !== undefined && clock.now() > new Date(end);
  if (!isOver && !offer.isSoldOut(type.name, place)) return;
  throw new ApiError("resource_unavailable", `server type ${type.name} is unavailable in ${place}`);
}

/** An image by id or name, for an architecture. @throws ApiError `invalid_input` */
export function imageOf(wanted: string | number, architecture: string): Image {
  const found = images.find(
    (image) =>
      image.architecture === architecture && (image.id === Number(wanted) || image.name === wanted),
  );
  if (!found) {
    const message = `unknown image '${wanted}' for ${architecture}`;
    throw invalidInput({ name: "image", message });
  }
  return found;
}

/** @throws ApiError `invalid_input` if user data is larger than 32 KiB. */
export function checkUserData(userData: string | null | undefined): void {
  if (userData && Buffer.byteLength(userData) > maxUserDataBytes) {
    throw invalidInput({ name: "user_data", message: `must be at most ${maxUserDataBytes} bytes` });
  }
}

/** Id of an SSH key by id or name. @throws ApiError `invalid_input` */
export function sshKeyId({ store }: Cloud, project: string, wanted: string | number): number {
  const found = store
    .of("ssh_keys", project)
    .find(({ id, name }) => id === Number(wanted) || name === wanted);
  if (!found) throw invalidInput({ name: "ssh_keys", message: `unknown SSH key '${wanted}'` });
  return found.id;
}

/** What an order says of the place: ids or names. */
interface Place {
  location?: string | number | null | undefined;
  datacenter?: string | number | null | undefined;
}

/** Where a server is to be, by default in Falkenstein. @throws ApiError if there is no such place. */
export function placeOf({ behaviour }: Cloud, { location, datacenter }: Place): string {
  if (datacenter && !behaviour.hasDatacenters) {
    throw invalidInput({ name: "datacenter", message: "was removed on 1 July 2026; use location" });
  }
  const wanted = location ?? (datacenter ? (locationOfDatacenter(datacenter) ?? "") : "fsn1");
  const found = findLocation(wanted);
  if (!found) throw invalidInput({ name: "location", message: `unknown location '${wanted}'` });
  return found.name;
}
