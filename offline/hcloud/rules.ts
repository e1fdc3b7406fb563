import { isDeepStrictEqual } from "node:util";
import type { Failure } from "../../plugin/plugin";
import type { Rules } from "../stand-in/table-stand-in";
import { unknown, type Values } from "../../plugin/values";
import { isInside } from "./properties";

type Entry = { networkId?: number; subnetId?: string; ip?: string; aliasIps?: string[] };

/** Refuses inputs unless exactly one of `keys` is given; an unknown value counts as given. */
function exactlyOne(inputs: Values, keys: readonly string[]): Failure[] {
  const given = keys.filter((key) => inputs[key] !== undefined);
  if (given.length === 1) return [];
  const reason = `Invalid combination of arguments: exactly one of ${keys.join(", ")} must be given, got ${given.join(", ") || "none"}`;
  return [{ property: given[0] ?? keys[0]!, reason }];
}

/** The block that a subnet's id names: `<network id>-<cidr>`. */
function blockOf(subnetId: string): string {
  return subnetId.slice(subnetId.indexOf("-") + 1);
}

/** Networks of a server with the empty list that would otherwise differ for ever. */
function withAliasIps(inputs: Values): Values {
  if (!Array.isArray(inputs.networks)) return inputs;
  const networks = inputs.networks.map((entry: Entry | typeof unknown) =>
    entry === unknown ? entry : { ...entry, aliasIps: entry.aliasIps ?? [] },
  );
  return { ...inputs, networks };
}

/** @throws Error for the rules on networks that are looked at in the plan. */
function refuseNetworks({ networks }: Values): void {
  const seen = new Set<number>();
  for (const entry of (Array.isArray(networks) ? networks : []) as (Entry | typeof unknown)[]) {
    if (entry === unknown) continue;
    const { networkId, subnetId, ip } = entry;
    if (networkId === undefined && subnetId === undefined) {
      throw new Error("networks: one of networkId, subnetId must be given");
    }
    const id = networkId ?? Number(String(subnetId).split("-")[0]);
    if (typeof id === "number" && !Number.isNaN(id)) {
      if (seen.has(id))
        throw new Error(`networks: server is only allowed to be attached to network ${id} once`);
      seen.add(id);
    }
    if (
      typeof subnetId === "string" &&
      typeof ip === "string" &&
      !isInside(ip, blockOf(subnetId))
    ) {
      throw new Error(`networks: ip ${ip} is not in the range of subnet ${subnetId}`);
    }
  }
}

/** Rules that the tables cannot say. */
export const rules: Readonly<Record<string, Rules>> = {
  "hcloud:index/server:Server": {
    complete: withAliasIps,
    plan: refuseNetworks,
    changes: ({ oldInputs, inputs }, seen) =>
      inputs.ignoreRemoteFirewallIds === true &&
      isDeepStrictEqual(oldInputs.firewallIds, inputs.firewallIds)
        ? seen.filter(({ path }) => !path.startsWith("firewallIds"))
        : seen,
  },
  "hcloud:index/serverNetwork:ServerNetwork": {
    refuse: (inputs) => exactlyOne(inputs, ["networkId", "subnetId"]),
    changes: ({ state, inputs }, seen) => {
      const { subnetId } = inputs;
      const isMoved =
        inputs.ip === undefined &&
        typeof subnetId === "string" &&
        subnetId === state.subnetId &&
        !isInside(String(state.ip), blockOf(subnetId));
      return isMoved ? [...seen, { path: "ip", kind: "update", replaces: true }] : seen;
    },
  },
  "hcloud:index/primaryIp:PrimaryIp": {
    refuse: (inputs) => [
      ...exactlyOne(inputs, ["location", "assigneeId"]),
      ...(inputs.assigneeId !== undefined && inputs.assigneeType === undefined
        ? [{ property: "assigneeId", reason: "assigneeType must be given with assigneeId" }]
        : []),
    ],
  },
  "hcloud:index/rdns:Rdns": {
    refuse: (inputs) =>
      exactlyOne(inputs, ["serverId", "primaryIpId", "floatingIpId", "loadBalancerId"]),
  },
};
