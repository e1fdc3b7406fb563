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
const givenUpProgramPath = "/etc/webstack/floating-ip-given-up";
const watchUnitPath = "/etc/systemd/system/webstack-floating-ipv6.service";
const watchProgramPath = "/etc/webstack/floating-ipv6";

/** The floating addresses, permanently on both load balancers. */
export const floatingAddresses: Service<FloatingAddressesFacts> = {
  name: "floating-addresses",
  openings: [],
  part: (facts) => {
    const ipv6 = facts.floatingAddresses.filter(isIpv6);
    const watch = ipv6.length > 0;
    return {
      files: {
        [unitPath]: rootFile(floatingIpUnit(facts.floatingAddresses)),
        [givenUpProgramPath]: rootFile(givenUpProgram(facts.floatingAddresses)),
        ...(watch
          ? {
              [watchProgramPath]: rootFile(watchProgram(ipv6)),
              [watchUnitPath]: rootFile(watchUnit()),
            }
          : {}),
      },
      checks: [givenUpProgramPath, ...(watch ? [watchProgramPath] : [])].map((path) => ({
        ...{ files: [path], command: ["/bin/sh", "-n", path] },
      })),
      unitFiles: { own: [unitPath, ...(watch ? [watchUnitPath] : [])] },
      services: [
        {
          unit: "webstack-floating-ip.service",
          reloadFiles: [],
          restartFiles: [unitPath, givenUpProgramPath],
          needs: [],
        },
        ...(watch
          ? [
              {
                unit: "webstack-floating-ipv6.service",
                reloadFiles: [],
                restartFiles: [watchUnitPath, watchProgramPath],
                needs: [],
              },
            ]
          : []),
      ],
    };
  },
};

const isIpv6 = (address: string): boolean => address.includes(":");

/**
 * `preferred_lft 0` keeps an address from being the source of the node's own connections, whose responses could go to
 * the other node.
 */
const options6 = "nodad preferred_lft 0";

/**
 * Assigns the floating addresses permanently to both nodes. Hetzner routes a floating IP to the public
 * interface of one server; either server accepts the traffic at once, without a step in the failover.
 * The addresses are on the loopback interface, so the unit names no interface, and no program that configures the
 * public interface removes them. With IPv6 turned off, IPv4 must still come up.
 *
 * Without ExecStop: visitors use the addresses while the unit restarts. systemd would run the new unit's ExecStop
 * anyway, which does not name an address that is given up.
 */
function floatingIpUnit(addresses: readonly string[]): string {
  const add = (address: string) =>
    isIpv6(address)
      ? `ExecStart=-/sbin/ip -6 address replace ${address} dev lo ${options6}`
      : `ExecStart=/sbin/ip address replace ${address} dev lo`;
  return text`
    ${generatedNotice}
    [Unit]
    Description=Floating addresses of the stack
    After=network-pre.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ${addresses.map(add)}
    RuntimeDirectory=webstack-floating-ip
    RuntimeDirectoryPreserve=yes
    ExecStartPost=-/bin/sh ${givenUpProgramPath}
    ${onceSandbox("CAP_NET_ADMIN")}

    [Install]
    WantedBy=multi-user.target
  `;
}

/**
 * Renders the program that removes from the loopback interface what an earlier start put there and is no longer the
 * stack's. The program reads a record, because other programs have addresses of their own on that interface, such as
 * keepalived.
 */
function givenUpProgram(addresses: readonly string[]): string {
  return text`
    #!/bin/sh
    ${generatedNotice}
    set -u
    addresses="${addresses.join(" ")}"
    record="$RUNTIME_DIRECTORY/addresses"

    former=$(cat "$record" 2>/dev/null)
    for address in $former; do
      case " $addresses " in *" $address "*) continue ;; esac
      ip address delete "$address" dev lo && echo "removed $address, which is given up"
    done
    echo "$addresses" >"$record"
  `;
}

/**
 * Renders the program that keeps the IPv6 addresses on the interface of the default route too. A host answers neighbour
 * solicitations for an IPv6 address only on the interface that has the address (RFC 4861), and the router of a cloud
 * may solicit each address of a network. systemd-networkd removes addresses that it does not know when it starts or
 * configures the interface again (https://bugs.launchpad.net/netplan/+bug/1815101), after it has reported its start, so
 * a unit that follows it would be too early. Until the next look the router sends to the neighbour that it knows, and
 * the host accepts the packets for the address on the loopback interface.
 *
 * With the argument `stop` the program removes the addresses from the interface.
 */
function watchProgram(addresses: readonly string[]): string {
  return text`
    #!/bin/sh
    ${generatedNotice}
    set -u
    addresses="${addresses.join(" ")}"

    device() {
      ip -6 route show default | grep -o 'dev [^ ]*' | head -n 1 | cut -d' ' -f2
    }
    case "$*" in stop)
      for address in $addresses; do
        ip -6 address delete "$address" dev "$(device)"
      done
      exit 0
    esac
    while :; do
      public=$(device)
      for address in $addresses; do
        [ -n "$public" ] || continue
        [ -z "$(ip -6 -o address show dev "$public" to "$address")" ] || continue
        # The interface may just be going.
        ip -6 address replace "$address" dev "$public" ${options6} && echo "put $address on $public"
      done
      sleep 1
    done
  `;
}

function watchUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Floating IPv6 addresses on the public interface
    After=webstack-floating-ip.service
    StartLimitIntervalSec=0

    [Service]
    ExecStart=/bin/sh ${watchProgramPath}
    ExecStopPost=-/bin/sh ${watchProgramPath} stop
    Restart=always
    RestartSec=1
    ${onceSandbox("CAP_NET_ADMIN")}

    [Install]
    WantedBy=multi-user.target
  `;
}
