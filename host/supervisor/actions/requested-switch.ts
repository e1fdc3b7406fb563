import type { NodeState } from "../core/node-state";
import { log } from "../log";
import { longestSwitchMs, type PlannedSwitch, type SwitchAnswer } from "./planned-switch";

/** Longest wait for the primary's answer, milliseconds: its switch, and a second for a busy host. */
export const forwardedMs = longestSwitchMs + 1_000;

/** What a {@link RequestedSwitch} needs. */
export interface RequestedSwitchTools {
  /** The switch of this node, if it is the primary. */
  planned: Pick<PlannedSwitch, "request">;
  /** State of this node at the last poll; undefined if that poll is stale. */
  self: () => NodeState | undefined;
  peers: () => readonly NodeState[];
  /** Answer of a peer to a request; undefined if there is none in so many milliseconds. */
  askPeer: (node: string, path: string, body: object, longestMs: number) => Promise<unknown>;
}

/**
 * Requests of root on this host for another primary. The supervisor of the primary makes the switch, so that writes
 * wait for it; that may be the supervisor of a peer, since a smaller count of nodes may remove the primary.
 */
export class RequestedSwitch {
  constructor(private readonly tools: RequestedSwitchTools) {}

  /**
   * Carries out `{"to": "db-3"}` or nothing, if this node is the primary; and `{"to": "db-3", "among": ["db-2", "db-3"]}`
   * whichever node is, unless one of `among` is the primary. If `to` cannot be it, another one of them becomes it.
   */
  async request(body: unknown): Promise<SwitchAnswer> {
    const heirs = heirsIn(body);
    if (!heirs) return this.tools.planned.request(body);
    const primary = this.primary();
    if (primary === undefined) return refused("no primary of a majority is known");
    if (heirs.includes(primary)) return refused(`${primary} is the primary already`);
    let answer = refused("to and among must name nodes");
    for (const to of heirs) {
      answer = await this.from(primary, to);
      // Only a refusal leaves everything as it was.
      if (answer.status !== 409) break;
    }
    return answer;
  }

  private primary(): string | undefined {
    const self = this.tools.self();
    const group = self ? [self, ...this.tools.peers()] : [];
    const isPrimary = ({ member, majority, groupId }: NodeState) =>
      member?.state === "ONLINE" &&
      member.role === "PRIMARY" &&
      majority &&
      groupId === self!.groupId;
    return group.find(isPrimary)?.node;
  }

  /** Has a primary hand its role over. */
  private async from(primary: string, to: string): Promise<SwitchAnswer> {
    const { planned, self, askPeer } = this.tools;
    if (primary === self()?.node) return planned.request({ to });
    log(5, `requests of ${primary} that it hands the primary role over to ${to}`);
    const answer = await askPeer(primary, "/hand-over", { to }, forwardedMs);
    // An earlier supervisor does not know the request.
    return isAnswer(answer)
      ? answer
      : { status: 502, body: { refusal: `${primary} does not hand over` } };
  }
}

/**
 * The nodes of which one is to be the primary, the wanted one first; none if the request is malformed, undefined if it
 * is for this node's own switch.
 */
function heirsIn(body: unknown): string[] | undefined {
  const { to, among } = (body ?? {}) as { to?: unknown; among?: unknown };
  if (among === undefined) return undefined;
  const isName = (name: unknown): name is string => typeof name === "string";
  if (!isName(to) || !Array.isArray(among) || !among.every(isName)) return [];
  return [...new Set([to, ...[...among].reverse()])];
}

function isAnswer(answer: unknown): answer is SwitchAnswer {
  const { status, body } = (answer ?? {}) as { status?: unknown; body?: unknown };
  return [200, 409, 502].includes(status as number) && typeof body === "object" && body !== null;
}

function refused(refusal: string): SwitchAnswer {
  return { status: 409, body: { refusal } };
}
