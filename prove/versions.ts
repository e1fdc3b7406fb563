import {
  type Answer,
  type Assumption,
  differs,
  ok,
  onEach,
  type Seen,
  unknown,
} from "./assumption";

/** Series that the project was tried with: what the host images of the local cloud have, Ubuntu's and Debian's. */
const tried = {
  haproxy: ["3.2"],
  keepalived: ["2.3"],
  nginx: ["1.28", "1.30"],
  mysql: ["8.4", "9.7"],
  node: ["22", "24"],
} satisfies Record<string, readonly string[]>;

/** Words for the series of the host images. */
function localCloud(name: string, series: readonly string[]): string {
  const [ubuntu, debian = ubuntu] = series;
  return ubuntu === debian
    ? `the host images have ${name} ${ubuntu}`
    : `the host image of Ubuntu has ${name} ${ubuntu}, that of Debian ${debian}`;
}

/** The version in an answer such as `nginx version: nginx/1.28.0 (Ubuntu)`; undefined: there is none. */
function versionIn({ text }: Answer): string | undefined {
  return /(?:Ver|version|v|\/)\s*v?(\d+\.\d+(?:\.\d+)*)/i.exec(text)?.[1];
}

function compared(answer: Answer, series: readonly string[]): Seen {
  const found = versionIn(answer);
  if (found === undefined) return unknown("tells no version");
  return series.some((one) => `${found}.`.startsWith(`${one}.`))
    ? ok(found)
    : differs(`${found}, not ${series.join(" or ")}`);
}

function version(
  id: keyof typeof tried,
  name: string,
  roles: Parameters<typeof onEach>[0],
): Assumption {
  const series = tried[id];
  return {
    id,
    assumed: `${name} is of the series ${series.join(" or ")}, with which this project was tried`,
    local: localCloud(name, series),
    judge: onEach(roles, (ask) => compared(ask(id), series)),
  };
}

/** Last day of fixes by release line. Source: https://github.com/nodejs/release#release-schedule */
const fixedUntil: Readonly<Record<string, string>> = {
  "20": "2026-04-30",
  "22": "2027-04-30",
  "24": "2028-04-30",
  "26": "2029-04-30",
};

/** True if Ubuntu Pro delivers fixes for `universe`. https://documentation.ubuntu.com/pro-client/ */
function hasSubscription({ text }: Answer): boolean {
  try {
    const { services } = JSON.parse(text) as { services?: { name: string; status?: string }[] };
    return !!services?.some(({ name, status }) => name === "esm-apps" && status === "enabled");
  } catch {
    return false;
  }
}

const nodeUpdates: Assumption = {
  id: "node-updates",
  assumed:
    "the Node.js of the host programs gets fixes: its line is maintained, and a source delivers them",
  local: "hosts have no package source",
  differsLocally: true,
  judge: onEach(["lb", "web", "app", "db"], (ask, _, { now }) => {
    const found = versionIn(ask("node"));
    if (found === undefined) return unknown("Node.js tells no version");
    const day = fixedUntil[found.split(".")[0]!];
    const line =
      day === undefined
        ? `${found}, a line that is not known here`
        : `${found}, fixed until ${day}`;
    if (day !== undefined && day < now.toISOString().slice(0, 10))
      return differs(`${line}: too old`);
    if (!/https?:\/\//.test(ask("node package").text))
      return differs(`${line}; no package source has it`);
    if (hasSubscription(ask("pro"))) return ok(`${line}; Ubuntu Pro delivers the fixes`);
    return /^ID=ubuntu$/m.test(ask("os").text)
      ? differs(
          `${line}; from universe, and no Ubuntu Pro delivers the fixes: sudo pro attach <token>`,
        )
      : unknown(`${line}; whether this distribution delivers fixes is not known here`);
  }),
};

/** Versions of what the stack runs. */
export const versions: readonly Assumption[] = [
  version("haproxy", "HAProxy", ["lb", "web", "app"]),
  version("keepalived", "keepalived", ["lb"]),
  version("nginx", "Nginx", ["web"]),
  version("mysql", "MySQL", ["db"]),
  version("node", "Node.js of the host programs", ["lb", "web", "app", "db"]),
  nodeUpdates,
];
