import { stepBackTimer } from "../../provider/orderly-stop";
import type { Hosts } from "../../rolling/hosts";
import { disarmStepBack } from "../../rolling/step-aside";
import { maintenancePath } from "../../services/maintenance";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";
import { quoted } from "./shell-word";

/** Longest stop of the workers and jobs of a node: a worker may have 900 s after SIGTERM. */
const stopMs = 960_000;

/** Units of the app that work without requests, as patterns of `systemctl`. */
const timers = "cron-*.timer";
const workers = "worker-*.service";
const jobs = "cron-*.service";

/** Command on a web node; fails unless requests get 503 within five seconds. A maintenance that was on stays on. */
const webOn = asRoot(
  `[ -e ${maintenancePath} ] && was=on || was=off`,
  `touch ${maintenancePath}`,
  "for try in 1 2 3 4 5; do",
  `  code=$(curl -so /dev/null -m 2 -w '%{http_code}' http://127.0.0.1/ || true)`,
  "  [ $code != 503 ] || exit 0",
  "  sleep 1",
  "done",
  `[ $was = on ] || rm -f ${maintenancePath}`,
  `echo "Nginx answers $code and not 503 although ${maintenancePath} is there; run up first" >&2; exit 1`,
);

/**
 * Nginx remembers for two seconds that the file was there. Under a configuration of an earlier release it remembers for a
 * minute, which a reload forgets; workers that a reload replaces answer one more request on each connection, so they
 * must know first.
 */
const webOff = asRoot(
  `[ -e ${maintenancePath} ] || exit 0`,
  `rm ${maintenancePath}`,
  "sleep 3",
  "systemctl reload nginx.service",
);

/** File that replaces the one of the maintenance until everything runs again: an `off` that failed is then repeated. */
const endingPath = `${maintenancePath}-ends`;

/** Shell words that list the enabled units whose names match. @param beginnings alternatives, such as `worker-|cron-`. */
function enabledUnits(beginnings: string): string {
  const wanted = "systemctl show --property=Wants --value multi-user.target timers.target";
  return `${wanted} | tr -s ' ' '\\n' | grep -E '^(${beginnings})'`;
}

/**
 * The file comes first: from then on systemd starts none of these units, whoever asks for it. A node that another
 * command drained returns to service now, without its workers, and not in the middle of what the maintenance is for. A
 * process that does not start must not prevent a restore.
 */
const appOn = asRoot(
  `touch ${maintenancePath}`,
  `if systemctl is-active --quiet ${stepBackTimer}.timer ${stepBackTimer}.service; then`,
  `  ${disarmStepBack}`,
  `  ${enabledUnits("app@")} | xargs -r systemctl --no-block start`,
  "fi",
  `systemctl stop ${quoted(timers)} ${quoted(workers)} ${quoted(jobs)}`,
);

/** Starts what is enabled by now: the node may have rebooted, or an `up` may have brought other workers. */
const appOff = asRoot(
  `[ -e ${maintenancePath} ] || [ -e ${endingPath} ] || exit 0`,
  `[ ! -e ${maintenancePath} ] || mv ${maintenancePath} ${endingPath}`,
  `${enabledUnits("worker-|cron-")} | xargs -r systemctl start`,
  `rm ${endingPath}`,
);

function asRoot(...lines: string[]): string {
  return `sudo sh -ec ${quoted(lines.join("\n"))}`;
}

/**
 * Puts a stack into maintenance: its web nodes answer 503 with a maintenance page, and its app nodes stop workers,
 * timers and jobs, which systemd does not start meanwhile. The processes of the app that answer requests keep running.
 *
 * @returns true if one of the nodes was in maintenance before.
 * @throws Error that names each node on which it failed. If the maintenance was on before on any node, it stays on;
 *   otherwise it is then off on all nodes that answer.
 */
export async function startMaintenance(outputs: StackOutputs): Promise<boolean> {
  const hosts = hostsOf(outputs);
  const before = await maintenanceStates(outputs);
  const silent = [...before].filter(([, isOn]) => isOn === undefined).map(([name]) => name);
  if (silent.length > 0) {
    throw new Error(
      `the maintenance did not begin: ${silent.join(", ")} must answer over ssh, and did not; nothing was changed; bring the node back, then run this command again`,
    );
  }
  const wasOn = [...before.values()].includes(true);
  try {
    await onAll(hosts, { web: webOn, app: appOn });
    return wasOn;
  } catch (error) {
    const { message } = error as Error;
    if (!wasOn) await onAll(hosts, { web: webOff, app: appOff }).catch(() => undefined);
    const state = wasOn
      ? "the maintenance stays on where it was before, and is not on everywhere"
      : "the stack is not in maintenance";
    throw new Error(`${state}: ${message}`, { cause: error });
  }
}

/** Ends the maintenance; starts all enabled workers and timers. @throws Error that names each node on which it failed. */
export async function endMaintenance(outputs: StackOutputs): Promise<void> {
  await onAll(hostsOf(outputs), { web: webOff, app: appOff });
}

/** For each web and app node, true if it is in maintenance; undefined if it does not answer. */
export async function maintenanceStates(
  outputs: StackOutputs,
): Promise<Map<string, boolean | undefined>> {
  const hosts = hostsOf(outputs);
  const nodes = outputs.nodes.filter(({ role }) => role === "web" || role === "app");
  const command = `[ ! -e ${maintenancePath} ] || echo on`;
  const states = await Promise.all(
    nodes.map(async ({ name }) => {
      const answer = await hosts.run(name, command).catch(() => undefined);
      return [name, answer === undefined ? undefined : answer.includes("on")] as const;
    }),
  );
  return new Map(states);
}

async function onAll(hosts: Hosts, commands: { web: string; app: string }): Promise<void> {
  const nodes = hosts.nodes.flatMap(({ name, role }) =>
    role === "web" || role === "app" ? [{ name, command: commands[role] }] : [],
  );
  const done = await Promise.allSettled(
    nodes.map(({ name, command }) => hosts.run(name, command, stopMs)),
  );
  const faults = done.flatMap((result, i) =>
    result.status === "rejected"
      ? [`${nodes[i]!.name}: ${(result.reason as Error).message.trim()}`]
      : [],
  );
  if (faults.length > 0) throw new Error(faults.join("; "));
}
