import { converge } from "./converge/service";
import { hostFirewall } from "./host-firewall/service";
import type { FirewalledFacts } from "./node-bundle";
import { operatingSystem } from "./operating-system/service";
import { privateNetwork } from "./private-network/service";
import type { Service, Source } from "./service";
import { ssh } from "./ssh/service";

/**
 * What every node runs, in the order of its start.
 *
 * @param sshFrom who logs in: `admins` on the hosts that all others are reached through, else their tier.
 */
export function everyNode(sshFrom: Source): Service<FirewalledFacts>[] {
  return [converge, hostFirewall, privateNetwork, ssh(sshFrom), operatingSystem];
}
