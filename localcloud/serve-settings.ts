import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { behaviourOn, defaultApiDate, type Behaviour } from "./cloud";

/** How the program is called. */
export const usage = `usage: main serve --state DIR --port N --tokens FILE --driver docker|memory [--image TAG]
         [--actions async|instant] [--rate-limit on|off] [--api-date YYYY-MM-DD]
         [--control-port N] [--storage FILE --storage-port N] [--sftp FILE --sftp-port N]
       main destroy --state DIR`;

/** How the cloud is to be served. */
export interface ServeSettings {
  /** Directory of the state. */
  state: string;
  /** Port on loopback; 0: any free one. */
  port: number;
  /** One for each project, of 64 characters. */
  tokens: string[];
  /** Image of the hosts; absent: there are no hosts, machines are only remembered. */
  image?: string;
  /** Whether an action runs on after its call was answered. */
  actions: "async" | "instant";
  /** Whether calls beyond the limit are refused. */
  rateLimit: boolean;
  /** The API of the wanted day. */
  behaviour: Behaviour;
  /** Port on loopback of the API that injects faults; absent: there is none. */
  controlPort?: number;
  /** Object storage: file with its buckets and keys, port on loopback; absent: there is none. */
  storage?: { file: string; port: number };
  /** SFTP server: file with its key and accounts, port on loopback; absent: there is none. */
  sftp?: { file: string; port: number };
}

const options = {
  state: { type: "string" },
  port: { type: "string" },
  tokens: { type: "string" },
  driver: { type: "string" },
  image: { type: "string" },
  actions: { type: "string", default: "async" },
  "rate-limit": { type: "string", default: "on" },
  "api-date": { type: "string", default: defaultApiDate },
  "control-port": { type: "string" },
  storage: { type: "string" },
  "storage-port": { type: "string" },
  sftp: { type: "string" },
  "sftp-port": { type: "string" },
} as const;

/** Settings from the words after `serve`. @throws Error with the usage, or what is wrong. */
export function serveSettings(args: string[]): ServeSettings {
  const { values } = parseArgs({ args, options });
  const { state, port, tokens, driver, image, actions, "rate-limit": limit } = values;
  if (!state || !/^\d+$/.test(port ?? "") || !tokens) throw new Error(usage);
  if (driver !== "docker" && driver !== "memory") throw new Error(usage);
  if (driver === "docker" && !image) throw new Error("--driver docker needs --image TAG");
  if (actions !== "async" && actions !== "instant") throw new Error(usage);
  if (limit !== "on" && limit !== "off") throw new Error(usage);
  const control = values["control-port"];
  if (control !== undefined && !/^\d+$/.test(control)) throw new Error(usage);
  const storage = place(values.storage, values["storage-port"]);
  const sftp = place(values.sftp, values["sftp-port"]);
  if (!/^\d{4}-\d\d-\d\d$/.test(values["api-date"])) throw new Error(usage);
  return {
    state,
    port: Number(port),
    tokens: readTokens(tokens),
    ...(driver === "docker" ? { image } : {}),
    actions,
    rateLimit: limit === "on",
    behaviour: behaviourOn(values["api-date"]),
    ...(control === undefined ? {} : { controlPort: Number(control) }),
    ...(storage ? { storage } : {}),
    ...(sftp ? { sftp } : {}),
  };
}

/** A file and a port, both or none. @throws Error with the usage for one of them, or a port that is no number. */
function place(file?: string, port?: string): { file: string; port: number } | undefined {
  if ((file === undefined) !== (port === undefined)) throw new Error(usage);
  if (file === undefined) return undefined;
  if (!/^\d+$/.test(port!)) throw new Error(usage);
  return { file, port: Number(port) };
}

function readTokens(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const tokens = lines.filter((line) => line !== "");
  const wrong = lines.findIndex((line) => line !== "" && line.length !== 64);
  if (tokens.length === 0 || wrong >= 0) {
    const which = wrong >= 0 ? `line ${wrong + 1} is none` : "it is empty";
    throw new Error(`${file} must hold one token of 64 characters a line; ${which}`);
  }
  return tokens;
}
