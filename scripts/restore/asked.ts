import { parseArgs } from "node:util";
import { localStackName } from "../local/stack-name";
import { stampOf } from "./replace/record";
import { type Wanted, wantedTables } from "./tables/wanted";
import { type Target, targetOf } from "./target";

/** Purpose of a restored database. */
export type Use =
  /** The restored database is checked, and removed. */
  | { into: "drill" }
  /** The restored database stays in its container. */
  | { into: "new" }
  /** Restored tables are copied into the running stack. */
  | { into: "running"; tables: Wanted[]; replace: boolean }
  /** The restored database replaces all data of the app in the running stack. */
  | { into: "replace" };

/** Work on a replacement that was done, and its time. */
export interface Former {
  work: "undo" | "drop";
  stamp: string;
  stack: string | undefined;
}

/** Arguments of `db:restore`. */
export interface Asked {
  target: Target;
  use: Use;
  stack: string | undefined;
  identity: string | undefined;
  history: string | undefined;
  withGaps: boolean;
  /** True: the command only prints the plan. */
  planOnly: boolean;
  /** Name of the stack whose data may be replaced. */
  consent: string | undefined;
}

const options = {
  to: { type: "string" },
  "to-gtid": { type: "string" },
  latest: { type: "boolean" },
  into: { type: "string" },
  tables: { type: "string" },
  replace: { type: "boolean", default: false },
  stack: { type: "string" },
  identity: { type: "string" },
  history: { type: "string" },
  "with-gaps": { type: "boolean", default: false },
  plan: { type: "boolean", default: false },
  "yes-replace": { type: "string" },
  "undo-replace": { type: "string" },
  "drop-replaced": { type: "string" },
} as const;

/** Parses a command line. @throws Error that names the word, the rule and the fix. */
export function askedOf(args: readonly string[]): Asked {
  const { values } = parseArgs({ args: [...args], options });
  const { stack, identity, history, plan, "with-gaps": withGaps } = values;
  const more = { stack, identity, history, withGaps, planOnly: plan };
  const consent = values["yes-replace"];
  return { target: targetOf(values), use: useOf(values), consent, ...more };
}

/**
 * The work on a former replacement that a command line names; undefined: a restore.
 *
 * @throws Error if its time has another form, if it names a restore too, or if it lacks the consent.
 */
export function formerOf(args: readonly string[]): Former | undefined {
  const { values } = parseArgs({ args: [...args], options });
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
    if (tables !== undefined) return { into, tables: wantedTables(tables), replace };
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
