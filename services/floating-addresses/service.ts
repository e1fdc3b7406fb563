import { rootFile } from "../bundle";
import { generatedNotice, text } from "../text";
import type { Service } from "../service";
import { onceSandbox } from "../unit-sandbox";

/** Facts about a node that the floating addresses' part depends on. */
export interface FloatingAddressesFacts {
  /** Addresses that both load balancers hold permanently: IPv4 with /32, IPv6 with /128. */
  floatingAddresses: readonly string[];
}

const unitPath = "/etc/systemd/system/webstack-floating-ip.service";

/** The floating addresses, permanently on both load balancers. */
export const floatingAddresses: Service<FloatingAddressesFacts> = {
  name: "floating-addresses",
  openings: [],
  part: (facts) => ({
    files: { [unitPath]: rootFile(floatingIpUnit(facts.floatingAddresses)) },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-floating-ip.service",
        reloadFiles: [],
        restartFiles: [unitPath],
        needs: [],
      },
    ],
  }),
};

/**
 * Assigns the floating addresses permanently to both nodes. Hetzner routes a floating IP to the public
 * interface of one server; either server accepts the traffic at once, without a step in the failover.
 * IPv4 addresses are on the loopback interface, so the unit names no interface. A host answers neighbour
 * solicitations for an IPv6 address only on the interface that has the address (RFC 4861), so IPv6 addresses
 * are on the interface of the default route.
 */
function floatingIpUnit(addresses: readonly string[]): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Floating addresses of the stack
    After=network-pre.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ${addresses.map((address) => (address.includes(":") ? addIpv6(address) : addIpv4(address)))}
    ${addresses.map((address) => `ExecStop=-/bin/sh -c "ip address delete ${address} dev $(ip -o address show to ${address} | head -1 | cut -d' ' -f2)"`)}
    ${onceSandbox("CAP_NET_ADMIN")}

    [Install]
    WantedBy=multi-user.target
  `;
}

function addIpv4(address: string): string {
  return `ExecStart=/sbin/ip address replace ${address} dev lo`;
}

/**
 * The public interface may come late. `preferred_lft 0` keeps the address from being the source of the node's own
 * connections, whose responses could go to the other node. With IPv6 turned off, IPv4 must still come up.
 */
function addIpv6(address: string): string {
  const device = "$(ip -6 route show default | grep -o 'dev [^ ]*' | head -1 | cut -d' ' -f2)";
  const wait =
    "for i in $(seq 75); do ip -6 route show default | grep -q dev && break; sleep 0.2; done";
  const add = `ip -6 address replace ${address} dev ${device} nodad preferred_lft 0`;
  return `ExecStart=-/bin/sh -c "${wait}; ${add}"`;
}
