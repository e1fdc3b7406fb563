import { type Certificate, type LastView, longestHad } from "./certificate";
import type { Electorate } from "./electorate";
import type { VoteRequest } from "./founding-rule";
import type { NodeState } from "./node-state";

/** The latest group that a peer knows, as the peer sends it. */
export interface GroupRecord {
  certificate: Certificate;
  lastView: LastView | null;
}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : undefined;
}

/** Bound for counters from peers, far above any real value, so that an adopted counter can still rise. */
const mostCount = 2 ** 48;

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) < mostCount;
}

/** The view in a message; null if the message says that there is none, undefined if it is malformed. */
function viewIn(value: unknown): LastView | null | undefined {
  if (value === null) return null;
  const found = fields(value);
  if (!found) return undefined;
  const { primary, epoch, counter, turn } = found;
  if (!isName(primary)) return undefined;
  if (!isCount(epoch, 1) || !isCount(counter, 1) || !isCount(turn, 0)) return undefined;
  return { primary, epoch, counter, turn };
}

const kinds = ["majority", "first", "sole", "override", "inherited"] as const;

/** True for the name of a node: the lists of nodes differ while their number changes, and a record may name former nodes. */
function isName(name: unknown): name is string {
  return typeof name === "string" && /^[a-z][a-z0-9-]{0,62}$/.test(name);
}

/** Fewest votes for a founding by a majority: of two nodes or of three. The stack may have grown since. */
const fewestVotes = 2;
/** Most voters of a certificate: more than any stack has databases. */
const mostVoters = 32;

function certificateIn(value: unknown): Certificate | undefined {
  const found = fields(value);
  if (!found) return undefined;
  const { epoch, founder, voters, groupId } = found;
  const kind = kinds.find((one) => one === found.kind);
  if (!kind || !isCount(epoch, 1) || !isName(founder) || !Array.isArray(voters)) return undefined;
  if (voters.length > mostVoters || !voters.every(isName)) return undefined;
  if (typeof groupId !== "string" || !/^\d{1,20}$/.test(groupId)) {
    return undefined;
  }
  const isVoted = kind !== "majority" || new Set(voters).size >= fewestVotes;
  const knew = found.knew === undefined ? undefined : viewIn(found.knew);
  const had =
    typeof found.had === "string" && found.had.length <= longestHad ? found.had : undefined;
  if (!isVoted || (found.knew !== undefined && knew === undefined)) return undefined;
  return {
    epoch,
    founder,
    kind,
    voters: [...voters],
    groupId,
    ...(knew === undefined ? {} : { knew }),
    ...(had === undefined ? {} : { had }),
  };
}

/**
 * The group record in a peer's message; undefined if it is malformed, or has a
 * certificate without the votes that its kind needs.
 */
export function groupRecordIn(value: unknown): GroupRecord | undefined {
  const found = fields(value);
  const certificate = found && certificateIn(found.certificate);
  const lastView = found && viewIn(found.lastView);
  if (!certificate || lastView === undefined) return undefined;
  return { certificate, lastView };
}

/** Most nodes in a list: more than any stack has databases. */
function areNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= mostVoters && value.every(isName);
}

/** The electorate in a message; null if there is none, undefined if it is malformed. */
function electorateIn(value: unknown): Electorate | null | undefined {
  if (value === null || value === undefined) return null;
  const { members, next, step, by } = fields(value) ?? {};
  const view = viewIn(by);
  if (!areNames(members) || members.length === 0 || !isCount(step, 0) || view === undefined) {
    return undefined;
  }
  if (next === undefined) return { members, by: view, step };
  return areNames(next) && next.length > 0 ? { members, next, by: view, step } : undefined;
}

const namesOf = ["members", "connectingTo", "maybeConnectingTo", "notReading"] as const;
const textsOf = ["gtid", "waiting"] as const;
const agesOf = ["dataAgeMs", "commitMs"] as const;

/** The state that a node reports of itself; undefined if it is malformed or of another node. */
export function nodeStateIn(node: string, value: unknown): NodeState | undefined {
  const found = fields(value);
  if (!found || found.node !== node || !isCount(found.highest, 0) || !isCount(found.founding, 0)) {
    return undefined;
  }
  const isNames = (names: unknown) =>
    Array.isArray(names) && names.every((name) => typeof name === "string");
  const isAncestor = (one: unknown) =>
    typeof fields(one)?.epoch === "string" && typeof fields(one)?.founding === "string";
  const isWell =
    Array.isArray(found.lineage) &&
    found.lineage.every(isAncestor) &&
    namesOf.every((key) => isNames(found[key])) &&
    textsOf.every((key) => typeof found[key] === "string") &&
    agesOf.every((key) => found[key] === null || typeof found[key] === "number") &&
    (found.accepted === undefined || isNames(found.accepted)) &&
    (found.list === undefined || areNames(found.list)) &&
    electorateIn(found.electorate) !== undefined &&
    (found.trustedGtid == null || typeof found.trustedGtid === "string") &&
    fields(found.asked) !== undefined;
  return isWell ? (value as NodeState) : undefined;
}

/** The vote request of a founder; undefined if it is malformed. */
export function voteRequestIn(founder: string, value: unknown): VoteRequest | undefined {
  const found = fields(value);
  const lastView = found && viewIn(found.lastView);
  const kind = (["majority", "first"] as const).find((one) => one === found?.kind);
  if (!found || !kind || lastView === undefined || !isCount(found.epoch, 1)) return undefined;
  // A founder of an earlier release does not send its certificate.
  const certificate = found.certificate == null ? null : certificateIn(found.certificate);
  const electorate = electorateIn(found.electorate);
  if (certificate === undefined || electorate === undefined) return undefined;
  return { founder, epoch: found.epoch, kind, lastView, certificate, electorate };
}
