import type { HostNode } from "./hosts";
import { armStepBack } from "../provider/orderly-stop";
import { disarmStepBack } from "./step-aside";

/** One package that an upgrade changes. */
export interface PackageChange {
  name: string;
  /** Present version; undefined: the package is new on the host. */
  from: string | undefined;
  to: string;
}

/** Pending upgrades and reboot reasons of a host's operating system. */
export interface Pending {
  packages: PackageChange[];
  /** True if an earlier upgrade was cut off in the middle. */
  isHalfDone: boolean;
  /** Reasons for a reboot that hold already. */
  rebootReasons: string[];
  /** True if the host installs security updates by itself. */
  hasUnattended: boolean;
}

/** Unit of an upgrade. */
const unit = "webstack-patch";
/** Longest update of the package lists with the listing, milliseconds. */
export const listMs = 300_000;

/** Options of every upgrade: files that the stack rendered stay, and a lock of another run is waited for. */
const options =
  "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold " +
  "-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0";

/**
 * `upgrade --with-new-pkgs` installs the new package of a new kernel, and removes no package.
 * Source: apt-get(8).
 */
const upgrade = "upgrade --with-new-pkgs";

/**
 * Prints the name of each program that runs a file which an upgrade replaced. Sessions of people run the old `sshd`
 * until they end, so they do not count. A memory map of such a file ends with `(deleted)`: proc_pid_maps(5).
 */
const oldPrograms =
  'for m in $(grep -lEs "^[^ ]+ ..x. .* /(usr|lib|opt)[^ ]* [(]deleted[)]$" /proc/[0-9]*/maps); do ' +
  'grep -Eqs "/ssh[.]service|/user[.]slice|/session-" ${m%maps}cgroup || cat ${m%maps}comm; ' +
  "done 2>/dev/null | sort -u | sed s/^/Old-program:/";

const rebootReasons = [
  "[ ! -e /run/reboot-required ] || echo Reboot-required:",
  "sed s/^/Reboot-package:/ /run/reboot-required.pkgs 2>/dev/null | sort -u",
  oldPrograms,
].join("; ");

/** Command that prints the reasons for a reboot that hold now. */
export const askReboot = `sudo sh -c '${rebootReasons}'`;

/**
 * Command that updates the package lists and prints what an upgrade would change, once no upgrade of an earlier run
 * is under way. The lists' lock has no timeout in apt, so the command repeats an update that meets another one.
 */
export const askPending =
  `while systemctl --quiet is-active ${unit}.service; do sleep 2; done; ` +
  "sudo LC_ALL=C sh -c 'n=0; until apt-get -qq -o APT::Update::Error-Mode=any update; do " +
  "n=$((n+1)); [ $n -lt 6 ] || exit 1; sleep 10; done; " +
  `list=$(apt-get -qq -s ${options} ${upgrade}) || exit 1; ` +
  'echo "$list" | grep ^Inst; ' +
  '[ -z "$(dpkg --audit)" ] || echo Half-done:; ' +
  "[ ! -x /usr/bin/unattended-upgrade ] || echo Unattended:; " +
  `${rebootReasons}'`;

/** The answer to {@link askPending}. */
export function pendingIn(answer: string): Pending {
  const lines = answer.split("\n");
  return {
    packages: lines.flatMap((line) => {
      const [, name, from, to] = /^Inst (\S+)(?: \[([^\]]*)\])? \((\S+)/.exec(line) ?? [];
      return name === undefined || to === undefined ? [] : [{ name, from, to }];
    }),
    isHalfDone: lines.includes("Half-done:"),
    rebootReasons: reasonsIn(answer),
    hasUnattended: lines.includes("Unattended:"),
  };
}

/** The answer to {@link askReboot}. */
export function reasonsIn(answer: string): string[] {
  const values = (key: string) =>
    answer.split("\n").flatMap((line) => (line.startsWith(key) ? line.slice(key.length) : []));
  const [packages, programs] = [values("Reboot-package:"), values("Old-program:")];
  const by = packages.length > 0 ? ` for ${packages.join(", ")}` : "";
  return [
    ...(values("Reboot-required:").length > 0 ? [`the distribution asks for it${by}`] : []),
    ...(programs.length > 0 ? [`replaced files still run in ${programs.join(", ")}`] : []),
  ];
}

const done = `/run/${unit}.done`;

/**
 * Units of packages that an upgrade would start on a drained node. The app is no package, and a load balancer
 * without the address may restart anything.
 */
const held: Partial<Record<HostNode["role"], string>> = {
  web: "nginx.service",
  db: "mysql.service",
};

/**
 * Command that begins the upgrade of a drained host, in a unit of systemd: a lost connection ends no `dpkg`. A unit
 * that runs already is left alone. Until the unit ends, the drained service stays off, by a mask that does not survive
 * a reboot, and the timer that would return the node to service is off; afterwards the timer is armed again.
 * systemd-run(1) expands `$` in a command, so there is none.
 */
export function beginUpgrade({ role }: HostNode): string {
  const service = held[role];
  const mask = service ? `systemctl --quiet --runtime mask ${service}; ` : "";
  const unmask = service ? `systemctl --quiet --runtime unmask ${service}; ` : "";
  const work =
    `set -e; ${disarmStepBack}; ${mask}dpkg --configure -a; ` +
    `apt-get -y -q ${options} ${upgrade}; echo done > ${done}`;
  const after = `${unmask}${disarmStepBack}; ${armStepBack}`;
  return (
    `systemctl --quiet is-active ${unit}.service || { sudo rm -f ${done}; ` +
    `sudo systemctl reset-failed ${unit}.service 2>/dev/null; ` +
    `sudo systemd-run --quiet --unit=${unit} --service-type=exec ` +
    // A prompt or a restart of services would be needrestart's; the caller decides on a reboot instead.
    "--setenv=DEBIAN_FRONTEND=noninteractive --setenv=NEEDRESTART_SUSPEND=1 --setenv=LC_ALL=C " +
    `--property='ExecStopPost=-/bin/sh -c "${after}"' /bin/sh -c '${work}'; }`
  );
}

/** Command that prints the state of the upgrade's unit, and `done` after its success. */
export const askUpgrade = `systemctl is-active ${unit}.service; cat ${done} 2>/dev/null; true`;

/** True while the upgrade runs, by the answer to {@link askUpgrade}; the unit's last step counts. */
export function isUpgrading(answer: string): boolean {
  return /^(active|activating|deactivating|reloading)$/m.test(answer);
}

/** True if the upgrade ended well, by the answer to {@link askUpgrade}. */
export function isUpgraded(answer: string): boolean {
  return /^done$/m.test(answer);
}

/** Command that prints the end of the upgrade's output. */
export const askUpgradeLog = `sudo journalctl --no-pager -q -o cat -n 12 -u ${unit}.service`;

const rebootMark = "/run/webstack-before-reboot";

/** Command before a reboot: a file on the memory file system, which a reboot removes. */
export const markReboot = `sudo touch ${rebootMark} && sudo sync`;

/** Command that succeeds after the reboot, once the boot is over. */
export const askRebooted = `test ! -e ${rebootMark} && systemctl is-active --quiet multi-user.target`;
