import { rootFile } from "../bundle";
import { generatedNotice, text } from "../text";
import type { Service } from "../service";
import { onceSandbox } from "../unit-sandbox";

/** Facts about a node that the private network's part depends on. */
export interface PrivateNetworkFacts {
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
}

const unitPath = "/etc/systemd/system/webstack-network-ready.service";

/** The unit that is active once the private address exists; other units start after it. */
export const privateNetwork: Service<PrivateNetworkFacts> = {
  name: "private-network",
  openings: [],
  part: ({ privateIp }) => ({
    files: { [unitPath]: rootFile(networkReady(privateIp)) },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-network-ready.service",
        reloadFiles: [],
        restartFiles: [unitPath],
        needs: [],
      },
    ],
  }),
};

/**
 * The private interface of a Hetzner server may appear after boot, and its name differs by server
 * type, so the unit waits for the address.
 */
function networkReady(privateIp: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Wait until the private address is there
    After=network.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=300
    ExecStart=/bin/sh -c "until ip -o -4 address show | grep -q ' ${privateIp}/'; do sleep 0.2; done"
    ${onceSandbox("")}

    [Install]
    WantedBy=multi-user.target
  `;
}
