import { printable, settingName } from "./messages";

/** Raw settings of any shape. */
type Raw = Record<string, unknown>;

/** Problems between the members of a runtime, and between the runtime and other settings of the app. */
export function runtimeProblems(app: Raw): string[] {
  return [...severalProblems(app.runtime), ...commandProblems(app), ...pinProblems(app)];
}

function named(runtime: unknown): string[] {
  return typeof runtime === "object" && runtime !== null ? Object.keys(runtime) : [];
}

function severalProblems(runtime: unknown): string[] {
  const names = named(runtime).filter((name) => ["node", "python", "executable"].includes(name));
  if (names.length <= 1) return [];
  return [
    `webstack:app.runtime must name one of node, python and executable, got ${names.join(" and ")}; remove all but one`,
  ];
}

/** Problem of a Python app without `command`: no file of the app names its start command. */
function commandProblems({ runtime, command, static: site }: Raw): string[] {
  const isSite = typeof site === "object" && site !== null && (site as Raw).only === true;
  if (!named(runtime).includes("python") || command !== undefined || isSite) return [];
  return [
    "webstack:app.command must be set with app.runtime.python, got nothing; " +
      "set for example python3 -m gunicorn --bind 127.0.0.1:$PORT shop.wsgi",
  ];
}

/** Problem of `releaseRuntime` without a pinned release: the runtime is part of the pin. */
function pinProblems({ release, releaseRuntime }: Raw): string[] {
  if (releaseRuntime === undefined || release !== undefined) return [];
  return [
    `webstack:app.releaseRuntime must be absent without app.release, got ${printable(releaseRuntime)}; ` +
      "remove it, or set app.runtime for every release",
  ];
}

/** Default number of app nodes. */
const defaultCount = 2;

/** Problems between workers or jobs and other settings of the app tier. */
export function workerProblems(app: Raw): string[] {
  const workers = map(app.workers);
  const names = Object.keys(workers);
  return [
    ...names.flatMap((name) => countProblems(name, map(workers[name]).nodes, app.count)),
    ...names.flatMap((name) => processProblems(name, map(workers[name]))),
    ...variableProblems(app, "workers", ["WORKER"]),
    ...variableProblems(app, "cron", ["JOB", "JOB_DUE"]),
  ];
}

function map(value: unknown): Raw {
  return typeof value === "object" && value !== null ? (value as Raw) : {};
}

function countProblems(name: string, nodes: unknown, found: unknown): string[] {
  const count = typeof found === "number" ? found : defaultCount;
  if (typeof nodes !== "number" || nodes <= count) return [];
  return [
    `${settingName(["app", "workers", name, "nodes"])} must be at most app.count, which is ${count}, got ${nodes}; lower it, or say all`,
  ];
}

/** Problem of several processes of a worker on one node at a time: the lease's holder runs one process. */
function processProblems(name: string, { nodes, processes }: Raw): string[] {
  if (nodes !== "one" || typeof processes !== "number" || processes <= 1) return [];
  return [
    `${settingName(["app", "workers", name, "processes"])} must be 1 on one node at a time, got ${processes}; ` +
      "remove it, or name several workers",
  ];
}

/** Problems of variables that the stack itself sets to the name of a worker or job. */
function variableProblems(app: Raw, setting: string, variables: readonly string[]): string[] {
  const names = Object.keys(map(app[setting]));
  if (names.length === 0) return [];
  const pairs = ["env", "secretEnv"].flatMap((key) => variables.map((name) => [key, name]));
  return pairs
    .filter(([key, name]) => Object.hasOwn(map(app[key!]), name!))
    .map(
      ([key, name]) =>
        `webstack:app.${key} must not hold ${name} together with app.${setting}, got it beside ${printable(names)}; ` +
        "give the variable another name",
    );
}
