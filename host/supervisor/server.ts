import { createServer } from "node:http";
import { type LastView, type NodeState, viewOf } from "./view";

/** What the server answers from. */
export interface Answers {
  /** The last look at MySQL. */
  state: () => NodeState;
  /** False if that look is too old: MySQL hangs. */
  isFresh: () => boolean;
  /** Why the node is not healthy; undefined if it is. */
  problem: () => string | undefined;
  /** True if enough nodes know that this one is the primary. */
  confirmed: () => boolean;
  /** Takes over who is the primary. */
  adopt: (view: LastView) => void;
  /** Grants or refuses the claim of a node that knows of that view as the last. */
  claim: (by: string, view: LastView | null) => boolean;
  release: (by: string) => void;
  /** Learns that a member is about to come or to leave. */
  announced: () => void;
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
export function isReplica({ member, majority, lagMs }: NodeState, limitMs: number): boolean {
  return member?.state === "ONLINE" && member.role === "SECONDARY" && majority && lagMs <= limitMs;
}

/** Milliseconds of `1s`, `500ms` or a bare number of milliseconds. */
export function durationMs(text: string): number {
  const found = /^(\d+)(ms|s)?$/.exec(text);
  return found ? Number(found[1]) * (found[2] === "s" ? 1000 : 1) : 1000;
}

/** Serves `/primary`, `/replica?lag=`, `/health`, `/state`, and between the nodes `/view`, `/claim?by=`, `/release?by=` and `/change`, on the private address. */
export function serve(address: string, answers: Answers): void {
  const server = createServer((call, response) => {
    const url = new URL(call.url ?? "/", "http://node");
    answers.onAsked(call.socket.remoteAddress ?? "", url.pathname);
    const fresh = answers.isFresh();
    const state = answers.state();
    const yes = (good: boolean, text: string) => {
      response.writeHead(good ? 200 : 503, { "content-type": "text/plain" }).end(`${text}\n`);
    };
    const json = (value: object) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    switch (url.pathname) {
      case "/primary":
        return yes(fresh && isPrimary(state) && answers.confirmed(), "primary");
      case "/replica":
        return yes(
          fresh && isReplica(state, durationMs(url.searchParams.get("lag") ?? "1s")),
          "replica",
        );
      case "/health": {
        const problem = fresh ? answers.problem() : "MySQL does not answer";
        return yes(problem === undefined, problem ?? "healthy");
      }
      case "/state":
        return json(fresh ? state : { ...state, ready: false, member: null });
      case "/view": {
        const view = viewOf(url.searchParams);
        if (view) answers.adopt(view);
        return json(answers.state());
      }
      case "/claim":
        return json({
          granted: answers.claim(url.searchParams.get("by") ?? "", viewOf(url.searchParams)),
          state,
        });
      case "/change":
        answers.announced();
        return json({});
      case "/release":
        answers.release(url.searchParams.get("by") ?? "");
        return json({});
      default:
        return yes(false, "unknown");
    }
  });
  server.keepAliveTimeout = 10_000;
  const listen = () => server.listen(9200, address);
  server.on("error", (error) => {
    console.log(`<4>cannot listen on ${address}:9200 (${error.message}); trying again`);
    setTimeout(listen, 1_000);
  });
  listen();
}
