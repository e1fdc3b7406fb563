import { resolversCommand, routeCommand } from "../private-egress/service";

/** How a node without a public address calls out at its first boot. */
export interface FirstEgress {
  /** Gateway of the private network: its first address, such as `10.0.0.1`. */
  gateway: string;
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
  /** Host and TCP port on the internet whose answer shows that the way out works, such as the API's. */
  probe: { host: string; port: number };
}

/** Longest wait for the way out: number of attempts, and pause and time limit of each attempt, seconds. */
const attempts = { most: 200, pause: 2, limit: 2 };
/** Number of attempts between two lines of the log. */
const loggedOf = 10;

/**
 * The shell script that installs the packages of a node without a public address. cloud-init's own module would run
 * before the load balancers, which boot at the same time, forward anything; and it makes one attempt. The options are
 * those of cloud-init's `apt`.
 */
export function firstPackages(packages: readonly string[], egress: FirstEgress): string {
  const { gateway, privateIp, probe } = egress;
  const { host, port } = probe;
  const { most, pause, limit } = attempts;
  return [
    "systemctl try-restart systemd-resolved.service 2>/dev/null",
    resolversCommand,
    `for try in $(seq ${most}); do`,
    `  ${routeCommand(gateway, privateIp)}`,
    `  if timeout ${limit} bash -c '</dev/tcp/${host}/${port}' 2>/dev/null; then`,
    `    echo "the way out works, at attempt $try"; break`,
    "  fi",
    `  [ $((try % ${loggedOf})) -ne 1 ] || echo "no way out to ${host}:${port} through ${gateway} yet, attempt $try of ${most}"`,
    `  sleep ${pause}`,
    "done",
    "export DEBIAN_FRONTEND=noninteractive",
    "for try in 1 2 3 4 5; do",
    `  apt-get update -q && apt-get install -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold ${packages.join(" ")} && break`,
    '  echo "packages are not installed, attempt $try of 5"; sleep $((try * 5))',
    "done",
    "",
  ].join("\n");
}
