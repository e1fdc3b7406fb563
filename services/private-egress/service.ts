import { rootFile } from "../bundle";
import type { Service } from "../service";
import { generatedNotice, text } from "../text";
import { onceSandbox } from "../unit-sandbox";

/** Facts about a node that its way out depends on. */
export interface PrivateEgressFacts {
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
}

/** Paths of the rendered files. */
export const privateEgressPaths = {
  network: "/etc/systemd/network/05-webstack.network",
  resolvers: "/etc/systemd/resolved.conf.d/webstack.conf",
  unit: "/etc/systemd/system/webstack-default-route.service",
};

/**
 * Hetzner's recursive resolvers, which answer Hetzner's own addresses alone. A public interface learns them over DHCP, a
 * private one does not.
 * https://docs.hetzner.com/dns-console/dns/general/recursive-name-servers/
 */
const resolvers = ["185.12.64.1", "185.12.64.2"];

/**
 * The way out of a node without a public address: default route and resolvers. The cloud routes what leaves the
 * private network to the load balancer that has the floating IP.
 *
 * @param gateway first address of the private network, the gateway of all its servers, such as `10.0.0.1`.
 */
export function privateEgress(gateway: string): Service<PrivateEgressFacts> {
  const { network, resolvers, unit } = privateEgressPaths;
  return {
    name: "private-egress",
    openings: [],
    part: ({ privateIp }) => ({
      files: {
        [network]: rootFile(networkFile(gateway)),
        [resolvers]: rootFile(resolvedConf()),
        [unit]: rootFile(defaultRouteUnit(gateway, privateIp)),
      },
      unitFiles: { own: [unit] },
      services: [
        {
          unit: "webstack-default-route.service",
          reloadFiles: [],
          restartFiles: [network, resolvers, unit],
          needs: [],
        },
      ],
    }),
  };
}

/**
 * Renders the interface's settings: those of the cloud's DHCP, and the default route. Such a node has one interface,
 * whose name differs by server type. The name of this file sorts before that of netplan's file, which begins with
 * `10-`. Source: systemd.network(5).
 */
function networkFile(gateway: string): string {
  return text`
    ${generatedNotice}
    [Match]
    Name=en* eth*

    [Network]
    DHCP=ipv4

    # By itself networkd does not take the MTU of the private network, 1450, from DHCP.
    [DHCPv4]
    UseMTU=yes
    RouteMetric=100

    [Route]
    Gateway=${gateway}
    GatewayOnLink=yes
  `;
}

/** Renders the resolvers' settings. Source: resolved.conf(5). */
function resolvedConf(): string {
  return text`
    ${generatedNotice}
    [Resolve]
    DNS=${resolvers.join(" ")}
  `;
}

/**
 * Shell command that writes the resolvers into `/etc/resolv.conf` on a host that has neither systemd-resolved nor a
 * name server.
 */
export const resolversCommand =
  "systemctl is-active --quiet systemd-resolved.service || grep -qs ^nameserver /etc/resolv.conf || " +
  `printf "nameserver %s\\n" ${resolvers.join(" ")} >> /etc/resolv.conf`;

/** Shell command that sets the default route of a node with this private address, if the node has none. */
export function routeCommand(gateway: string, privateIp: string): string {
  const device = `$(ip -o -4 address show to ${privateIp} | head -1 | cut -d" " -f2)`;
  return (
    "ip -4 route show default | grep -q . || " +
    `ip -4 route replace default via ${gateway} dev ${device} onlink`
  );
}

/**
 * Renders the unit that sets the default route where no `systemd-networkd` does, and has the daemons read their files
 * where they run.
 */
function defaultRouteUnit(gateway: string, privateIp: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Default route through the load balancers
    After=webstack-network-ready.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=/bin/sh -c '${routeCommand(gateway, privateIp)}'
    # Daemons that do not run, such as masked ones, stay off.
    ExecStartPost=-+/usr/bin/networkctl reload
    ExecStartPost=-+/usr/bin/systemctl --no-block try-restart systemd-resolved.service
    ${onceSandbox("CAP_NET_ADMIN")}

    [Install]
    WantedBy=multi-user.target
  `;
}
