import { rootFile } from "../bundle";
import type { Service } from "../service";
import { type FirewallArgs, nftablesConf } from "./nftables-conf";

const configPath = "/etc/nftables.conf";

/** The host's own firewall, derived from the openings of all services of the host. */
export const hostFirewall: Service<{ firewall: FirewallArgs }> = {
  name: "host-firewall",
  openings: [],
  part: ({ firewall }) => ({
    packages: ["nftables"],
    files: { [configPath]: rootFile(nftablesConf(firewall)) },
    loginFiles: [configPath],
    checks: [{ files: [configPath], command: ["/usr/sbin/nft", "-c", "-f", configPath] }],
    services: [
      { unit: "nftables.service", reloadFiles: [configPath], restartFiles: [], needs: [] },
    ],
  }),
};
