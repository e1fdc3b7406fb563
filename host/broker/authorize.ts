import { type ChallengeRequest, challengeRequest } from "./challenge-request";

/** What a broker may pass on to the Hetzner API, and for which callers. */
export interface BrokerRules {
  /** Ids of the floating IPs that may be assigned. */
  floatingIps: readonly number[];
  /** The load balancers: common name in the certificate, and server id. */
  servers: readonly { name: string; id: number }[];
  /** Label selector of those floating IPs, such as `stack=dev`. */
  selector: string;
  /** Wildcard domains whose challenge records may be written into the project's zones. @default none */
  wildcards?: readonly string[];
  /** The way out of nodes without a public address. @default the nodes have public addresses */
  egress?: {
    /** Id of the private network whose default route may be moved. */
    network: number;
    /** Load balancers: common name in the certificate, and private address. */
    gateways: readonly { name: string; privateIp: string }[];
    /** TCP port of each load balancer's relay to the API. */
    relayPort: number;
  };
}

/** A request to the broker. */
export interface Request {
  /** Common name in the caller's certificate. */
  caller: string;
  method: string;
  /** Path below `/v1/`, without a query. */
  path: string;
  body: unknown;
}

/** Decision about a request. */
export type Verdict =
  | { type: "ready" }
  | { type: "lead"; gateway: string }
  | ({ type: "challenge" } & ChallengeRequest)
  | { type: "pass"; kind: "read" | "assign"; path: string; body?: { server: number } }
  | { type: "refuse"; status: 403 | 404; reason: string };

/**
 * Authorizes a request. A load balancer may assign each floating IP to itself, read the owners, read an action, and
 * lead the default route to itself, and add or remove a challenge record of a wildcard domain of the stack; nothing else, whatever
 * the token allows.
 */
export function authorize({ caller, method, path, body }: Request, rules: BrokerRules): Verdict {
  const server = rules.servers.find(({ name }) => name === caller);
  if (!server)
    return {
      type: "refuse",
      status: 403,
      reason: `${caller} is not a load balancer of this stack`,
    };
  if (method === "GET" && path === "ready") return { type: "ready" };
  if (method === "GET" && path === "floating_ips") {
    const query = `per_page=50&label_selector=${encodeURIComponent(rules.selector)}`;
    return { type: "pass", kind: "read", path: `${path}?${query}` };
  }
  if (method === "GET" && /^actions\/\d{1,15}$/.test(path)) {
    return { type: "pass", kind: "read", path };
  }
  const own = rules.egress?.gateways.find(({ name }) => name === caller);
  // The address follows from the certificate, never from the body.
  if (method === "POST" && path === "gateway" && own) {
    return { type: "lead", gateway: own.privateIp };
  }
  if (method === "POST" && path === "challenge") {
    const challenge = challengeRequest(body, rules.wildcards ?? []);
    if (typeof challenge === "string") return { type: "refuse", status: 403, reason: challenge };
    return { type: "challenge", ...challenge };
  }
  const [, id] = /^floating_ips\/(\d{1,15})\/actions\/assign$/.exec(path) ?? [];
  if (method !== "POST" || id === undefined) {
    return { type: "refuse", status: 404, reason: `${method} ${path} is not allowed` };
  }
  if (!rules.floatingIps.includes(Number(id))) {
    return {
      type: "refuse",
      status: 403,
      reason: `floating IP ${id} does not belong to this stack`,
    };
  }
  const wanted = (body as { server?: unknown } | undefined)?.server;
  if (wanted !== server.id) {
    const found = JSON.stringify(wanted);
    const reason = `${caller} may assign a floating IP only to itself (server ${server.id}), got ${found}`;
    return { type: "refuse", status: 403, reason };
  }
  return { type: "pass", kind: "assign", path, body: { server: server.id } };
}

interface Answer {
  floating_ips?: { id: number; server: number | null }[];
  action?: { id: number; status: string; error?: unknown };
}

/** The fields of an API answer that a load balancer needs. */
export function filterAnswer(answer: unknown, rules: BrokerRules): Answer {
  const { floating_ips, action } = answer as Answer;
  if (floating_ips) {
    const known = floating_ips.filter(({ id }) => rules.floatingIps.includes(id));
    return { floating_ips: known.map(({ id, server }) => ({ id, server })) };
  }
  if (!action) return {};
  return { action: { id: action.id, status: action.status, error: action.error ?? null } };
}
