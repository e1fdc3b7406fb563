import { shown } from "./problems";

/** Raw settings of any shape. */
type Raw = Record<string, unknown>;

/** Nodes of the app tier if the stack file says nothing. */
const defaultCount = 2;

/** What lies between the workers and other settings of the app tier. */
export function workerProblems(app: Raw): string[] {
  const workers = map(app.workers);
  const names = Object.keys(workers);
  if (names.length === 0) return [];
  return [
    ...names.flatMap((name) => countProblems(name, map(workers[name]).nodes, app.count)),
    ...names.flatMap((name) => processProblems(name, map(workers[name]))),
    ...variableProblems(app, "WORKER", names),
  ];
}

function map(value: unknown): Raw {
  return typeof value === "object" && value !== null ? (value as Raw) : {};
}

function countProblems(name: string, nodes: unknown, found: unknown): string[] {
  const count = typeof found === "number" ? found : defaultCount;
  if (typeof nodes !== "number" || nodes <= count) return [];
  return [
    `webstack:app.workers.${name}.nodes must be at most app.count, which is ${count}, got ${nodes}; lower it, or say all`,
  ];
}

/** Who has the lease of a worker runs one process of it. */
function processProblems(name: string, { nodes, processes }: Raw): string[] {
  if (nodes !== "one" || typeof processes !== "number" || processes <= 1) return [];
  return [
    `webstack:app.workers.${name}.processes must be 1 on one node at a time, got ${processes}; ` +
      "remove it, or name several workers",
  ];
}

/** The stack itself tells a worker its name. */
function variableProblems(app: Raw, variable: string, names: readonly string[]): string[] {
  return ["env", "secretEnv"]
    .filter((key) => variable in map(app[key]))
    .map(
      (key) =>
        `webstack:app.${key} must not hold ${variable} together with app.workers, got it beside ${shown(names)}; ` +
        "give the variable another name",
    );
}
