import { printable } from "./printable";

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
