import { converge } from "./converge/service";
import { hostFirewall } from "./host-firewall/service";
import type { FirewalledFacts } from "./node-bundle";
import { operatingSystem } from "./operating-system/service";
import { privateNetwork } from "./private-network/service";
import type { Service, Source } from "./service";
import { ssh } from "./ssh/service";

/**
 * Services of every node, in the order of their start.
 *
 * @param sshFrom source of SSH connections: `admins` on jump hosts, otherwise the tier of the jump hosts.
 */
export function everyNode(sshFrom: Source): Service<FirewalledFacts>[] {
  return [converge, hostFirewall, privateNetwork, ssh(sshFrom), operatingSystem];
}
