import { rootFile } from "../bundle";
import { generatedNotice } from "../notice";
import type { Service } from "../service";
import { text } from "../text";

/** What the floating addresses of a host depend on. */
export interface FloatingAddressesFacts {
  /** Addresses that both load balancers hold for good: IPv4 with /32, IPv6 with /128. */
  floatingAddresses: readonly string[];
}

const unitPath = "/etc/systemd/system/webstack-floating-ip.service";

/** The floating addresses, on both load balancers for good. */
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
 * Puts the floating addresses on both nodes for good. Hetzner routes a floating IP to the public
 * interface of one server; whichever it is accepts it at once, without a step in the failover.
 * IPv4 lies on the loopback interface, so that no interface has to be named. An IPv6 address is
 * only answered for (RFC 4861) on the interface that has it, so it lies on the one of the default route.
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

    [Install]
    WantedBy=multi-user.target
  `;
}

function addIpv4(address: string): string {
  return `ExecStart=/sbin/ip address replace ${address} dev lo`;
}

/**
 * The public interface may come late. The address is no source of own connections (preferred_lft):
 * answers would go to the other node. Where IPv6 is turned off, IPv4 still has to come up.
 */
function addIpv6(address: string): string {
  const device = "$(ip -6 route show default | grep -o 'dev [^ ]*' | head -1 | cut -d' ' -f2)";
  const wait =
    "for i in $(seq 75); do ip -6 route show default | grep -q dev && break; sleep 0.2; done";
  const add = `ip -6 address replace ${address} dev ${device} nodad preferred_lft 0`;
  return `ExecStart=-/bin/sh -c "${wait}; ${add}"`;
}
