import { createServer, type Server } from "node:http";
import type { Problem } from "../policy/problem";
import { type LastView, type NodeState, viewOf } from "../core/view";

/** What the server answers from. */
export interface Answers {
  /** The last look at MySQL. */
  state: () => NodeState;
  /** False if that look is too old: MySQL hangs. */
  isFresh: () => boolean;
  /** Why the node is not healthy; undefined if it is. */
  problem: () => Problem | undefined;
  /** True if enough nodes know that this one is the primary. */
  confirmed: () => boolean;
  /** Takes over who is the primary. */
  adopt: (view: LastView) => void;
  /** Grants or refuses the claim of a node that knows of that view as the last. */
  claim: (by: string, view: LastView | null) => boolean;
  release: (by: string) => void;
  /** Learns that a member is about to come or to leave. */
  announced: () => void;
  /** Makes ready for the stop of this node's MySQL. */
  leaving: () => void;
  /** True for the address of a database node, this one too. */
  isPeer: (address: string) => boolean;
  /** Learns who asks for what. */
  onAsked: (address: string, path: string) => void;
}

/** True if writes may go to the node. */
export function isPrimary({ member, writable, majority, diskSpent }: NodeState): boolean {
  const isMade = member?.state === "ONLINE" && member.role === "PRIMARY";
  // A write that finds no room would end MySQL; this way it is refused, and reads go on.
  return isMade && writable && majority && !diskSpent;
}

/** True if reads may go to the node. */
export function isReplica(state: NodeState, limitMs: number): boolean {
  const { member, majority, dataAgeMs } = state;
  const isMember = member?.state === "ONLINE" && member.role === "SECONDARY" && majority;
  return isMember && dataAgeMs <= limitMs;
}

/** Milliseconds of `1s`, `500ms` or a bare number of milliseconds. */
export function durationMs(text: string): number {
  const found = /^(\d+)(ms|s)?$/.exec(text);
  return found ? Number(found[1]) * (found[2] === "s" ? 1000 : 1) : 1000;
}

/** How long the nodes ask for patience that are on their way into the group, seconds. */
const patienceSeconds = 180;

/** What a call is answered with. */
interface Answer {
  status: number;
  body: string | object;
  retryAfterSeconds?: number;
}

function answer(url: URL, answers: Answers): Answer | undefined {
  const fresh = answers.isFresh();
  const state = answers.state();
  const role = (good: boolean, body: string) => ({ status: fresh && good ? 200 : 503, body });
  switch (url.pathname) {
    case "/primary":
      return role(isPrimary(state) && answers.confirmed(), "primary");
    case "/replica":
      return role(isReplica(state, durationMs(url.searchParams.get("lag") ?? "1s")), "replica");
    case "/health":
      return health(fresh ? answers.problem() : { text: "MySQL does not answer", moving: false });
    case "/state":
      return { status: 200, body: fresh ? state : { ...state, ready: false, member: null } };
    default:
      return undefined;
  }
}

function health(problem: Problem | undefined): Answer {
  if (!problem) return { status: 200, body: "healthy" };
  const retryAfterSeconds = problem.moving ? patienceSeconds : 0;
  return { status: 503, body: problem.text, retryAfterSeconds };
}

/** What the nodes of the group say to each other; nobody else may. */
function answerPeer(url: URL, answers: Answers): Answer | undefined {
  const by = url.searchParams.get("by") ?? "";
  const view = viewOf(url.searchParams);
  switch (url.pathname) {
    case "/view":
      if (view) answers.adopt(view);
      return { status: 200, body: answers.state() };
    case "/claim": {
      const state = answers.state();
      return { status: 200, body: { granted: answers.claim(by, view), state } };
    }
    case "/change":
      answers.announced();
      return { status: 200, body: {} };
    case "/release":
      answers.release(by);
      return { status: 200, body: {} };
    default:
      return undefined;
  }
}

/** What this host may say to its own supervisor; nobody else may. */
function answerSelf(url: URL, answers: Answers): Answer | undefined {
  if (url.pathname !== "/leaving") return undefined;
  answers.leaving();
  return { status: 200, body: {} };
}

/**
 * Serves `/primary`, `/replica?lag=`, `/health` and `/state`, and to the other database nodes
 * `/view`, `/claim?by=`, `/release?by=` and `/change`, and `/leaving` to its own host, on the private
 * address. A `/health` of 503 with `Retry-After` is that of a node that is on its way.
 */
export function serve(address: string, answers: Answers, port = 9200): Server {
  const server = createServer((call, response) => {
    const url = new URL(call.url ?? "/", "http://node");
    const caller = call.socket.remoteAddress ?? "";
    answers.onAsked(caller, url.pathname);
    const found =
      answer(url, answers) ??
      (answers.isPeer(caller) ? answerPeer(url, answers) : undefined) ??
      (caller === address ? answerSelf(url, answers) : undefined);
    const { status, body, retryAfterSeconds = 0 } = found ?? { status: 404, body: "unknown" };
    const isText = typeof body === "string";
    response.writeHead(status, {
      "content-type": isText ? "text/plain" : "application/json",
      ...(retryAfterSeconds > 0 ? { "retry-after": String(retryAfterSeconds) } : {}),
    });
    response.end(isText ? `${body}\n` : JSON.stringify(body));
  });
  server.keepAliveTimeout = 10_000;
  const listen = () => server.listen(port, address);
  server.on("error", (error) => {
    console.log(`<4>cannot listen on ${address}:${port} (${error.message}); trying again`);
    setTimeout(listen, 1_000);
  });
  listen();
  return server;
}
