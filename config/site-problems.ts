import { printable, printableName } from "./messages";

/** Raw settings of any shape. */
type Raw = Record<string, unknown>;

/** Paths that the web nodes reserve. */
const ownPaths = ["/assets", "/healthz"];

function map(value: unknown): Raw {
  return typeof value === "object" && value !== null ? (value as Raw) : {};
}

/** Problems between the settings of a static site, and between these and the settings of the app and the web tier. */
export function siteProblems(app: Raw, web: Raw): string[] {
  const site = map(app.static);
  const only = site.only === true;
  return [
    ...directoryProblems(site.directories, only),
    ...immutableProblems(site),
    ...fallbackProblems(site, only),
    ...appPathProblems(site),
    ...pathProblems(map(web.paths), site, only),
    ...(only ? serverProblems(app) : []),
  ];
}

function directoryProblems(found: unknown, only: boolean): string[] {
  const directories = map(found);
  const taken = ownPaths.filter((path) => Object.hasOwn(directories, path));
  const whole = Object.keys(directories).filter((path) => directories[path] === ".");
  return [
    ...taken.map(
      (path) =>
        `webstack:app.static.directories must not hold ${path}, got ${printable(directories)}; ` +
        `${path === "/assets" ? "put the files below assets in the directory of /" : "choose another path"}`,
    ),
    ...(whole.length > 0 && !only
      ? [
          `webstack:app.static.directories must name a directory for ${whole.map(printableName).join(" and ")}, got ${printable(directories)}; ` +
            "a release with a server is not for everybody to read",
        ]
      : []),
  ];
}

function immutableProblems({ directories, immutable }: Raw): string[] {
  const paths = map(immutable);
  const isTaken = (path: string) =>
    ownPaths.includes(path) || Object.hasOwn(map(directories), path);
  return Object.keys(paths)
    .filter(isTaken)
    .map(
      (path) =>
        `webstack:app.static.immutable must not hold ${printableName(path)}, got ${printable(paths)}; ` +
        remedyOf(path),
    );
}

function remedyOf(path: string): string {
  if (path === "/assets")
    return "files below assets in the directory of / are immutable without it";
  if (path === "/healthz") return "choose another path";
  return "take the path out of app.static.directories, or name a path below it";
}

function fallbackProblems({ directories, fallback, appPaths }: Raw, only: boolean): string[] {
  const paths = Array.isArray(appPaths) ? appPaths : [];
  if (fallback === undefined || only) {
    if (paths.length === 0) return [];
    const why = only
      ? "where app.static.only says that there is no app"
      : "without app.static.fallback";
    return [
      `webstack:app.static.appPaths must be absent ${why}, got ${printable(paths)}; remove it`,
    ];
  }
  if (directories !== undefined && !Object.hasOwn(map(directories), "/")) {
    return [
      `webstack:app.static.fallback must be absent without a directory for /, got ${printable(fallback)}; ` +
        "add one to app.static.directories",
    ];
  }
  if (paths.length > 0) return [];
  return [
    `webstack:app.static.fallback must be absent without app.static.appPaths and app.static.only, got ${printable(fallback)}; ` +
      "name the paths of the app, or say that there is none",
  ];
}

function appPathProblems({ directories, immutable, appPaths }: Raw): string[] {
  const paths = Array.isArray(appPaths) ? (appPaths as unknown[]) : [];
  const taken = paths
    .filter((path) => typeof path === "string")
    .filter((path) => ownPaths.includes(path) || keysWith(path, { directories, immutable })[0]);
  return [...new Set(taken)].map(
    (path) =>
      `webstack:app.static.appPaths must not hold ${printableName(path)}, got ${printable(paths)}; the web nodes answer there: ` +
      `choose another path, or take it out of app.static.${keysWith(path, { directories, immutable })[0] ?? "directories"}`,
  );
}

/** Problems of `web.paths` with static directories: only paths that the app answers have limits of their own. */
function pathProblems(paths: Raw, { directories, immutable }: Raw, only: boolean): string[] {
  const names = Object.keys(paths);
  if (only && names.length > 0) {
    return [
      `webstack:web.paths must be absent where app.static.only says that there is no app, got ${printable(names)}; remove it`,
    ];
  }
  return names.flatMap((name) =>
    keysWith(name.replace(/\/$/, ""), { directories, immutable }).map(
      (key) =>
        `webstack:web.paths must not hold ${printableName(name)}, got ${printable(names)}; app.static.${key} has a directory there: ` +
        "name a path below it, or another one",
    ),
  );
}

/** Names of the settings, each a map by path, that hold a path. */
function keysWith(path: string, settings: Raw): string[] {
  return Object.keys(settings).filter((key) => Object.hasOwn(map(settings[key]), path));
}

function serverProblems(app: Raw): string[] {
  return ["command", "processes", "sharesPort", "affinity", "notifies"]
    .filter((key) => app[key] !== undefined)
    .map(
      (key) =>
        `webstack:app.${key} must be absent where app.static.only says that there is no server, got ${printable(app[key])}; remove one of the two`,
    );
}
