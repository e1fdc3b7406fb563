import { isAppProcess } from "./host-changes";
import type { Effect, UnitChange } from "./model";

/** The host of a unit. */
export interface UnitHost {
  /** Name of its tier in a sentence, such as `app node`. */
  tier: string;
  /** Number of the tier's nodes. */
  size: number;
  /** Processes of the app on each node. @default none */
  processes?: number | undefined;
}

/** Name of the tier of the app in sentences. */
const appTier = "app node";
/** Proxy to the databases on an app node; elsewhere the unit is a proxy of requests. */
const databaseProxy = "haproxy.service";
/** Unit that uploads the backups. */
const archiver = "webstack-archiver.service";
/** Units that stand between visitors and the app. */
const proxies = /^(haproxy|nginx|webstack-app-balancer)\./;

/** Effects of a unit's reload, restart or stop on visitors. */
export function unitEffects(change: UnitChange, host: UnitHost): Effect[] {
  if (change.verb === "start") return [];
  if (change.verb === "reload") return [reloaded(change, host)];
  return change.verb === "stop" ? stopped(change, host) : restarted(change, host);
}

/** Name of a unit in sentences. */
function nameOf(unit: string): string {
  return unit.replace(/(@[^.]*)?\.(service|timer|path)$/, "");
}

/** A tier's noun with its article. */
function oneOf(tier: string): string {
  return `${/^[aeiou]/.test(tier) ? "an" : "a"} ${tier}`;
}

function reloaded({ unit }: UnitChange, { tier }: UnitHost): Effect {
  if (unit === databaseProxy && tier === appTier) {
    const visitors =
      "connections of the app to the databases are cut within a minute after the reload; a query under way then fails";
    return { level: 1, visitors, reason: `the database proxy of each ${tier} reloads` };
  }
  const visitors = "services read their settings anew and go on; no request fails";
  return { level: 0, visitors, reason: "" };
}

/** Effects of a unit that the host no longer has afterwards. */
function stopped(change: UnitChange, host: UnitHost): Effect[] {
  const { unit, hasOthers = false } = change;
  const { tier, processes = 0 } = host;
  const name = nameOf(unit);
  const reason = `${name} stops on each ${tier} for good`;
  if (isAppProcess(unit) && !hasOthers) {
    return [{ level: 2, visitors: "the app no longer runs: what needs it fails", reason }];
  }
  if (/^(worker|cron)-/.test(unit)) {
    if (hasOthers) return restarted(change, host);
    return [{ level: 1, visitors: `what ${name} did is no longer done`, reason }];
  }
  if (unit === archiver) {
    const visitors = "nothing now; what they write from then on is in no backup";
    return [{ level: 2, visitors, reason: "no further backups are taken" }];
  }
  const isForApp = unit.startsWith("webstack-app-balancer.");
  if (/^(mysql|keepalived|haproxy|nginx)\./.test(unit) || (isForApp && processes === 0)) {
    return [{ level: 2, visitors: `what needs ${name} of ${oneOf(tier)} fails`, reason }];
  }
  return restarted(change, host);
}

/** Effects of a restart. */
function restarted({ unit, drained }: UnitChange, host: UnitHost): Effect[] {
  const { tier, size, processes = 0 } = host;
  const name = unit.replace(".service", "");
  const reason = `${nameOf(unit)} restarts on each ${tier}, one after the other`;
  if (unit.startsWith("mysql.")) return [mysqlRestart(size, reason)];
  if (isAppProcess(unit)) return [appRestart(size * processes, reason)];
  if (drained || (unit.startsWith("nginx.") && size > 1)) {
    const visitors = `each ${tier} gives its visitors to another one before its ${name} restarts; only answers that take longer than ten seconds are cut; one node at a time`;
    return [{ level: 1, visitors, reason }];
  }
  if (proxies.test(unit)) {
    const visitors = `requests that are under way on ${oneOf(tier)} while its ${name} restarts are cut; one node at a time`;
    return [{ level: size > 1 ? 1 : 2, visitors, reason }];
  }
  if (unit.startsWith("keepalived.")) {
    const visitors =
      "the public address moves to the other load balancer, which takes about a second";
    return [{ level: 1, visitors, reason }];
  }
  if (unit.startsWith("webstack-")) {
    return [{ level: 0, visitors: "nothing that answers visitors stops", reason: "" }];
  }
  return [{ level: 1, visitors: "nothing that answers visitors stops", reason }];
}

/** @param processes number of the app's processes in the whole stack. */
function appRestart(processes: number, reason: string): Effect {
  if (processes !== 1) {
    const visitors =
      "one process of the app after the other ends its requests and restarts, and the rest answers; no request fails";
    return { level: 1, visitors, reason };
  }
  const visitors =
    "the only process of the app is off while it restarts: what needs the app fails until it is healthy";
  return { level: 2, visitors, reason: `${reason}, and no other process of the app stands in` };
}

function mysqlRestart(size: number, reason: string): Effect {
  if (size > 1) {
    const visitors =
      "one database node at a time restarts MySQL; the primary gives its role away first, so writes wait up to a second and none fails";
    return { level: 1, visitors, reason };
  }
  const visitors = "the only MySQL is off while it restarts: what needs the database fails";
  return { level: 2, visitors, reason };
}
