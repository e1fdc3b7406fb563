import { parseArgs } from "node:util";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run rehearse`. */
export interface RehearsalOptions {
  /** Git revision on which the change is applied. */
  base: string;
  /** Faults to drill afterwards, such as `F5`, by their suite. */
  drills: ReadonlyMap<string, readonly string[]>;
  /** Largest allowed number of lost requests. */
  budget: number;
  /** True: the stack stays after the rehearsal. */
  keep: boolean;
}

const usage =
  "npm run rehearse -- --base <revision> [--drills F5,F24] [--budget <requests>] [--keep]";

/**
 * Parses a command line.
 *
 * @param suites numbers of the drills by suite.
 * @throws Error with the usage for anything else, or for an unknown drill.
 */
export function parseCommandLine(
  args: readonly string[],
  suites: Readonly<Record<string, readonly string[]>>,
): RehearsalOptions {
  const options = {
    base: { type: "string" },
    drills: { type: "string", default: "" },
    budget: { type: "string", default: "0" },
    keep: { type: "boolean", default: false },
  } as const;
  return withUsage(usage, () => {
    const { base, drills, budget, keep } = parseArgs({ args: [...args], options }).values;
    if (!base) throw new Error("--base must be a revision such as origin/main, got nothing");
    if (!/^\d{1,9}$/.test(budget)) {
      throw new Error(`--budget must be a whole number of requests, got ${JSON.stringify(budget)}`);
    }
    return { base, drills: bySuite(drills, suites), budget: Number(budget), keep };
  });
}

function bySuite(
  text: string,
  suites: Readonly<Record<string, readonly string[]>>,
): Map<string, string[]> {
  const chosen = new Map<string, string[]>();
  for (const id of text.split(",").map((word) => word.trim())) {
    if (id === "") continue;
    const [suite] = Object.entries(suites).find(([, ids]) => ids.includes(id)) ?? [];
    if (suite === undefined) {
      const known = Object.values(suites).flat().join(", ");
      throw new Error(`--drills must be some of ${known}, got ${JSON.stringify(id)}`);
    }
    chosen.set(suite, [...(chosen.get(suite) ?? []), id]);
  }
  return chosen;
}
