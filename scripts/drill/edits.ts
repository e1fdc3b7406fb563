import { cloudGet } from "../local/cloud";
import { hostsOf } from "../operate/hosts";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { machineActions } from "./absences";
import type { Drill, Measured, NotShown } from "./drill";
import { edited } from "./edit-watch";
import { byHand } from "./edits-by-hand";
import { killedUp } from "./edits-killed";
import { lockouts } from "./edits-lockout";
import { manyEdits } from "./edits-many";
import { passedOver } from "./edits-passed-over";
import { shrunk } from "./edits-shrink";
import { expectUpgraded, mysqlPackages } from "./mysql-package";
import { npmRun } from "../local/processes";
import { versionsOf, withRepositories } from "./package-repository";
import { type StackSettings, withStackFile } from "./up";

/** Two server types, the smaller one first. */
const [small, large] = ["cpx22", "cpx32"];

/** Keys of the stack file by tier. */
const keys: Record<StackNode["role"], string> = {
  lb: "webstack:loadBalancers",
  web: "webstack:web",
  app: "webstack:app",
  db: "webstack:db",
};

/** Resizes the servers of a tier up and down again, with two ordinary runs of `up`. */
async function upAndDown(role: StackNode["role"], mark: (text: string) => void): Promise<void> {
  await withStackFile(async (edit) => {
    for (const type of [large, small]) {
      edit((settings) => (settings[keys[role]] = { ...settings[keys[role]], serverType: type }));
      mark(type);
      await npmRun("up:local");
    }
  });
}

/**
 * Gives the database users new passwords and the app a new session secret, and then restores the former ones. The
 * session of the writing clients was signed before.
 */
async function newPasswords(mark: (text: string) => void): Promise<void> {
  await withStackFile(async (edit) => {
    for (const [more, text] of [
      [1, "new"],
      [0, "former"],
    ] as const) {
      edit((settings) => {
        raise(settings, "webstack:db", "passwordVersion", more);
        raise(settings, "webstack:app", "sessionSecretVersion", more);
      });
      mark(text);
      await npmRun("up:local");
    }
  });
}

function raise(settings: StackSettings, part: string, key: string, more: number): void {
  const present = settings[part]?.[key] ?? 1;
  settings[part] = { ...settings[part], [key]: Number(present) + more };
}

function drill(
  id: string,
  role: StackNode["role"],
  title: string,
  bound: { boundMs: number; moves: readonly [number, number] },
): Drill {
  const run = (outputs: StackOutputs) =>
    edited(outputs, role === "db", (mark) => upAndDown(role, mark));
  return { id, title, ...bound, failed: 0, run };
}

/**
 * Patches the whole stack, with a reboot of each node.
 *
 * @throws Error if a node was not upgraded or not rebooted, or if a database node took a clone.
 */
function patched(outputs: StackOutputs): Promise<Measured> {
  const before = Date.now();
  return withRepositories(outputs, async () => {
    const mysql = await mysqlPackages(outputs);
    const measured = await edited(outputs, true, () => npmRun("patch", "--yes"));
    const old = [...(await versionsOf(outputs))].filter(([, version]) => version !== "2");
    if (old.length > 0) throw new Error(`not upgraded: ${old.map(([name]) => name).join(", ")}`);
    expectUpgraded(mysql, await mysqlPackages(outputs));
    const rebooted = (await machineActions(cloudGet)).filter(
      // The API reports whole seconds.
      ({ command, begunMs }) => command === "reboot_server" && begunMs > before - 1_000,
    );
    const names = rebooted.map(({ server }) => server).sort();
    const all = outputs.nodes.map(({ name }) => name).sort();
    if (names.join() !== all.join()) throw new Error(`rebooted: ${names.join(", ") || "none"}`);
    return measured;
  });
}

/** Drop-ins and units whose change restarts a proxy. */
const proxyUnits =
  "/etc/systemd/system/{haproxy,nginx,keepalived}.service.d/webstack.conf " +
  "/etc/systemd/system/webstack-app-balancer.service";

/** Changes the units of all proxies by hand; the next `up` restores the units, and restarts each proxy. */
async function restarted(outputs: StackOutputs): Promise<void> {
  const hosts = hostsOf(outputs);
  const change = `for file in ${proxyUnits}; do [ ! -e $file ] || echo "# by hand" >>$file; done`;
  const nodes = outputs.nodes.filter(({ role }) => role !== "db");
  await Promise.all(nodes.map(({ name }) => hosts.run(name, `sudo bash -c '${change}'`)));
  await npmRun("up:local", "--refresh");
}

/** Edits of a running stack that disturb machines. Visitors must not notice. */
export const editDrills: readonly Drill[] = [
  // In each direction the floating IP moves once, because its holder is the last node.
  drill("E1", "lb", "the load balancers resized up and down", { boundMs: 0, moves: [2, 2] }),
  drill("E2", "web", "the web nodes resized up and down", { boundMs: 0, moves: [0, 0] }),
  drill("E3", "app", "the app nodes resized up and down", { boundMs: 0, moves: [0, 0] }),
  // Writes wait while the primary role moves.
  drill("E4", "db", "the databases resized up and down", { boundMs: 1_000, moves: [0, 0] }),
  {
    id: "E5",
    title: "all nodes patched, with a reboot of each",
    ...{ boundMs: 1_500, moves: [1, 1], failed: 0, run: patched },
  },
  {
    id: "E6",
    title: "new database passwords and a new session secret, and the former ones again",
    ...{ boundMs: 0, moves: [0, 0], failed: 0 },
    run: (outputs) => edited(outputs, false, newPasswords),
  },
  {
    id: "E7",
    title: "25 edits over all tiers and groups of settings",
    ...{ boundMs: 0, moves: [0, 0], failed: 0, run: manyEdits },
  },
  {
    id: "E8",
    title: "`up` killed in the middle of an edit of several tiers",
    ...{ boundMs: 0, moves: [0, 0], failed: 0, run: killedUp },
  },
  {
    id: "E9",
    title: "an sshd line, a firewall rule and a key that lock everybody out: time without a login",
    ...{ boundMs: 120_000, moves: [0, 0], failed: 0, run: lockouts },
  },
  {
    id: "E10",
    title: "files edited by hand on five hosts",
    ...{ boundMs: 0, moves: [0, 0], failed: 0, run: byHand },
  },
  {
    id: "E11",
    title: "every proxy restarted by an `up`, since its unit was changed by hand",
    ...{ boundMs: 0, moves: [1, 2], failed: 0 },
    run: (outputs) => edited(outputs, false, () => restarted(outputs)),
  },
  {
    id: "E12",
    title: "the databases from five to three, while one that goes is the primary",
    ...{ boundMs: 1_000, moves: [0, 0], failed: 0, run: shrunk },
  },
  {
    id: "E13",
    title: "a key removed, the app and the web nodes edited, while an app node is off",
    ...{ boundMs: 0, moves: [0, 0], failed: 0, run: passedOver },
  },
];

/** Kinds of edits that these drills do not show. */
export const editsNotShown: readonly NotShown[] = [];
