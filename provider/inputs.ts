import { isAbsolute, normalize } from "node:path";

/** Inputs of a configuration as they arrive at the provider. */
export interface Inputs {
  connection: {
    host: string;
    port?: number;
    user: string;
    privateKey: string;
    bastions: string[];
    connectTimeoutSeconds?: number;
  };
  node: string;
  role: string;
  packages: string[];
  users: { name: string; home: string }[];
  directories: Record<string, string>;
  files: Record<string, string>;
  attributes: Record<string, string>;
  checks: object[];
  services: { unit: string }[];
  secrets: Record<string, string>;
  release?: { digest: string; url?: string; archive?: string; root: string; keep: number };
}

/** Inputs plus what the provider learned. */
export interface State extends Inputs {
  /** Host key, type and base64 data. */
  hostKey: string;
}

/** What a value not known at preview looks like on the wire. Source: `@pulumi/pulumi` runtime/rpc. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True if the value is, or holds, one that is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

interface Problem {
  property: string;
  reason: string;
}

function pathProblem(property: string, path: string): Problem[] {
  if (isAbsolute(path) && normalize(path) === path && !path.endsWith("/")) return [];
  const reason = `must be an absolute path without . and .., got ${JSON.stringify(path)}`;
  return [{ property, reason }];
}

function attributeProblem(property: string, text: unknown): Problem[] {
  if (typeof text === "string" && /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]* [0-7]{4}$/.test(text)) {
    return [];
  }
  const reason = `must be "owner:group mode" such as "root:root 0644", got ${JSON.stringify(text)}`;
  return [{ property, reason }];
}

function connectionProblems(connection: Partial<Inputs["connection"]>): Problem[] {
  const problems: Problem[] = [];
  const text = (key: "host" | "user" | "privateKey") => {
    const value = connection[key];
    if (hasUnknown(value) || (typeof value === "string" && value !== "")) return;
    const found = key === "privateKey" ? "none" : JSON.stringify(value);
    problems.push({ property: `connection.${key}`, reason: `must be a text, got ${found}` });
  };
  text("host");
  text("user");
  text("privateKey");
  const { bastions } = connection;
  if (!hasUnknown(bastions) && !Array.isArray(bastions)) {
    const reason = `must be a list of addresses, got ${JSON.stringify(bastions)}`;
    problems.push({ property: "connection.bastions", reason });
  }
  return problems;
}

/** Everything that is wrong with the inputs, at once; values not known yet are not judged. */
export function problemsOf(news: Partial<Inputs>): Problem[] {
  const maps = ["files", "directories", "attributes", "secrets"] as const;
  const known = (value: unknown): value is Record<string, string> =>
    typeof value === "object" && value !== null;
  const problems = known(news.connection) ? connectionProblems(news.connection) : [];
  for (const key of maps) {
    const map = news[key];
    if (!known(map)) continue;
    for (const path of Object.keys(map)) problems.push(...pathProblem(`${key}["${path}"]`, path));
  }
  for (const key of ["directories", "attributes"] as const) {
    for (const [path, text] of Object.entries(known(news[key]) ? news[key] : {})) {
      if (!hasUnknown(text)) problems.push(...attributeProblem(`${key}["${path}"]`, text));
    }
  }
  if (known(news.attributes)) {
    const paths = [news.files, news.secrets].flatMap((map) => (known(map) ? Object.keys(map) : []));
    for (const path of paths.filter((each) => !(each in news.attributes!))) {
      problems.push({ property: `attributes["${path}"]`, reason: "must be given for the file" });
    }
  }
  const digest = news.release?.digest;
  if (digest !== undefined && !hasUnknown(digest) && !/^[0-9a-f]{64}$/.test(digest)) {
    const reason = `must be a SHA-256 of 64 hex digits, got ${JSON.stringify(digest)}`;
    problems.push({ property: "release.digest", reason });
  }
  return problems;
}

/** Inputs as they are compared: where the archive lies on the machine of `pulumi up` is no state. */
export function comparable(inputs: Partial<Inputs>): Partial<Inputs> {
  const { release, ...rest } = inputs;
  if (!release) return rest;
  const { archive: _, ...compared } = release;
  return { ...rest, release: compared };
}

/** What converge is given: bundle and secrets. */
export function convergeInput(inputs: Inputs): string {
  const attributes = (path: string) => parseAttributes(inputs.attributes[path] ?? "root:root 0644");
  const secretPaths = Object.keys(inputs.attributes).filter((path) => !(path in inputs.files));
  const { archive: _, ...release } = inputs.release ?? { archive: undefined };
  const bundle = {
    node: inputs.node,
    role: inputs.role,
    packages: inputs.packages,
    users: inputs.users,
    directories: Object.fromEntries(
      Object.entries(inputs.directories).map(([path, text]) => [path, parseAttributes(text)]),
    ),
    files: Object.fromEntries(
      Object.entries(inputs.files).map(([path, content]) => [
        path,
        { content, ...attributes(path) },
      ]),
    ),
    secretFiles: Object.fromEntries(secretPaths.map((path) => [path, attributes(path)])),
    checks: inputs.checks,
    services: inputs.services,
    ...(inputs.release ? { release } : {}),
  };
  return JSON.stringify({ bundle, secrets: inputs.secrets });
}

function parseAttributes(text: string): { owner: string; group: string; mode: string } {
  const [, owner = "root", group = "root", mode = "0644"] = /^(\S+):(\S+) (\d+)$/.exec(text) ?? [];
  return { owner, group, mode };
}
