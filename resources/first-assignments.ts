import * as hcloud from "@pulumi/hcloud";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Assigns the addresses to the first load balancer once, so that they work before the first mover runs. From
 * then on only the movers decide: `serverId` is ignored, so neither `up` nor `refresh` followed
 * by `up` moves an address after a failover. Destroying the assignment unassigns the address. The owner
 * cannot be an argument of the floating IP itself: the first boot of its owner needs the address.
 *
 * The assignments are made and destroyed one after the other, and not while a load balancer joins or leaves the network:
 * the API locks the server for each of these, and the provider does not repeat an assignment that is refused for that.
 * After a failover the other load balancer has the addresses, so both count.
 *
 * @param addresses the addresses, in the order of the assignments.
 * @param servers the load balancers, with the resources that must exist before another one acts on the server.
 */
export function firstAssignments(
  parent: pulumi.Resource,
  name: string,
  addresses: readonly { family: string; id: pulumi.Input<number> }[],
  servers: readonly { serverId: pulumi.Input<number>; joined: readonly pulumi.Resource[] }[],
): void {
  const before = servers.flatMap(({ joined }) => joined);
  for (const { family, id } of addresses) {
    const assignment = new hcloud.FloatingIpAssignment(
      `${name}-first-assignment-${family}`,
      { floatingIpId: id, serverId: servers[0]!.serverId },
      { parent, ignoreChanges: ["serverId"], dependsOn: [...before] },
    );
    before.push(assignment);
  }
}
