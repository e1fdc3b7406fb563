/** What the broker may do, and for whom. */
export interface Rules {
  /** Floating IPs that may be moved. */
  floatingIps: readonly number[];
  /** The load balancers: name in the certificate, id in the cloud. */
  servers: readonly { name: string; id: number }[];
  /** Labels that those floating IPs have, such as `stack=dev`. */
  selector: string;
}

/** A request as it came in. */
export interface Request {
  /** Name in the caller's certificate. */
  caller: string;
  method: string;
  /** Path below `/v1/`, without a query. */
  path: string;
  body: unknown;
}

/** What becomes of a request. */
export type Verdict =
  | { type: "ready" }
  | { type: "pass"; kind: "read" | "assign"; path: string; body?: { server: number } }
  | { type: "refuse"; status: 403 | 404; reason: string };

/**
 * Judges a request. A load balancer may give each address to itself, read who has them, and look
 * at an action; nothing else, whatever the token could do.
 */
export function judge({ caller, method, path, body }: Request, rules: Rules): Verdict {
  const server = rules.servers.find(({ name }) => name === caller);
  if (!server) return { type: "refuse", status: 403, reason: `${caller} is no load balancer` };
  if (method === "GET" && path === "ready") return { type: "ready" };
  if (method === "GET" && path === "floating_ips") {
    const query = `per_page=50&label_selector=${encodeURIComponent(rules.selector)}`;
    return { type: "pass", kind: "read", path: `${path}?${query}` };
  }
  if (method === "GET" && /^actions\/\d{1,15}$/.test(path)) {
    return { type: "pass", kind: "read", path };
  }
  const [, id] = /^floating_ips\/(\d{1,15})\/actions\/assign$/.exec(path) ?? [];
  if (method !== "POST" || id === undefined) {
    return { type: "refuse", status: 404, reason: `${method} ${path} is not offered` };
  }
  if (!rules.floatingIps.includes(Number(id))) {
    return { type: "refuse", status: 403, reason: `floating IP ${id} is not of this stack` };
  }
  const wanted = (body as { server?: unknown } | undefined)?.server;
  if (wanted !== server.id) {
    const found = JSON.stringify(wanted);
    const reason = `${caller} may give an address to itself (${server.id}), not to ${found}`;
    return { type: "refuse", status: 403, reason };
  }
  return { type: "pass", kind: "assign", path, body: { server: server.id } };
}

interface Answer {
  floating_ips?: { id: number; server: number | null }[];
  action?: { id: number; status: string; error?: unknown };
}

/** The part of an answer of the API that a load balancer needs. */
export function answerFor(answer: unknown, rules: Rules): Answer {
  const { floating_ips, action } = answer as Answer;
  if (floating_ips) {
    const known = floating_ips.filter(({ id }) => rules.floatingIps.includes(id));
    return { floating_ips: known.map(({ id, server }) => ({ id, server })) };
  }
  if (!action) return {};
  return { action: { id: action.id, status: action.status, error: action.error ?? null } };
}
