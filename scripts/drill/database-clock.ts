import { setTimeout as pause } from "node:timers/promises";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { harmless, mysqlUnit, usualWatch } from "./database-kinds";
import { waitForGroup, waitForMember } from "./database-state";
import { type Members, watched } from "./database-watch";
import type { Drill, Measured } from "./drill";

/** Units whose programs are told another time; they end and start in this order. */
const units = ["webstack-supervisor.service", mysqlUnit];
/** The dynamic linker puts the folder of the machine's own libraries in the place of `$LIB`. */
const library = "/usr/$LIB/faketime/libfaketimeMT.so.1";
/** How far the clock is off, in seconds, as the library reads it. */
const clockFile = "/run/webstack-clock";
const hourSeconds = 3_600;
/** How long a clock stays off, milliseconds: longer than any wait of supervisor or group for a member. */
const offMs = 8_000;

/**
 * What the library is told. The monotonic clock, and the waits on it, stay as they are, as with a real step;
 * with its fix for older C libraries each wait of MySQL ends at once (seen, libfaketime 0.9.12). Times of
 * files are not changed by a step either.
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

/** Below `/run`: a loss of power ends it. */
const dropIns = units.map((unit) => `/run/systemd/system/${unit}.d/90-clock.conf`);

/** A shell command that steps the clock of a node to so many seconds from the right time, at once. */
export function stepCommand(seconds: number): string {
  const sign = seconds < 0 ? "-" : "+";
  const file = `${clockFile}.new`;
  return `echo ${sign}${Math.abs(seconds)} | sudo tee ${file} >/dev/null && sudo mv ${file} ${clockFile}`;
}

/** A shell command after which the units, once started anew, have a clock that can be stepped. */
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

/** A shell command after which the units, once started anew, have the clock of the machine. */
export function restoreCommand(): string {
  return `sudo rm -f ${clockFile} ${dropIns.join(" ")} && sudo systemctl daemon-reload`;
}

/** Runs a command on all database nodes, then starts their units anew, one node after the other. */
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

/** Gives all nodes a clock that can be stepped, and takes it from them, whatever happens. */
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
