import type { LastView, NodeState } from "../core/view";
import type { Problem } from "../policy/problem";
import type { ControlAnswer, ControlHandlers } from "./control-server";
import type { PeerHandlers } from "./peer-server";

/** How long the nodes ask for patience that are on their way into the group, seconds. */
const patienceSeconds = 180;

/** What calls are answered from. */
export interface Answers {
  /** The last look at MySQL. */
  state: () => NodeState;
  /** False if that look is too old: MySQL hangs. */
  isFresh: () => boolean;
  /** Why the node is not healthy; undefined if it is. */
  problem: () => Problem | undefined;
  /** Takes over who is the primary. */
  adopt: (view: LastView) => void;
  /** Grants or refuses the claim of a node that knows of that view as the last. */
  claim: (by: string, view: LastView | null) => boolean;
  /** Takes back the claim of a node. */
  release: (by: string) => void;
  /** Learns that a member is about to come or to leave. */
  announced: () => void;
  /** Makes ready for the stop of this node's MySQL. */
  leaving: () => void;
}

/** What the nodes of the group say to each other. */
export function peerHandlers(answers: Answers): PeerHandlers {
  return {
    "/state": () => told(answers),
    "/view": (_, body) => {
      const view = viewIn(body);
      if (!view) return undefined;
      answers.adopt(view);
      return answers.state();
    },
    "/claim": (peer, body) => {
      const view = viewIn(body);
      if (view === undefined) return undefined;
      const state = answers.state();
      return { granted: answers.claim(peer, view), state };
    },
    "/release": (peer) => {
      answers.release(peer);
      return {};
    },
    "/change": () => {
      answers.announced();
      return {};
    },
  };
}

/** What root of this host may ask of its supervisor, and tell it. */
export function controlHandlers(answers: Answers): ControlHandlers {
  return {
    "GET /state": () => ({ status: 200, body: told(answers) }),
    "GET /health": () => health(answers),
    "POST /leaving": () => {
      answers.leaving();
      return { status: 200, body: {} };
    },
  };
}

/** The state as others may take it: that of a MySQL that hangs is no member. */
function told({ state, isFresh }: Answers): NodeState {
  return isFresh() ? state() : { ...state(), ready: false, member: null };
}

/** 503 with patience is the answer of a node that is on its way. */
function health({ isFresh, problem }: Answers): ControlAnswer {
  const found = isFresh() ? problem() : { text: "MySQL does not answer", moving: false };
  if (!found) return { status: 200, body: "healthy" };
  const retryAfterSeconds = found.moving ? patienceSeconds : 0;
  return { status: 503, body: found.text, retryAfterSeconds };
}

/** The view of a body `{ view }`: null if it says that there is none, undefined if it does not fit. */
export function viewIn(body: unknown): LastView | null | undefined {
  if (typeof body !== "object" || body === null || !("view" in body)) return undefined;
  const { view } = body;
  if (view === null) return null;
  if (typeof view !== "object") return undefined;
  const { primary, epoch, counter, turn } = view as Partial<Record<keyof LastView, unknown>>;
  const isNamed = typeof primary === "string" && primary !== "";
  if (!isNamed || typeof epoch !== "string" || !/^\d{1,20}$/.test(epoch)) return undefined;
  if (!isCount(counter) || counter === 0 || !isCount(turn)) return undefined;
  return { primary, epoch, counter, turn };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
