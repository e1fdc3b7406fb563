import { parseArgs } from "node:util";
import { type Wanted, wantedTables } from "./tables/wanted";
import { type Target, targetOf } from "./target";

/** Purpose of a restored database. */
export type Use =
  /** The restored database is checked, and removed. */
  | { into: "drill" }
  /** The restored database stays in its container. */
  | { into: "new" }
  /** Restored tables are copied into the running stack. */
  | { into: "running"; tables: Wanted[]; replace: boolean };

/** Arguments of `db:restore`. */
export interface Asked {
  target: Target;
  use: Use;
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  identity: string | undefined;
  history: string | undefined;
  withGaps: boolean;
  /** True: the command only prints the plan. */
  planOnly: boolean;
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
} as const;

/** Parses a command line. @throws Error that names the word, the rule and the fix. */
export function askedOf(args: readonly string[]): Asked {
  const { values } = parseArgs({ args: [...args], options });
  const { stack, identity, history, plan, "with-gaps": withGaps } = values;
  const more = { stack, identity, history, withGaps, planOnly: plan };
  return { target: targetOf(values), use: useOf(values), ...more };
}

function useOf(values: {
  into?: string | undefined;
  tables?: string | undefined;
  replace: boolean;
}): Use {
  const { tables, replace } = values;
  const into = values.into ?? (tables === undefined ? "drill" : "running");
  if (into !== "drill" && into !== "new" && into !== "running") {
    throw new Error(`--into must be drill, new or running, got ${JSON.stringify(into)}`);
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
  if (replace) throw new Error("--replace needs --tables: it is about tables of the running stack");
  return { into };
}
