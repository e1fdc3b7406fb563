import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const packages = [
  ..."mount systemd systemd-sysv dbus cloud-init openssh-server openssh-client sudo ca-certificates".split(
    " ",
  ),
  ..."haproxy keepalived conntrackd conntrack nginx logrotate nodejs mysql-server mysql-client nftables iproute2".split(
    " ",
  ),
  // The library is for a drill of the clock alone: nothing of a host loads it.
  ..."iputils-ping curl procps jq netcat-openbsd e2fsprogs libfaketime age zstd".split(" "),
];

/** Units that a server of the cloud does not run, or that a role turns on itself. */
const maskedUnits = [
  ..."systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service".split(
    " ",
  ),
  ..."systemd-timesyncd.service systemd-resolved.service apt-daily.timer apt-daily-upgrade.timer".split(
    " ",
  ),
  ..."dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer man-db.timer".split(
    " ",
  ),
  ..."getty.target console-getty.service systemd-logind.service sys-kernel-debug.mount".split(" "),
  ..."sys-kernel-tracing.mount dev-hugepages.mount dev-mqueue.mount systemd-udevd.service".split(
    " ",
  ),
  ..."systemd-udev-trigger.service systemd-modules-load.service systemd-binfmt.service".split(" "),
  ..."cloud-init-hotplugd.socket".split(" "),
];

/** Units of Ubuntu that need a device manager or a network daemon of the host's own. */
const maskedOnUbuntu = ["netplan-configure.service"];

const disabledUnits =
  "mysql.service haproxy.service keepalived.service conntrackd.service nginx.service nftables.service";

const cloudInit = [
  "datasource_list: [NoCloud]",
  "network: {config: disabled}",
  "ssh_genkeytypes: [ed25519]",
  "disable_root: false",
  "apt: {preserve_sources_list: true}",
].join("\n");

/**
 * A folder that comes with the image cannot be renamed on the layered file system of a container,
 * and MySQL renames its redo log's when it takes over a clone: it gets one of the host's own.
 */
const ownRedoLog = [
  "[Service]",
  "ExecStartPre=+/bin/sh -c 'cd /var/lib/mysql && [ -e .own-redo ] || { cp -a ./#innodb_redo .redo && rm -rf ./#innodb_redo && mv .redo ./#innodb_redo && touch .own-redo; }'",
];

const customize = (masked: readonly string[]): readonly string[] => [
  `chroot "$1" systemctl disable ${disabledUnits} >/dev/null 2>&1 || true`,
  `chroot "$1" systemctl mask ${masked.join(" ")} >/dev/null 2>&1`,
  `printf '%s\\n' '${cloudInit.replaceAll("\n", "' '")}' > "$1/etc/cloud/cloud.cfg.d/90-localcloud.cfg"`,
  `mkdir -p "$1/etc/systemd/system/mysql.service.d"; cat > "$1/etc/systemd/system/mysql.service.d/00-localcloud.conf" <<'END'\n${ownRedoLog.join("\n")}\nEND`,
  // A baked-in identity would make every host the same one.
  'rm -f "$1"/etc/ssh/ssh_host_* "$1"/var/lib/mysql/auto.cnf "$1"/var/lib/mysql/*.pem; : > "$1/etc/machine-id"',
  'rm -rf "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*',
  // Hosts have no way out of the cloud, so there is nothing to update from.
  'rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*',
];

/** Distribution of the hosts of a local cloud. */
export interface Distribution {
  /** Name of its release. */
  suite: string;
  /** Parts of the archive; empty: the usual ones. */
  components: readonly string[];
  /** Packages of a host: everything that any role uses, so that a first boot installs nothing. */
  packages: readonly string[];
  /** Shell lines that finish the file system at `$1`. */
  customize: readonly string[];
}

/**
 * The distributions that hosts can have. The suite of `debian` is the one of Debian's that has MySQL; `ubuntu` is what a
 * server on the real cloud has, with the versions of MySQL, HAProxy, Nginx and Node.js there.
 */
export const distributions = {
  debian: { suite: "unstable", components: [], packages, customize: customize(maskedUnits) },
  ubuntu: {
    suite: "resolute",
    components: ["main", "universe"],
    // cloud-init would install it at a first boot.
    packages: [...packages, "locales"],
    customize: customize([...maskedUnits, ...maskedOnUbuntu]),
  },
} satisfies Record<string, Distribution>;

/** Name of a distribution of hosts. */
type DistributionName = keyof typeof distributions;

/**
 * The distribution that `WEBSTACK_DISTRIBUTION` names; `debian` if it is not set.
 *
 * @throws Error for another name.
 */
export function chosenDistribution(name = process.env.WEBSTACK_DISTRIBUTION): DistributionName {
  if (name === undefined || name === "") return "debian";
  if (Object.hasOwn(distributions, name)) return name as DistributionName;
  const known = Object.keys(distributions).join(" or ");
  throw new Error(`WEBSTACK_DISTRIBUTION is ${name}; it must be ${known}, or not set for debian`);
}

/** Archives of others for a distribution, such as Docker's. */
const isForeign = /\/linux\//;

/**
 * The mirror of this machine's own package manager: the first `URIs:` line, or `deb` line, of its sources that is not a
 * comment and names the distribution. Undefined if this machine runs another one: mmdebstrap then takes the
 * distribution's own mirror.
 */
export function machineMirror(name: DistributionName, folder = "/etc/apt"): string | undefined {
  const parts = join(folder, "sources.list.d");
  const files = [
    ...(existsSync(parts)
      ? readdirSync(parts)
          .sort()
          .map((part) => join(parts, part))
      : []),
    join(folder, "sources.list"),
  ].filter((file) => existsSync(file));
  for (const file of files) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const found = /^URIs:\s*(\S+)/.exec(line) ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line);
      if (found?.[1]?.includes(name) && !isForeign.test(found[1])) return found[1];
    }
  }
  return undefined;
}

/**
 * Arguments of mmdebstrap after the archive: where the packages come from. None: from the distribution's own mirror. A
 * variable, `WEBSTACK_DEBIAN_MIRROR` or `WEBSTACK_UBUNTU_MIRROR`, goes before this machine's own mirror.
 */
export function sourcesOf(
  name: DistributionName,
  mirror = process.env[`WEBSTACK_${name.toUpperCase()}_MIRROR`] ?? machineMirror(name),
): string[] {
  if (mirror === undefined) return [];
  if (name === "debian") return [mirror];
  const { suite, components }: Distribution = distributions[name];
  const pockets = [suite, `${suite}-updates`, `${suite}-security`];
  return pockets.map((pocket) => `deb ${mirror} ${pocket} ${components.join(" ")}`);
}
