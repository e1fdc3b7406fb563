import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { filterAnswer, authorize, type BrokerRules, type Verdict } from "./broker/authorize";
import type { ChallengeRequest } from "./broker/challenge-request";
import { type Claim, Gateway } from "./broker/gateway";
import { type Quota, type Quotas, quotas } from "./broker/quota";
import { ChallengeRecord } from "./cloud-api/challenge-record";
import { DefaultRoute } from "./cloud-api/default-route";
import { ApiFailure } from "./cloud-api/failure";
import { relayedApi } from "./cloud-api/relayed-api";
import { FloatingIpApi } from "./mover/api";
import { monotonicMs } from "./time/monotonic";

/** Content of `/etc/webstack/broker.json`. */
interface Config extends BrokerRules {
  endpoint: string;
  privateIp: string;
  port: number;
}

/** Longest request body, bytes; an assign has about 20. */
const maxBodyBytes = 1_000;
/**
 * Pause between two calls to the API without a request, so that DNS answer and connection are warm,
 * milliseconds.
 */
const warmMs = 300_000;

const config = JSON.parse(readFileSync("/etc/webstack/broker.json", "utf8")) as Config;
const settings = { agent: "webstack-broker", token: credential("token") };
const api = relayedApi(config.endpoint, settings, config.egress);
const limits = new Map<string, Quotas>(
  config.servers.map(({ name }) => [name, quotas(monotonicMs(), config.wildcards ?? [])]),
);

/**
 * Unique id of this broker process, and the assigns that it has made: the movers learn from it that the
 * other load balancer took the address.
 */
const run = `${config.privateIp} ${Date.now()}`;
let moved: { moves: number; by?: string } = { moves: 0 };
/** Load balancer of the last assign, from its request on, unless that failed; the API decides after a while. */
let taking: { by: string; untilMs: number } | undefined;
const takingMs = 30_000;
const gateway = config.egress && new Gateway(new DefaultRoute(config.egress.network), owns, say);

function credential(name: string): string {
  return readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/${name}`, "utf8").trim();
}

function say(level: 4 | 5 | 6, text: string): void {
  console.log(`<${level}>${text}`);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > maxBodyBytes) return undefined;
  }
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: object, waitMs?: number): void {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (waitMs !== undefined) {
    headers["ratelimit-reset"] = String(Math.ceil((Date.now() + waitMs) / 1000));
  }
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string, waitMs?: number): void {
  answer(response, status, { error: { code: "broker", message } }, waitMs);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const caller = String((request.socket as TLSSocket).getPeerCertificate().subject?.CN);
  const method = request.method ?? "";
  const path = new URL(request.url ?? "/", "http://broker").pathname.replace(/^\/v1\//, "");
  const verdict = authorize({ caller, method, path, body: await bodyOf(request) }, config);
  if (verdict.type === "ready") return answer(response, 200, { run, ...moved });
  if (verdict.type === "refuse") {
    say(4, `request of ${caller} refused: ${verdict.reason}`);
    return refuse(response, verdict.status, verdict.reason);
  }
  const isFree = verdict.type === "lead" && gateway!.isMovingTo(verdict.gateway);
  const { domain, quota } = quotaOf(verdict, limits.get(caller)!);
  const waitMs = isFree ? 0 : quota.take(monotonicMs());
  if (waitMs > 0) {
    const about = domain === undefined ? "" : ` for ${domain}`;
    say(4, `${caller} exceeds its request limit${about}; next request in ${waitMs} ms`);
    return refuse(response, 429, "too many requests", waitMs);
  }
  if (verdict.type === "lead") return lead(caller, verdict.gateway, response);
  if (verdict.type === "challenge") return challenge(caller, verdict, response);
  return pass(caller, verdict, response);
}

/** The quota that counts for a request, and its domain, if each domain has one. */
function quotaOf(
  verdict: Exclude<Verdict, { type: "ready" | "refuse" }>,
  { proofs, ...others }: Quotas,
): { quota: Quota; domain?: string } {
  if (verdict.type === "challenge") {
    return { quota: proofs.get(verdict.domain)!, domain: verdict.domain };
  }
  return { quota: others[verdict.type === "pass" ? verdict.kind : verdict.type] };
}

async function challenge(
  caller: string,
  { domain, change }: ChallengeRequest,
  response: ServerResponse,
): Promise<void> {
  const what = change ? `${change.verb} a proof of ${domain}` : `find the zone of ${domain}`;
  try {
    const record = new ChallengeRecord(api.for(caller), domain, `webstack ${config.selector}`);
    if (change) await record[change.verb](change.value);
    if (change) say(5, `${caller} asked to ${what}: done`);
    answer(response, 200, change ? {} : await record.zone());
  } catch (error) {
    const { message, more = {} } = error as ApiFailure;
    say(4, `${caller} asked to ${what}: ${message}`);
    // 403 tells the caller that the domain is not the stack's, so it is not passed on from the API.
    const status = more.status === undefined || more.status === 403 ? 502 : more.status;
    refuse(response, status, message, more.retryAfterMs);
  }
}

/** True if the caller's server has all floating IPs of the stack that exist. */
async function owns({ caller, api }: Claim): Promise<boolean> {
  const { id } = config.servers.find(({ name }) => name === caller)!;
  const servers = await new FloatingIpApi(api, config.selector).owners(config.floatingIps);
  return servers.every((server) => server === undefined || server === id);
}

async function lead(caller: string, privateIp: string, response: ServerResponse): Promise<void> {
  const isTaking = taking?.by === caller && monotonicMs() < taking.untilMs;
  const claim = { caller, gateway: privateIp, isTaking, api: api.relayedFor(caller) };
  try {
    answer(response, 200, { gateway: await gateway!.lead(claim, monotonicMs) });
  } catch (error) {
    const { message, more = {} } = error as ApiFailure;
    refuse(response, more.status ?? 502, message, more.retryAfterMs);
  }
}

async function pass(
  caller: string,
  { kind, path, body }: Extract<Verdict, { type: "pass" }>,
  response: ServerResponse,
): Promise<void> {
  const begun = monotonicMs();
  const took = () => `${monotonicMs() - begun} ms`;
  try {
    if (kind === "assign") taking = { by: caller, untilMs: begun + takingMs };
    const found = await api.for(caller).call(body ? "POST" : "GET", path, body);
    if (kind === "assign") {
      moved = { moves: moved.moves + 1, by: caller };
      say(5, `${caller} called ${path}, ${took()}`);
    }
    answer(response, 200, filterAnswer(found, config));
  } catch (error) {
    const { message, more = {}, locked } = error as ApiFailure;
    say(4, `${caller} called ${path}: ${message}, ${took()}`);
    // A server that is locked gets the address a moment later, or has the other one already.
    if (kind === "assign" && taking?.by === caller && !locked) taking = undefined;
    refuse(response, more.status ?? 502, message, more.retryAfterMs);
  }
}

function keepWarm(): void {
  const { name: caller } = config.servers[0]!;
  const verdict = authorize(
    { caller, method: "GET", path: "floating_ips", body: undefined },
    config,
  );
  if (verdict.type !== "pass") return;
  void api.keepWarm(verdict.path).then((faults) => faults.forEach((fault) => say(4, fault)));
}

const tls = { key: credential("key"), cert: credential("cert"), ca: credential("ca") };
const strict = { requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" as const };
const server = createServer({ ...tls, ...strict }, (request, response) => {
  handle(request, response).catch((error: Error) => refuse(response, 500, error.message));
});
// Longer than the movers' pause between two requests, so that their connections stay open.
server.keepAliveTimeout = 60_000;
server.listen(config.port, config.privateIp, () =>
  say(6, `listens on ${config.privateIp}:${config.port}`),
);
keepWarm();
setInterval(keepWarm, warmMs);
