/** A bound of systemd's exposure for some units: 0 is closed, 10 is open. */
interface Bound {
  units: RegExp;
  /** Highest exposure. */
  most: number;
  /** Why it is higher than that of its like. */
  why?: string;
}

/**
 * Bounds by unit; the first that fits counts. Issue 24 names them but for the three exceptions and `ssh`, whose
 * reasons are in docs/decisions/0037-a-sandbox-for-every-daemon.md.
 */
const bounds: readonly Bound[] = [
  {
    units: /^webstack-converge-recover\./,
    most: 10,
    why: "it restores every file and service of the host, before the others start",
  },
  {
    units: /^webstack-data\./,
    most: 10,
    why: "it makes, checks and mounts the file system, where MySQL must see it",
  },
  {
    units: /^webstack-mysql-kill\./,
    most: 6.5,
    why: "it must run while the disk hangs, and a mount namespace reads the disk",
  },
  {
    units: /^webstack-(app-balancer|app-data|migrate|table-check@.*)\./,
    most: 4,
  },
  { units: /^webstack-/, most: 2 },
  { units: /^(haproxy|nginx|keepalived)\./, most: 4 },
  { units: /^(app@|worker-|cron-)/, most: 4 },
  { units: /^mysql\./, most: 5 },
  {
    units: /^nftables\./,
    most: 10,
    why: "it is the distribution's, without a listener; a host on which a sandbox kept it from loading would have no firewall",
  },
  {
    units: /^sshd?\./,
    most: 7.5,
    why: "its sessions inherit all of it, sudo and converge included; a bound of 6.0 would break them",
  },
];

/** The bound of a unit; undefined: it is the distribution's own, without one. */
export function boundOf(unit: string): Omit<Bound, "units"> | undefined {
  return bounds.find(({ units }) => units.test(unit));
}
