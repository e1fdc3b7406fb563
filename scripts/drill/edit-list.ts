import type { StackNode } from "../operate/outputs";
import type { StackSettings } from "./up";

/** One edit of the stack file. */
export interface Edit {
  /** Setting without its namespace, such as `web.headers`. */
  key: string;
  value: unknown;
  /** Tiers of which the edit changes every host; none: it changes resources of the cloud alone. */
  tiers: readonly StackNode["role"][];
  /** Tiers of which it changes files; on the others it changes units or their health checks. @default all of `tiers` */
  filesOf?: readonly StackNode["role"][];
}

/** A well-formed public key without a private key. */
export const unusedKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"E".repeat(43)} nobody@example.com`;

/** Blocks for documentation, one of each family (RFC 5737, RFC 3849). */
const [block4, block6] = ["192.0.2.0/24", "2001:db8::/32"];

const lb: Edit[] = [
  { key: "loadBalancers.trustedProxies", value: [block4, block6], tiers: ["lb"] },
  {
    key: "loadBalancers.haproxySnippet",
    value: "http-request deny if { path_beg /wp-admin }",
    tiers: ["lb"],
  },
  { key: "loadBalancers.limits.requestsPerSecond", value: 2_000, tiers: ["lb"] },
  { key: "tls.hsts", value: true, tiers: ["lb"] },
  { key: "web.headers", value: { "X-Frame-Options": "DENY" }, tiers: ["lb"] },
];

const web: Edit[] = [
  { key: "web.maxBodyMib", value: 20, tiers: ["web"] },
  { key: "web.locations", value: { "= /old": "return 301 /new;" }, tiers: ["web"] },
  { key: "web.nginxSnippet", value: "client_header_buffer_size 2k;", tiers: ["web"] },
  { key: "app.versionHeader", value: true, tiers: ["web"] },
  { key: "app.static.directories", value: { "/docs": "public" }, tiers: ["web"] },
];

const app: Edit[] = [
  { key: "app.env", value: { LOG_LEVEL: "debug" }, tiers: ["app"] },
  { key: "app.processes", value: 3, tiers: ["app"], filesOf: [] },
  { key: "app.health.timeoutSeconds", value: 90, tiers: ["app"] },
  { key: "app.workers", value: { idle: { command: "sleep infinity" } }, tiers: ["app"] },
  {
    key: "app.cron",
    value: { nothing: { command: "sleep 1", schedule: "30 3 * * *" } },
    tiers: ["app"],
  },
];

const db: Edit[] = [
  { key: "db.bufferPoolMib", value: 160, tiers: ["db"] },
  { key: "db.xcomHelp", value: false, tiers: ["db"] },
  { key: "backups.baseAt", value: "04:45", tiers: ["db"] },
];

const several: Edit[] = [
  { key: "web.answerTimeoutSeconds", value: 60, tiers: ["lb", "web"] },
  { key: "web.idleTimeoutSeconds", value: 7_200, tiers: ["lb", "web", "app"] },
  {
    key: "web.paths",
    value: { "/api/export": { answerTimeoutSeconds: 600, maxBodyMib: 100, buffering: false } },
    tiers: ["lb", "web", "app"],
  },
  { key: "tls.internal", value: true, tiers: ["lb", "web", "app"], filesOf: ["lb", "web"] },
  { key: "admin.sshKeys", value: [unusedKey], tiers: ["lb", "web", "app", "db"] },
];

const cloud: Edit[] = [
  // The block of the machine that runs `up`, and another one.
  { key: "admin.cidrs", value: ["198.18.1.1/32", block6], tiers: [] },
  { key: "protect", value: true, tiers: [] },
];

/** Edits over all tiers and all groups of settings but `network`, in order, each on top of the earlier ones. */
export const editList: readonly Edit[] = [...lb, ...web, ...app, ...db, ...several, ...cloud];

/** Makes an edit in the settings of a stack file; missing groups are created. */
export function makeEdit(
  settings: StackSettings,
  { key, value }: Pick<Edit, "key" | "value">,
): void {
  const [group = "", ...rest] = key.split(".");
  const all = settings as Record<string, unknown>;
  all[`webstack:${group}`] = withValue(all[`webstack:${group}`], rest, value);
}

/** A copy of a map with a value at a path in it; the value itself for an empty path. */
function withValue(map: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const own = (map ?? {}) as Record<string, unknown>;
  return { ...own, [key]: withValue(own[key], rest, value) };
}
