import type { ProgramResult } from "../../../host/converge/run";
import { power } from "./fake-power";

interface Unit {
  active: string;
  file: string;
  /** Number of its last start or reload. @default 0 */
  changedAt?: number;
}

/** The programs of a host that converge runs, foremost systemd. */
export const systemd = {
  units: new Map<string, Unit>(),
  /** Commands that did something, without the path of the program. */
  commands: [] as string[],
  /** Messages, step and detail. */
  messages: [] as string[],
  /** Answers to a command before systemd does; undefined: leaves it to systemd. */
  answer: undefined as
    ((command: readonly string[]) => Partial<ProgramResult> | undefined) | undefined,
};

/** Number of starts and reloads so far. */
let starts = 0;

const good: ProgramResult = { status: 0, stdout: "", stderr: "" };

/** A systemd that knows these units; those that it hears of later are off. */
export function systemdWith(units: Record<string, Unit> = {}): void {
  const all = new Map(Object.entries(units).map(([name, state]) => [name, { ...state }]));
  Object.assign(systemd, { units: all, commands: [], messages: [], answer: undefined });
}

function unit(name: string): Unit {
  const known = systemd.units.get(name) ?? { active: "inactive", file: "disabled" };
  systemd.units.set(name, known);
  return known;
}

function show(names: readonly string[]): ProgramResult {
  const blocks = names.map((name) => {
    const { active, file, changedAt = 0 } = unit(name);
    const changed = `StateChangeTimestampMonotonic=${changedAt}`;
    return `Id=${name}\nActiveState=${active}\nUnitFileState=${file}\n${changed}\n`;
  });
  return { ...good, stdout: blocks.join("\n") };
}

function systemctl(words: readonly string[]): ProgramResult {
  const [verb = "", ...names] = words.filter((word) => !word.startsWith("--"));
  if (verb === "show") return show(names);
  systemd.commands.push(`systemctl ${words.join(" ")}`);
  for (const name of names) {
    const state = unit(name);
    if (["start", "restart", "reload-or-restart"].includes(verb)) {
      Object.assign(state, { active: "active", changedAt: ++starts });
    }
    if (verb === "stop") Object.assign(state, { active: "inactive", changedAt: ++starts });
    if (verb === "enable") state.file = "enabled";
    if (verb === "disable") Object.assign(state, { file: "disabled", active: "inactive" });
  }
  return good;
}

async function run(command: readonly string[]): Promise<ProgramResult> {
  if (power.steps <= 0) throw new Error("the power is off");
  const [program, ...words] = command;
  const answer = systemd.answer?.(command);
  if (program === "/usr/bin/systemctl" && !answer) return systemctl(words);
  if (program !== "/usr/bin/journalctl") {
    systemd.commands.push(`${program?.split("/").at(-1)} ${words.join(" ")}`);
  }
  return { ...good, ...answer };
}

/** Stands in for `host/converge/run`. */
export const runModule = {
  run,
  runOrThrow: async (command: readonly string[]) => {
    const { status, stdout, stderr } = await run(command);
    if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}: ${stderr}`);
    return stdout;
  },
  reportStep: (step: string, detail = "") => void systemd.messages.push(`${step} ${detail}`),
  pause: async () => undefined,
};
