import { ApiError, limitExceeded } from "../errors";
import type { FaultOf } from "./shapes";

/** Kinds that a project may have so many of; the API does not tell how many. */
export type LimitedKind = FaultOf<"quota">["kind"];

type OfferFault = FaultOf<"sold-out" | "deprecated" | "price" | "quota" | "read-only">;

/** When a server type was announced to go, and goes. */
export interface Deprecation {
  announced: string;
  unavailable_after: string;
}

/** True for a fault of what is sold, at which price, and to whom. */
export function isOfOffer(fault: { fault: string }): fault is OfferFault {
  return ["sold-out", "deprecated", "price", "quota", "read-only"].includes(fault.fault);
}

/** What the provider sells to the projects, with the faults of it that last. */
export class Offer {
  private readonly faults = new Map<number, OfferFault>();

  add(id: number, fault: OfferFault): void {
    this.faults.set(id, fault);
  }

  remove(id: number): void {
    this.faults.delete(id);
  }

  private of<Name extends OfferFault["fault"]>(name: Name): FaultOf<Name>[] {
    return [...this.faults.values()].filter((one): one is FaultOf<Name> => one.fault === name);
  }

  /** True if there is no room for a server of that type at a location now. */
  isSoldOut(serverType: string, location: string): boolean {
    return this.of("sold-out").some(
      (fault) => fault.serverType === serverType && (fault.location ?? location) === location,
    );
  }

  /** That of a server type at a location, or of the type everywhere if no location is given. */
  deprecation(serverType: string, location?: string): Deprecation | undefined {
    const found = this.of("deprecated").find(
      (fault) =>
        fault.serverType === serverType &&
        (fault.location === undefined || fault.location === location),
    );
    return (
      found && {
        announced: `${found.announced}T10:00:00+00:00`,
        unavailable_after: `${found.unavailableAfter}T10:00:00+00:00`,
      }
    );
  }

  /** The price that holds for an item whose list price is `net`, EUR. */
  price(item: string, net: number): number {
    return this.of("price").find((fault) => fault.item === item)?.net ?? net;
  }

  /**
   * Refuses one more thing of a kind. The limit's name is that of our own; the specification shows one
   * example alone. https://docs.hetzner.cloud/reference/cloud#errors
   *
   * @throws ApiError `resource_limit_exceeded` if the project has as many as it may.
   */
  refuseBeyondQuota(kind: LimitedKind, count: number): void {
    const full = this.of("quota").some((fault) => fault.kind === kind && count >= fault.limit);
    if (!full) return;
    const singular = kind.replace(/s$/, "");
    throw limitExceeded(`${singular}_limit`, `${singular.replaceAll("_", " ")} limit exceeded`);
  }

  /**
   * Refuses a call with a token that may only read. The code and "only allowed to perform GET requests"
   * are the specification's; that it comes before any look at the body is assumed.
   *
   * @throws ApiError `token_readonly`
   */
  refuseWrite(method: string): void {
    if (method === "GET" || this.of("read-only").length === 0) return;
    throw new ApiError("token_readonly", "token is only allowed to perform GET requests");
  }
}
