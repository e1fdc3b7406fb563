import { targetProblems } from "./backup-target";
import { consentOf } from "./consent";
import { networkZones, typesInsteadOfDefaults, serverSize } from "./cloud-offer";
import { runtimeProblems, workerProblems } from "./process-problems";
import { printable } from "./messages";
import { siteProblems } from "./site-problems";
import { tlsProblems } from "./edge-tls";

/** Largest number of servers in one private network. Source: Hetzner limits, reported by users. */
const maxAttachedServers = 100;

/** Raw settings of any shape; the schema reports wrong shapes, so this file ignores them. */
type Raw = Record<string, unknown>;

function part(raw: Raw, key: string): Raw {
  const value = raw[key];
  return typeof value === "object" && value !== null ? (value as Raw) : {};
}

/** Problems between settings, each of which may be right on its own. */
export function combinationProblems(raw: Raw): string[] {
  return [
    ...zoneProblems(raw),
    ...consentedNetworkProblems(raw),
    ...defaultTypeProblems(raw),
    ...countProblems(raw),
    ...(part(part(raw, "app"), "static").only === true
      ? []
      : sizeProblems("app", part(raw, "app"), "processes")),
    ...sizeProblems("db", part(raw, "db"), "bufferPoolMib"),
    ...memoryProblems(raw),
    ...releaseProblems(part(raw, "app")),
    ...pinProblems(part(raw, "app")),
    ...statusProblems(part(raw, "app")),
    ...runtimeProblems(part(raw, "app")),
    ...workerProblems(part(raw, "app")),
    ...tlsProblems(raw, part(raw, "loadBalancers"), part(raw, "tls"), part(raw, "web")),
    ...siteProblems(part(raw, "app"), part(raw, "web")),
    ...targetProblems(part(raw, "backups")),
  ];
}

function zoneProblems(raw: Raw): string[] {
  const locations = Array.isArray(raw.locations) ? (raw.locations as unknown[]) : [];
  const known = locations.filter(
    (name): name is string => typeof name === "string" && Object.hasOwn(networkZones, name),
  );
  const zones = new Set(known.map((name) => networkZones[name]));
  if (zones.size <= 1) return [];
  return [
    `webstack:locations must lie in one network zone, got ${printable(locations)} in ${[...zones].join(" and ")}; ` +
      "a private network does not span zones, so keep the locations of one zone",
  ];
}

/** Problem of a consent to another network, while servers without a public address stay in theirs. */
function consentedNetworkProblems(raw: Raw): string[] {
  if (part(raw, "network").publicAddresses !== "edge" || !Array.isArray(raw.consent)) return [];
  const isNetwork = (line: unknown) =>
    typeof line === "string" && consentOf(line)?.what === "network";
  const line = (raw.consent as unknown[]).find(isNetwork);
  if (line === undefined) return [];
  return [
    `webstack:consent must not replace the network with network.publicAddresses edge, got ${printable(line)}: a server ` +
      "without a public address stays in the network of its creation; remove the line, and for another network make " +
      "a new stack beside this one and bring the data there from the backups",
  ];
}

/** Problem of each tier whose default server type is not sold in a location of the stack: an `up` would fail in between. */
function defaultTypeProblems(raw: Raw): string[] {
  const [first, ...others] = Array.isArray(raw.locations) ? (raw.locations as unknown[]) : [];
  const isWithout = (name: unknown): name is string =>
    typeof name === "string" && Object.hasOwn(typesInsteadOfDefaults, name);
  // Locations of several zones are a problem of their own.
  if (!isWithout(first) || !others.every(isWithout)) return [];
  return Object.entries(typesInsteadOfDefaults[first]!)
    .filter(([tier]) => part(raw, tier).serverType === undefined)
    .map(
      ([tier, instead]) =>
        `webstack:${tier}.serverType must be set with the location ${first}, got nothing; ` +
        `its default is not sold there, so set for example "${instead}"`,
    );
}

function countProblems(raw: Raw): string[] {
  const count = (tier: string, key: string, fallback: number) => {
    const value = part(raw, tier)[key];
    return Number.isFinite(value) ? Number(value) : fallback;
  };
  const total = 2 + count("web", "count", 2) + count("app", "count", 2) + count("db", "nodes", 3);
  if (total <= maxAttachedServers) return [];
  return [
    `webstack:web.count, app.count, db.nodes and the two load balancers must come to at most ${maxAttachedServers} servers, ` +
      `got ${total}; lower web.count or app.count`,
  ];
}

/** Problem of a setting with a default derived from the servers' size, if the size is not known and no value is set. */
function sizeProblems(tier: string, { serverType, ...rest }: Raw, setting: string): string[] {
  const wellFormed = typeof serverType === "string" && /^[a-z]+\d+$/.test(serverType);
  if (!wellFormed || serverSize(serverType) || rest[setting] !== undefined) return [];
  return [
    `webstack:${tier}.${setting} must be set for the server type ${serverType}, got nothing; its size is not known here`,
  ];
}

/** Largest share of a database node's memory for the buffer pool; the rest is for connections and the system. */
const maxMemoryShare = 0.75;
/** Least memory of a process of the app, MiB: an idle Node.js. */
const processMib = 48;

/** Problems of a server type too small for its services: the kernel would kill a service, or it would not start. */
function memoryProblems(raw: Raw): string[] {
  const fits = (tier: string, setting: string, max: (memoryMib: number) => number) => {
    const { serverType = "cpx22", [setting]: value } = part(raw, tier);
    const size = typeof serverType === "string" ? serverSize(serverType) : undefined;
    if (!size || typeof value !== "number") return [];
    const memoryMib = size.memoryGib * 1024;
    if (value <= max(memoryMib)) return [];
    return [
      `webstack:${tier}.${setting} must be at most ${max(memoryMib)} with the ${memoryMib} MiB of a ${serverType as string}, ` +
        `got ${value}; lower it, or choose a larger ${tier}.serverType`,
    ];
  };
  return [
    ...fits("db", "bufferPoolMib", (memoryMib) => Math.floor(memoryMib * maxMemoryShare)),
    ...fits("app", "processes", (memoryMib) => Math.floor(memoryMib / processMib)),
  ];
}

function releaseProblems(app: Raw): string[] {
  const { path, url, sha256, build } = app;
  if (build !== undefined && path === undefined) {
    return [
      `webstack:app.build must be absent without app.path, got ${printable(build)}; set app.path to the directory that it fills`,
    ];
  }
  if (path !== undefined && url !== undefined) {
    return [
      `webstack:app.path must be absent when app.url is set, got ${printable(path)}; remove one of the two`,
    ];
  }
  if (url !== undefined && sha256 === undefined) {
    return [
      "webstack:app.sha256 must be set together with app.url, got nothing; print it with: sha256sum <file>",
    ];
  }
  if (url === undefined && sha256 !== undefined) {
    return [
      `webstack:app.sha256 must be absent without app.url, got ${printable(sha256)}; set app.url or remove it`,
    ];
  }
  return [];
}

/** Problem of `releaseCommand` without a pinned release: the command is part of the pin. */
function pinProblems({ release, releaseCommand }: Raw): string[] {
  if (releaseCommand === undefined || release !== undefined) return [];
  return [
    `webstack:app.releaseCommand must be absent without app.release, got ${printable(releaseCommand)}; ` +
      "remove it, or set app.command for every release",
  ];
}

/** Problem of a health status other than 200 with a shared port: any process may answer, so only 200 is allowed. */
function statusProblems(app: Raw): string[] {
  const { status } = part(app, "health");
  if (app.sharesPort !== true || typeof status !== "number" || status === 200) return [];
  return [
    `webstack:app.health.status must be 200 with app.sharesPort, got ${status}; ` +
      "let the health path answer 200, or remove app.sharesPort",
  ];
}
