import { setTimeout as pause } from "node:timers/promises";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { harmless, mysqlUnit, usualWatch, type Members, watched } from "./database-watch";
import { waitForGroup, waitForMember } from "./database-state";
import type { Drill, Measured } from "./drill";

/** Units whose programs get another time, in the order of their stop and start. */
const units = ["webstack-supervisor.service", mysqlUnit];
/** Path of libfaketime; the dynamic linker replaces `$LIB` by the folder of the machine's own libraries. */
const library = "/usr/$LIB/faketime/libfaketimeMT.so.1";
/** File from which the library reads the offset of the clock, seconds. */
const clockFile = "/run/webstack-clock";
const hourSeconds = 3_600;
/** Time for which a clock stays off, milliseconds: longer than any wait of supervisor or group for a member. */
const offMs = 8_000;

/**
 * Settings of the library. The monotonic clock and the waits on it do not change, as in a real step of the clock;
 * with the library's fix for older C libraries each wait of MySQL ends at once (tried, libfaketime 0.9.12). A real
 * step does not change the times of files either.
 * https://github.com/wolfcw/libfaketime/blob/master/README
 */
const environment = [
  `LD_PRELOAD=${library}`,
  `FAKETIME_TIMESTAMP_FILE=${clockFile}`,
  "FAKETIME_CACHE_DURATION=1",
  "FAKETIME_DONT_FAKE_MONOTONIC=1",
  "FAKETIME_FORCE_MONOTONIC_FIX=0",
  "NO_FAKE_STAT=1",
];

/** Drop-ins below `/run`, which a power failure removes. */
const dropIns = units.map((unit) => `/run/systemd/system/${unit}.d/90-clock.conf`);

/** A shell command that steps the clock of a node at once to the given offset from the right time. */
export function stepCommand(seconds: number): string {
  const sign = seconds < 0 ? "-" : "+";
  const file = `${clockFile}.new`;
  return `echo ${sign}${Math.abs(seconds)} | sudo tee ${file} >/dev/null && sudo mv ${file} ${clockFile}`;
}

/** A shell command that gives the units, after a restart, a clock that the drill can step. */
export function prepareCommand(): string {
  const lines = ["[Service]", ...environment.map((setting) => `Environment=${setting}`)];
  const content = lines.map((line) => `'${line}'`).join(" ");
  const files = dropIns.map(
    (path) =>
      `sudo mkdir -p ${path.replace(/\/[^/]+$/, "")} && printf '%s\\n' ${content} | sudo tee ${path} >/dev/null`,
  );
  const there = "ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null";
  return [there, stepCommand(0), ...files, "sudo systemctl daemon-reload"].join(" && ");
}

/** A shell command that gives the units, after a restart, the clock of the machine. */
export function restoreCommand(): string {
  return `sudo rm -f ${clockFile} ${dropIns.join(" ")} && sudo systemctl daemon-reload`;
}

/** Runs a command on all database nodes, then restarts their units, one node after the other. */
async function onEach(outputs: StackOutputs, command: string): Promise<void> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  await Promise.all(nodes.map((node) => runOnNode(outputs, node, command)));
  for (const node of nodes) {
    await runOnNode(outputs, node, `sudo systemctl restart ${units.join(" ")}`, 90_000);
    await waitForMember(outputs, node, 90);
    await waitForGroup(outputs, 90);
  }
}

/** Seconds by which MySQL's clock on a node is ahead of the machine's. */
async function aheadSeconds(outputs: StackOutputs, node: string): Promise<number> {
  const [row] = await query(outputs, node, "SELECT UNIX_TIMESTAMP()");
  return Number(row) - Number(await runOnNode(outputs, node, "date +%s"));
}

/** Steps the clock of each node in turn, forth and back. @throws Error if MySQL does not follow. */
async function stepEach({ primary, secondaries, outputs, mark }: Members): Promise<void> {
  for (const node of [...secondaries, primary]) {
    for (const seconds of [hourSeconds, 0, -hourSeconds, 0]) {
      mark(`${node} ${seconds < 0 ? "" : "+"}${seconds} s`);
      await runOnNode(outputs, node, stepCommand(seconds));
      await pause(offMs);
      const ahead = await aheadSeconds(outputs, node);
      if (Math.abs(ahead - seconds) > 10) {
        throw new Error(`${node}: MySQL's clock is ${ahead} s off, not ${seconds} s`);
      }
    }
  }
}

/** Runs with a clock on all nodes that the drill can step, and restores the machines' clock in any case. */
async function withClocks(outputs: StackOutputs, run: () => Promise<Measured>): Promise<Measured> {
  try {
    await onEach(outputs, prepareCommand());
    return await run();
  } finally {
    await onEach(outputs, restoreCommand());
  }
}

const watch = { ...usualWatch, watchMs: 2_000 };

/** Faults of clocks. */
export const clockDrills: readonly Drill[] = [
  {
    ...harmless("F38", "clock of each node off by an hour, forth and back", stepEach, watch),
    run: (outputs) => withClocks(outputs, () => watched(outputs, watch, stepEach)),
  },
];
