/** Result of one command on a host. */
export interface Answer {
  /** Exit status; null: the program is missing, or it took too long. */
  status: number | null;
  /** Standard output and standard error, at most 64 KiB. */
  text: string;
}

/** The answers of one node. */
export interface NodeEvidence {
  /** Name, such as `web-2`. */
  name: string;
  role: "lb" | "web" | "app" | "db";
  /** Private IPv4 address, no prefix. */
  privateIp: string;
  /** The cloud's number of the server; undefined: not known. */
  serverId?: number | undefined;
  /** Answers by the names of `prove/questions.ts`; undefined: the node was not reached. */
  answers: Readonly<Record<string, Answer>> | undefined;
}

/** The answers of the cloud's API; locations are names such as `nbg1`. */
export interface CloudEvidence {
  /** Headers of an answer about calls that are left, in small letters. */
  rateLimit: Readonly<Record<string, string>>;
  floatingIp?: {
    homeLocation: string;
    /** Name of the server that has the address; undefined: none has. */
    server?: string | undefined;
  };
  /** Location of each server of the stack by its name. */
  locations: Readonly<Record<string, string>>;
}

/** The effect of a planned move of the address on visitors. */
export interface SwitchEvidence {
  from: string;
  to: string;
  requests: number;
  failed: number;
  slowestMs: number;
  outageMs: number;
}

/** Everything that a stack showed. */
export interface Evidence {
  nodes: readonly NodeEvidence[];
  /** Image of the stack file, such as `ubuntu-26.04`. */
  image: string;
  /** Floating IPv4 address, no prefix. */
  floatingIp: string;
  /** Floating IPv6 address, no prefix; undefined: the stack has none. */
  floatingIpv6?: string | undefined;
  /** A text: why the API was not asked. */
  cloud: CloudEvidence | string;
  /** A text: why the address was not moved. */
  moved: SwitchEvidence | string;
  now: Date;
}

/** `unknown`: the stack did not show whether the assumption holds. */
export type Verdict = "ok" | "differs" | "unknown";

/** What was seen of an assumption. */
export interface Seen {
  verdict: Verdict;
  /** What was seen, without addresses and secrets. */
  text: string;
}

/** Something that the program relies on, and that the local cloud does not prove. */
export interface Assumption {
  /** One word, such as `apparmor`; the key in a ledger. */
  id: string;
  /** What the program relies on; a sentence without a full stop. */
  assumed: string;
  /** What the local cloud does instead; a sentence without a full stop. */
  local: string;
  /** True if the local cloud is known not to do what is assumed. @default false */
  differsLocally?: boolean;
  judge: (evidence: Evidence) => Seen;
}

/** Builders of what was seen. */
export const ok = (text: string): Seen => ({ verdict: "ok", text });
export const differs = (text: string): Seen => ({ verdict: "differs", text });
export const unknown = (text: string): Seen => ({ verdict: "unknown", text });

const order: readonly Verdict[] = ["differs", "unknown", "ok"];

/** The worst verdict: one node that differs makes the stack differ. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return order.find((verdict) => verdicts.includes(verdict)) ?? "unknown";
}

/** Nodes that saw the same are named together; what all saw is told once. */
function summary(seen: readonly { name: string; text: string }[]): string {
  const names = new Map<string, string[]>();
  for (const { name, text } of seen) names.set(text, [...(names.get(text) ?? []), name]);
  if (names.size === 1) return seen[0]!.text;
  return [...names].map(([text, who]) => `${who.join(", ")}: ${text}`).join("; ");
}

/**
 * A judge that looks at each node of some tiers. `look` takes the answer to a question; a missing one has no status.
 */
export function onEach(
  roles: readonly NodeEvidence["role"][],
  look: (ask: (question: string) => Answer, node: NodeEvidence, evidence: Evidence) => Seen,
): Assumption["judge"] {
  return (evidence) => {
    const nodes = evidence.nodes.filter(({ role }) => roles.includes(role));
    if (nodes.length === 0) return unknown("no such node");
    const seen = nodes.map((node) => ({ name: node.name, ...lookAt(node, look, evidence) }));
    return { verdict: worst(seen.map(({ verdict }) => verdict)), text: summary(seen) };
  };
}

function lookAt(node: NodeEvidence, look: Parameters<typeof onEach>[1], evidence: Evidence): Seen {
  const { answers } = node;
  if (answers === undefined) return unknown("not reached");
  return look((question) => answers[question] ?? { status: null, text: "" }, node, evidence);
}

/** All tiers. */
export const everywhere: readonly NodeEvidence["role"][] = ["lb", "web", "app", "db"];
