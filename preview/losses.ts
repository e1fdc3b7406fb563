import { isDeepStrictEqual } from "node:util";
import { isMap, type Values } from "../plugin/values";
import type { Effect, SettingChange } from "./model";
import { updatedTier } from "./hosts";
import type { Plan, Step } from "./plan";
import { knownTexts, mapOf } from "./values";

const haproxyPath = "/etc/haproxy/haproxy.cfg";

const acmePath = "/etc/webstack/acme.json";

/** Folder of the authority's certificates in a `bind` line, as in services/edge-haproxy/https.ts. */
const authorityFolder = "crt /var/lib/webstack-acme/live";

/** A load balancer's own certificate, which no browser trusts. */
const placeholder = { type: "tls:index/selfSignedCert:SelfSignedCert", name: /-placeholder$/ };

/** Side of a change of a load balancer: whole texts, undefined if they are not known. */
interface Edge {
  haproxy: string | undefined;
  acme: string | undefined;
}

/**
 * Effects of what visitors use and the load balancers no longer offer afterwards: listeners, trusted certificates, host
 * names. The load balancers only reload for that, so the effects of their units do not show it.
 */
export function edgeLosses(plan: Plan): Effect[] {
  const isEdge = (step: Step) => updatedTier(step) === "lb";
  return plan.steps.filter(isEdge).flatMap((step) => {
    const [before, after] = [edgeOf(step.before), edgeOf(step.after)];
    return [
      ...listenerLosses(before, after),
      ...trustLosses(plan, before, after),
      ...nameLosses(before, after),
    ];
  });
}

function edgeOf({ files }: Step["before"]): Edge {
  const texts = knownTexts(files) ?? {};
  return { haproxy: texts[haproxyPath], acme: texts[acmePath] };
}

/** Addresses with ports on which the frontend for visitors listens, such as `*:443`. */
function listeners(haproxy: string): string[] {
  const frontend = /^frontend public\n((?:[ \t].*\n|\n(?=[ \t]))*)/m.exec(haproxy)?.[1] ?? "";
  return [...frontend.matchAll(/^\s+bind (\S+)/gm)].map(([, address]) => address!);
}

const isHttps = (listener: string) => listener.endsWith(":443");

function listenerLosses({ haproxy: before }: Edge, { haproxy: after }: Edge): Effect[] {
  if (before === undefined || after === undefined) return [];
  const kept = listeners(after);
  const gone = listeners(before).filter((one) => !kept.includes(one));
  if (gone.some(isHttps) && !kept.some(isHttps)) return [httpsOff(before)];
  if (gone.length === 0) return [];
  const which = gone.join(", ");
  return [
    {
      level: 2,
      visitors: `nothing answers on ${which} of the public address any more`,
      reason: `the load balancers no longer listen on ${which}`,
    },
  ];
}

function httpsOff(haproxy: string): Effect {
  // RFC 6797, 8.3: a browser that knows the host asks port 443 alone until max-age is over.
  const seconds = Number(/Strict-Transport-Security\b.*?max-age=(\d+)/i.exec(haproxy)?.[1] ?? 0);
  const days = Math.ceil(seconds / 86_400);
  const isRemembered = days > 0;
  const visitors = isRemembered
    ? `HTTPS goes off: browsers that visited in the last ${days} days come by HTTPS alone and cannot come back, and links with https:// lead nowhere`
    : "HTTPS goes off: links with https:// lead nowhere";
  const reason = isRemembered
    ? "port 443 closes, and browsers remember Strict-Transport-Security of the earlier answers"
    : "port 443 of the load balancers closes";
  return { level: 2, visitors, reason };
}

function trustLosses({ steps }: Plan, before: Edge, after: Edge): Effect[] {
  const wasHttps = before.haproxy !== undefined && listeners(before.haproxy).some(isHttps);
  const isHttpsStill = after.haproxy === undefined || listeners(after.haproxy).some(isHttps);
  const own = steps.find(
    ({ type, name }) => type === placeholder.type && placeholder.name.test(name),
  );
  const isOwn = own !== undefined && own.fate !== "delete";
  const hadAuthority = before.haproxy?.includes(authorityFolder) === true;
  const hasAuthority = after.haproxy?.includes(authorityFolder) !== false;
  const lost = own?.fate === "create" || (hadAuthority && !hasAuthority && isOwn);
  if (!wasHttps || !isHttpsStill || !lost) return [];
  const until = hasAuthority ? " until the authority has issued its certificates" : "";
  return [
    {
      level: 2,
      visitors: `browsers warn of the certificate, and refuse the site after Strict-Transport-Security${until}`,
      reason: `the load balancers' certificate is replaced by one that no browser trusts${until}`,
    },
  ];
}

function nameLosses(before: Edge, after: Edge): Effect[] {
  const [had, has] = [namesOf(before), namesOf(after)];
  // Without names the stack accepts every host name.
  if (had.length === 0 || has.length === 0) return [];
  return had
    .filter((name) => !has.includes(name) && !has.includes(name.replace(/^[^.]+/, "*")))
    .map((name) => ({
      level: 2,
      visitors: `${name} loses its certificate and its redirects, so browsers that go there warn or give up`,
      reason: `${name} is no longer a name of the stack`,
    }));
}

/** Host names by the ACME client's settings, else by the redirects of HAProxy. */
function namesOf({ haproxy, acme }: Edge): string[] {
  if (acme !== undefined) {
    const { domains } = JSON.parse(acme) as { domains?: string[] };
    return domains ?? [];
  }
  const texts = [...(haproxy ?? "").matchAll(/var\(txn\.name\) -m (str|end) ([^}]*?) \}/g)];
  const names = texts.flatMap(([, kind, words]) =>
    words!.split(" ").map((word) => (kind === "end" ? `*${word}` : word)),
  );
  const canonical = /set-var\(txn\.name\) str\(([^)]+)\)/.exec(haproxy ?? "")?.[1];
  return [...new Set([...names, ...(canonical === undefined ? [] : [canonical])])];
}

const archiverPath = "/etc/webstack/archiver.json";

const visitors = "nothing that answers visitors stops";

/**
 * Effects of what backups no longer have: history at one place, under one key, and what a shorter retention lets
 * `backups:prune` delete. The hosts do not know the retention, so the settings tell of it.
 *
 * @param settings edits of the stack file.
 */
export function backupLosses({ steps }: Plan, settings: readonly SettingChange[]): Effect[] {
  const isDatabase = (step: Step) => updatedTier(step) === "db";
  return [...steps.filter(isDatabase).flatMap(placeLosses), ...settings.flatMap(retentionLosses)];
}

function placeLosses({ before, after }: Step): Effect[] {
  const [old, next] = [before, after].map(({ files }) => parsed(mapOf(files)[archiverPath]));
  if (!old || !next) return [];
  const place = isDeepStrictEqual(placeOf(old), placeOf(next))
    ? []
    : ["backups go to another place, and those at the former one stay there"];
  const key = old.publicKey === next.publicKey ? [] : ["backups are encrypted to another key"];
  const more = "the next base begins a history of its own, and a restore to before it needs both";
  return [...place, ...key].map((what) => ({ level: 1, visitors, reason: `${what}; ${more}` }));
}

/** The place of the backups, without what only gives access to it. */
function placeOf({ target }: Values): unknown[] {
  const { endpoint, bucket, sftp } = mapOf(target);
  const { host, path } = mapOf(sftp);
  return [endpoint, bucket, host, path];
}

function parsed(text: unknown): Values | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function retentionLosses({ key, from, to }: SettingChange): Effect[] {
  const [, name] = /^webstack:(backups\.retention\b.*)$/.exec(key) ?? [];
  if (name === undefined || Number(to) >= Number(from)) return [];
  const reason = `${name} goes from ${from} to ${to}: the next backups:prune may delete more`;
  return [{ level: 1, visitors, reason }];
}
