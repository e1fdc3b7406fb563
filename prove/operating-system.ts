import { type Assumption, differs, everywhere, ok, onEach, unknown } from "./assumption";

/** The JSON object in a text with other lines around it; undefined: there is none. */
function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as Record<
      string,
      unknown
    >;
  } catch {
    return undefined;
  }
}

const image: Assumption = {
  id: "image",
  assumed: "servers run the system that webstack:image names",
  local: "every image is the same host image: Ubuntu 26.04 or Debian unstable",
  differsLocally: true,
  judge: onEach(everywhere, (ask, _, { image: wanted }) => {
    const part = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, "m").exec(ask("os").text)?.[1];
    const name = part("PRETTY_NAME") ?? "no /etc/os-release";
    return `${part("ID")}-${part("VERSION_ID")}` === wanted ? ok(name) : differs(name);
  }),
};

const virtualization: Assumption = {
  id: "virtualization",
  assumed: "servers are virtual machines with a kernel of their own",
  local: "containers on this machine's kernel",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const found = ask("virt").text.trim();
    if (found === "") return unknown("systemd-detect-virt tells nothing");
    return /^(kvm|qemu)$/.test(found) ? ok(found) : differs(found);
  }),
};

/** A number of things, such as `1 error`. */
function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/**
 * Numbers of errors and of warnings in cloud-init's status. It calls a boot degraded for each of them that it went on
 * after, such as an address of the metadata service that did not answer, and lists these by level.
 * https://docs.cloud-init.io/en/latest/explanation/failure_states.html
 */
function cloudInitProblems(found: Record<string, unknown>): { error: number; warning: number } {
  const lengthOf = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  const counts = { error: lengthOf(found.errors), warning: 0 };
  for (const [level, list] of Object.entries(found.recoverable_errors ?? {})) {
    counts[/^(ERROR|CRITICAL)$/.test(level) ? "error" : "warning"] += lengthOf(list);
  }
  return counts;
}

const cloudInit: Assumption = {
  id: "cloud-init",
  assumed: "cloud-init finds Hetzner's data source and ends without an error",
  local: "the data source NoCloud, with Hetzner's data",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const found = objectIn(ask("cloud-init").text);
    if (!found) return unknown("cloud-init tells no status");
    const { status, extended_status: long = status, datasource } = found;
    const counts = cloudInitProblems(found);
    const told = [
      `${String(long)}, data source ${String(datasource)}`,
      counted(counts.error, "error"),
    ];
    if (counts.warning > 0) told.push(counted(counts.warning, "warning"));
    const text = told.join(", ");
    const isDone = /^(degraded )?done$/.test(String(long));
    const isHetzner = /hetzner/i.test(String(datasource));
    return isDone && counts.error === 0 && isHetzner ? ok(text) : differs(text);
  }),
};

const timers: Assumption = {
  id: "timers",
  assumed: "apt's timers install security updates each day, and no update reboots a server",
  local: "the timers are masked",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const states = ask("timers").text.trim().split("\n");
    if (states[0] === "") return unknown("systemd tells no timers");
    const { text } = ask("upgrades");
    const installs = /^APT::Periodic::Unattended-Upgrade "1";$/m.test(text);
    const reboots = /^Unattended-Upgrade::Automatic-Reboot "true";$/m.test(text);
    const summary = [
      `timers ${[...new Set(states)].join(" and ")}`,
      installs ? "updates installed" : "updates not installed",
      reboots ? "with reboots" : "no reboots",
    ].join(", ");
    const isRight = states.every((state) => state === "enabled") && installs && !reboots;
    return isRight ? ok(summary) : differs(summary);
  }),
};

const restarts: Assumption = {
  id: "restarts",
  assumed: "no program restarts the stack's services after an update, on several nodes in one hour",
  local: "needrestart is not installed, and nothing is updated",
  judge: onEach(everywhere, (ask) => {
    const { status, text } = ask("needrestart");
    if (status === 1) return ok("needrestart is not installed");
    if (status !== 0) return unknown("needrestart was not looked at");
    return /\$nrconf\{restart\}\s*=\s*'l'/.test(text)
      ? ok("needrestart only lists")
      : differs("needrestart may restart services by itself");
  }),
};

const realTime: Assumption = {
  id: "real-time",
  assumed: "keepalived has real-time priority",
  local: "with a budget of 20 ms a second where the kernel has it, else refused",
  differsLocally: true,
  judge: onEach(["lb"], (ask) => {
    const found = /^\s*(RR|FF)\s+([1-9]\d*)/m.exec(ask("real time").text);
    return found ? ok(`${found[1]} ${found[2]}`) : differs("usual priority");
  }),
};

const volumes: Assumption = {
  id: "volumes",
  assumed: "a volume's device is /dev/disk/by-id/scsi-0HC_Volume_<id>, and MySQL's data is on it",
  local: "a sparse file behind a loop device, under the same name",
  judge: onEach(["db"], (ask) => {
    const { status, text } = ask("volume");
    if (status === null) return unknown("the device was not looked at");
    if (status === 3) return unknown("the data is on the server's own disk");
    const [device = "", source = ""] = text.trim().split("\n");
    const isThere = device.startsWith("/dev/") && !device.includes("by-id");
    if (!isThere) return differs("no such device");
    return source.startsWith(device) ? ok("as assumed") : differs("the data is elsewhere");
  }),
};

const dumps: Assumption = {
  id: "dumps",
  assumed: "a crash leaves no dump of a process's memory, after a reboot too",
  local: "the settings of this machine's kernel",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const { status, text } = ask("dumps");
    if (status !== 0) return unknown("the kernel tells nothing of its dumps");
    const [where = "", privileged] = text.trim().split("\n");
    const isOff = /^\|\S*\/false$/.test(where);
    const to = where.startsWith("|") ? where.slice(1).split(" ")[0]! : "a file";
    const seen = isOff ? "none" : `dumps go to ${to}`;
    return isOff && privileged === "0"
      ? ok(seen)
      : differs(privileged === "0" ? seen : `${seen}, set-user-ID programs too`);
  }),
};

const units: Assumption = {
  id: "units",
  assumed: "no unit failed",
  local: "the same units, but for those that the image masks",
  judge: onEach(everywhere, (ask) => {
    const { status, text } = ask("failed");
    if (status !== 0) return unknown("systemd does not answer");
    const names = [...text.matchAll(/^\W*(\S+\.\w+)/gm)].map(([, name]) => name!);
    return names.length === 0 ? ok("none failed") : differs(names.join(", "));
  }),
};

const journal: Assumption = {
  id: "journal",
  assumed: "the journal has no error since the boot",
  local: "a kernel that belongs to the machine, and masked units",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const found = objectIn(ask("journal").text);
    if (!found) return unknown("the journal was not read");
    const counts = Object.entries(found).sort(([, a], [, b]) => Number(b) - Number(a));
    if (counts.length === 0) return ok("no error");
    return differs(counts.map(([unit, count]) => `${unit} ${String(count)}`).join(", "));
  }),
};

/** What the system of a host is and does. */
export const operatingSystem: readonly Assumption[] = [
  ...[image, virtualization, cloudInit, timers, restarts],
  ...[realTime, volumes, dumps, units, journal],
];
