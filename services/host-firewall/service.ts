import { rootFile } from "../bundle";
import type { Service } from "../service";
import { hostSetsProgram, nftablesDropIn } from "./host-sets";
import { type FirewallArgs, nftablesConf } from "./nftables-conf";

const configPath = "/etc/nftables.conf";
const programPath = "/etc/webstack/firewall-sets";
const dropInPath = "/etc/systemd/system/nftables.service.d/webstack.conf";

/** The host's own firewall, derived from the openings of all services of the stack. */
export const hostFirewall: Service<{ firewall: FirewallArgs }> = {
  name: "host-firewall",
  openings: [],
  part: ({ firewall }) => ({
    packages: ["nftables"],
    files: {
      [configPath]: rootFile(nftablesConf(firewall)),
      [programPath]: rootFile(hostSetsProgram()),
      [dropInPath]: rootFile(nftablesDropIn(programPath)),
    },
    unitFiles: { dropIns: [dropInPath], packaged: ["nftables.service"] },
    loginFiles: [configPath, programPath, dropInPath],
    checks: [
      { files: [configPath], command: ["/usr/sbin/nft", "-c", "-f", configPath] },
      { files: [programPath], command: ["/bin/sh", "-n", programPath] },
    ],
    services: [
      {
        unit: "nftables.service",
        // A restart would flush the rules of all tables.
        reloadFiles: [configPath, programPath, dropInPath],
        restartFiles: [],
        needs: [],
      },
    ],
  }),
};
