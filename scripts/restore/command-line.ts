import { parseArgs } from "node:util";
import { localStackName } from "../local/paths";
import { stampOf } from "./replace/record";
import { type SelectedTable, parseTables } from "./tables/table-selection";
import { type Target, targetOf } from "./target";
import { fromWord, type TargetKey } from "./target-access";

/** Purpose of a restored database. */
export type Use =
  /** The restored database is checked, and removed. */
  | { into: "drill" }
  /** The restored database stays in its container. */
  | { into: "new" }
  /** Restored tables are copied into the running stack. */
  | { into: "running"; tables: SelectedTable[]; replace: boolean }
  /** The restored database replaces all data of the app in the running stack. */
  | { into: "replace" };

/** A dump in place of a moment; `id` is the dump's name or `latest`. */
export interface DumpTarget {
  kind: "dump";
  id: string;
}

/** Arguments of `db:restore`. */
export interface RestoreOptions {
  target: Target | DumpTarget;
  use: Use;
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Target that is read. */
  from: TargetKey;
  identity: string | undefined;
  history: string | undefined;
  withGaps: boolean;
  /** True: objects of the bucket are read as they were put first. */
  oldestVersions: boolean;
  /** True: the command prints the plan and restores nothing. */
  planOnly: boolean;
  /** Name of the stack whose data may be replaced. */
  consent: string | undefined;
}

/** Words of `db:restore`, for `parseArgs`. */
export const options = {
  to: { type: "string" },
  "to-gtid": { type: "string" },
  latest: { type: "boolean" },
  dump: { type: "string" },
  into: { type: "string" },
  tables: { type: "string" },
  replace: { type: "boolean", default: false },
  stack: { type: "string" },
  from: { type: "string" },
  identity: { type: "string" },
  history: { type: "string" },
  "with-gaps": { type: "boolean", default: false },
  "oldest-versions": { type: "boolean", default: false },
  plan: { type: "boolean", default: false },
  "yes-replace": { type: "string" },
  "undo-replace": { type: "string" },
  "drop-replaced": { type: "string" },
} as const;

/** Parses a command line. @throws Error that names the word, the rule and the fix. */
export function parseCommandLine(args: readonly string[]): RestoreOptions {
  const { values } = parseArgs({ args: withDumpName(args), options });
  const { stack, identity, history, plan, dump, "with-gaps": withGaps } = values;
  const oldestVersions = values["oldest-versions"];
  const consent = values["yes-replace"];
  const from = fromWord(values.from);
  const read = { from, identity, history, withGaps, oldestVersions };
  const more = { stack, ...read, planOnly: plan, consent };
  const use = useOf(values);
  if (dump === undefined) return { target: targetOf(values), use, ...more };
  checkDump(values, use);
  return { target: { kind: "dump", id: dump }, use, ...more };
}

/** `--dump` without a name is the newest dump. */
function withDumpName(args: readonly string[]): string[] {
  return args.flatMap((word, i) => {
    const isBare = word === "--dump" && (args[i + 1]?.startsWith("--") ?? true);
    return isBare ? [word, "latest"] : [word];
  });
}

/** @throws Error if an option excludes a dump. */
function checkDump(values: Record<string, unknown>, use: Use): void {
  const other = ["to", "to-gtid", "latest"].find((name) => values[name] !== undefined);
  if (other) {
    throw new Error(
      `--${other} must be absent with --dump, which is restored to its own moment; for another one leave --dump out`,
    );
  }
  if (values["with-gaps"] === true) {
    throw new Error("--with-gaps must be absent with --dump: no log is replayed after a dump");
  }
  if (use.into === "running" || use.into === "replace") {
    throw new Error(
      "--dump goes into drill or new, got the running stack; leave --dump out, or copy tables from --into new",
    );
  }
}

function useOf(values: {
  into?: string | undefined;
  tables?: string | undefined;
  replace: boolean;
}): Use {
  const { tables, replace } = values;
  const into = values.into ?? (tables === undefined ? "drill" : "running");
  if (into !== "drill" && into !== "new" && into !== "running" && into !== "replace") {
    throw new Error(`--into must be drill, new, replace or running, got ${JSON.stringify(into)}`);
  }
  if (into === "running") {
    if (tables !== undefined) return { into, tables: parseTables(tables), replace };
    throw new Error(
      "--into running needs --tables, such as --tables app.entry or --tables 'app.*'",
    );
  }
  if (tables !== undefined) {
    throw new Error(`--tables go into the running stack: leave --into ${into} out`);
  }
  if (replace) {
    throw new Error(
      "--replace needs --tables: it is about tables of the running stack; for all data say --into replace",
    );
  }
  return { into };
}

/** Action on an earlier replacement, with the replacement's time. */
export interface EarlierReplacement {
  work: "undo" | "drop";
  stamp: string;
  stack: string | undefined;
}

/**
 * The action on an earlier replacement that a command line names; undefined: a restore.
 *
 * @throws Error if the time has another form, if the command line names a restore too, or if the consent is missing.
 */
export function earlierReplacementOf(args: readonly string[]): EarlierReplacement | undefined {
  const { values } = parseArgs({ args: withDumpName(args), options });
  const { "undo-replace": undo, "drop-replaced": drop, stack, "yes-replace": consent } = values;
  if (undo === undefined && drop === undefined) return undefined;
  const others = Object.entries(values).filter(
    ([name, value]) => value !== false && !["stack", "yes-replace"].includes(name),
  );
  if (others.length > 1) {
    const names = others.map(([name]) => `--${name}`).join(", ");
    throw new Error(
      `name one of --undo-replace and --drop-replaced, without a restore; got ${names}`,
    );
  }
  const [work, flag] =
    undo === undefined ? (["drop", "drop-replaced"] as const) : (["undo", "undo-replace"] as const);
  const stamp = stampOf(flag, (undo ?? drop)!);
  checkConsent(consent, stack, `--${flag} ${stamp}`);
  return { work, stamp, stack };
}

/** @throws Error unless the consent names the stack whose data is replaced, put back or dropped. */
export function checkConsent(
  consent: string | undefined,
  stack: string | undefined,
  what: string,
): void {
  const name = stack ?? localStackName;
  if (consent === name) return;
  throw new Error(
    `${what} changes all data of stack ${name}: --yes-replace must be ${name}, got ${JSON.stringify(consent) ?? "none"}; nothing was done`,
  );
}
