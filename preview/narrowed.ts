import { updatedTier } from "./hosts";
import type { Effect } from "./model";
import type { Plan, Step } from "./plan";
import { isMap, type Values } from "../plugin/values";
import { knownTexts, valueText } from "./values";

/** A number in a rendered file that limits visitors. */
interface Limit {
  role: "lb" | "web";
  path: string;
  /** Finds each number; of several the smallest one counts. Its group `unit` is a unit of time or memory. */
  pattern: RegExp;
  /** What is limited, with its unit. */
  name: string;
  /** What visitors above the limit get. */
  result: string;
}

const haproxyPath = "/etc/haproxy/haproxy.cfg";
const nginxPath = "/etc/nginx/nginx.conf";
const refused = "requests above it are refused";

const limits: readonly Limit[] = [
  {
    ...{ role: "lb", path: haproxyPath, name: "connections of one client" },
    ...{ pattern: /\bsc0_conn_cur gt (?<n>\d+)/g, result: "connections above it are closed" },
  },
  {
    ...{ role: "lb", path: haproxyPath, name: "requests of one client in 10 seconds" },
    ...{ pattern: /\bsc1_http_req_rate gt (?<n>\d+)/g, result: refused },
  },
  {
    ...{ role: "lb", path: haproxyPath, name: "concurrent requests of one client" },
    ...{ pattern: /\bsc_conn_cur\(3\) gt (?<n>\d+)/g, result: refused },
  },
  {
    ...{ role: "lb", path: haproxyPath, name: "seconds for an answer" },
    ...{ pattern: /^\s+timeout server (?<n>\d+)(?<unit>[smh])$/gm, result: "slower answers fail" },
  },
  {
    ...{ role: "lb", path: haproxyPath, name: "seconds without data on a lasting connection" },
    ...{
      pattern: /^\s+timeout tunnel (?<n>\d+)(?<unit>[smhd])$/gm,
      result: "quieter connections are cut",
    },
  },
  {
    ...{ role: "web", path: nginxPath, name: "MiB of a request" },
    ...{ pattern: /\bclient_max_body_size (?<n>\d+)m;/g, result: "larger requests are refused" },
  },
];

/** Seconds of a unit of time. */
const seconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Files with lines of the stack file, which only their author can judge, and the part of them. */
const ownLines = {
  lb: /^ *# webstack:loadBalancers\.haproxySnippet begins\n([^]*?)^ *# webstack:loadBalancers\.haproxySnippet ends$/m,
  web: /^\/etc\/nginx\/webstack-(server|location-\d+)\.conf$/,
};

/**
 * Effects of what is allowed to visitors, to the app and to operators, and no longer is afterwards: smaller limits,
 * lines of the stack file, the calls of the app to outside, addresses with SSH, and the preload list of the browsers. The
 * services only reload for that, so the effects of their units do not show it.
 */
export function narrowed(plan: Plan): Effect[] {
  return plan.steps.flatMap((step) => {
    if (step.type === "hcloud:index/firewall:Firewall" && step.fate === "update") {
      return sshLosses(step);
    }
    const role = updatedTier(step);
    const [before, after] = [step.before.files, step.after.files].map(knownTexts);
    if (before === undefined || after === undefined) return [];
    const smallerLimits = () =>
      limits.filter((one) => one.role === role).flatMap((one) => smaller(one, before, after));
    if (role === "app") return callLosses(before, after);
    if (role === "lb") return [...smallerLimits(), ...edgeRules(before, after)];
    if (role !== "web") return [];
    return [...smallerLimits(), ...nginxLines(before, after), ...affinityLosses(before, after)];
  });
}

type Texts = Readonly<Record<string, string>>;

function smaller({ path, pattern, name, result }: Limit, before: Texts, after: Texts): Effect[] {
  const least = (text: string | undefined) =>
    Math.min(
      ...[...(text ?? "").matchAll(pattern)].map(
        ({ groups }) => Number(groups!.n) * (seconds[groups!.unit ?? "s"] ?? 1),
      ),
    );
  const [from, to] = [least(before[path]), least(after[path])];
  if (!Number.isFinite(from) || !Number.isFinite(to) || to >= from) return [];
  const reason = `the limit of ${name} goes from ${from} to ${to}`;
  return [{ level: 1, visitors: `a limit gets smaller, and ${result}`, reason }];
}

/** @param setting name of the setting with the lines. */
function judgedByAuthor(setting: string): Effect {
  const visitors = `what the new lines of ${setting} refuse, visitors no longer get`;
  return { level: 1, visitors, reason: `the lines of ${setting} change, which nobody judges here` };
}

function edgeRules(before: Texts, after: Texts): Effect[] {
  const [old, next] = [before[haproxyPath], after[haproxyPath]];
  if (old === undefined || next === undefined) return [];
  const own = (text: string) => ownLines.lb.exec(text)?.[1];
  const isPreloaded = (text: string) => /Strict-Transport-Security "[^"]*preload/.test(text);
  return [
    ...(own(old) === own(next) ? [] : [judgedByAuthor("webstack:loadBalancers.haproxySnippet")]),
    ...(isPreloaded(next) && !isPreloaded(old) ? [preloaded] : []),
  ];
}

/** Source: https://hstspreload.org/#removal */
const preloaded: Effect = {
  level: 2,
  visitors:
    "browsers refuse plain HTTP of every subdomain for two years, and for good once the names are in their preload list",
  reason:
    "Strict-Transport-Security gets includeSubDomains and preload, and the way back takes months",
};

function nginxLines(before: Texts, after: Texts): Effect[] {
  const paths = Object.keys({ ...before, ...after }).filter((path) => ownLines.web.test(path));
  const isServer = (path: string) => path.endsWith("-server.conf");
  const changed = paths.filter((path) => before[path] !== after[path]);
  return [
    ...(changed.some(isServer) ? [judgedByAuthor("webstack:web.nginxSnippet")] : []),
    ...(changed.some((path) => !isServer(path)) ? [judgedByAuthor("webstack:web.locations")] : []),
  ];
}

/** The end of `app.affinity`, or another one. */
function affinityLosses(before: Texts, after: Texts): Effect[] {
  const rule = (texts: Texts) => /^ *balance hash .*$/m.exec(texts[haproxyPath] ?? "")?.[0];
  if (rule(before) === undefined || rule(before) === rule(after)) return [];
  const visitors =
    "clients come to other processes of the app, which lack what the former ones kept in memory";
  return [{ level: 1, visitors, reason: "app.affinity no longer holds a client at its process" }];
}

/** Calls of the app to outside that the host's firewall no longer lets pass. */
function callLosses(before: Texts, after: Texts): Effect[] {
  const calls = (texts: Texts) =>
    [...(texts["/etc/nftables.conf"] ?? "").matchAll(/^ *meta skuid "app" (.*) accept$/gm)].map(
      ([, what]) => what!,
    );
  const [old, next] = [calls(before), calls(after)];
  const isAnywhere = next.some((what) => what.startsWith("meta l4proto"));
  if (isAnywhere || old.every((what) => next.includes(what))) return [];
  const visitors = "what the app asks of servers outside of the stack may fail";
  return [{ level: 1, visitors, reason: "the app may reach less outside of the stack" }];
}

/** Address blocks from which SSH no longer reaches the servers of a firewall. */
function sshLosses({ before, after }: Step): Effect[] {
  const blocks = ({ rules }: Values) =>
    (Array.isArray(rules) ? rules : [])
      .filter((rule): rule is Values => isMap(rule) && rule.port === "22")
      .flatMap(({ sourceIps }) => (Array.isArray(sourceIps) ? sourceIps.map(valueText) : []));
  if ([before, after].some(({ rules }) => !Array.isArray(rules))) return [];
  const kept = blocks(after);
  const gone = blocks(before).filter((block) => !kept.includes(block));
  if (gone.length === 0) return [];
  const reason = `SSH from ${gone.join(", ")} no longer reaches the servers, so no up can run from there`;
  return [{ level: 1, visitors: "nothing that answers visitors stops", reason }];
}
