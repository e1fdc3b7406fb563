import type { Cloud } from "./cloud";
import { labelSelector } from "./labels";
import type { FirewallRule } from "./machines/driver";
import type { Firewall, Server } from "./model";

/** Firewalls that concern a server, directly or by a label selector. */
export function firewallsOf({ store }: Cloud, server: Server): Firewall[] {
  return store
    .of("firewalls", server.project)
    .filter(({ appliedTo }) =>
      appliedTo.some((target) =>
        target.type === "server"
          ? target.server.id === server.id
          : labelSelector(target.label_selector.selector)(server.labels),
      ),
    );
}

/** The union of what the firewalls of a server accept; undefined if none is applied. */
export function effectiveRules(cloud: Cloud, server: Server): FirewallRule[] | undefined {
  const firewalls = firewallsOf(cloud, server);
  if (firewalls.length === 0) return undefined;
  return firewalls
    .flatMap(({ rules }) => rules)
    .map(({ direction, protocol, port, source_ips, destination_ips }) => ({
      direction,
      protocol,
      ...(port === null ? {} : { port }),
      ips: direction === "in" ? source_ips : destination_ips,
    }));
}

/** Tells the machines the effective rules of every server. */
export async function pushFirewalls(cloud: Cloud): Promise<void> {
  const servers = cloud.store.all("servers").filter(({ status }) => status !== "deleting");
  await Promise.all(
    servers.map((server) => cloud.driver.setFirewall(server.id, effectiveRules(cloud, server))),
  );
}
