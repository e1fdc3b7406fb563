import { clocksApartMs, isAhead, timeOf } from "../../host/archiver/chain/manifest";
import { type Archiver, type ArchiveState, failedBase } from "./archive";

/** Limits of a healthy backup. */
const limit = { lagSeconds: 60, baseHours: 26, proofHours: 26, dumpDays: 9 };
/** Age from which a state is no longer that of now, seconds: an archiver writes its state each second. */
const staleSeconds = 180;
/** Number of objects that a line names. */
const mostNamed = 5;

/** Report on a stack's backups. */
export interface ArchiveReport {
  /** Lines about the backups; none without backups. */
  lines: string[];
  /** Errors, one line each. */
  errors: string[];
}

/** A part of a line with its error; an empty error means none. */
type ReportPart = readonly [text: string, error: string];

function hoursSince(id: string, nowUs: number): number {
  return (nowUs / 1_000 - timeOf(id)) / 3_600_000;
}

function age(what: string, id: string, nowUs: number, maxHours: number): ReportPart {
  if (id === "") return [`NO ${what}`, `there is no ${what}`];
  if (isAhead(id, nowUs / 1_000)) {
    const text = `last ${what} ${(-hoursSince(id, nowUs)).toFixed(1)} h in the future`;
    return [
      `${text} (WRONG CLOCK)`,
      `${text}: its age is unknown; compare the clock of the node with that of this machine (timedatectl)`,
    ];
  }
  const hours = hoursSince(id, nowUs).toFixed(1);
  const isOld = hoursSince(id, nowUs) > maxHours;
  const error = isOld ? `the last ${what} is ${hours} h old, more than ${maxHours} h` : "";
  return [`last ${what} ${hours} h ago${isOld ? " (TOO OLD)" : ""}`, error];
}

function lag({ newestUs }: ArchiveState, nowUs: number): ReportPart {
  if (newestUs === 0) return ["nothing archived yet", "nothing is archived yet"];
  const seconds = (nowUs - newestUs) / 1e6;
  if (seconds * 1_000 < -clocksApartMs) {
    const text = `the newest archived commit is ${(-seconds).toFixed(0)} s in the future`;
    return [
      `${text} (WRONG CLOCK)`,
      `${text}: the lag is unknown; compare the primary's clock with that of this machine (timedatectl)`,
    ];
  }
  const isOld = seconds > limit.lagSeconds;
  const text = `${Math.max(0, seconds).toFixed(0)} s behind`;
  const error = isOld ? `the archive is ${text}, more than ${limit.lagSeconds} s` : "";
  return [isOld ? `${text} (TOO OLD)` : text, error];
}

/** Age of the newest dump, and a later one that failed. Where dumps are off, nothing of them is an error. */
function dumps({ dumpOn, dump, failedDump, timeline }: ArchiveState, nowUs: number): ReportPart[] {
  if (isAhead(dump, nowUs / 1_000)) return [age("dump", dump, nowUs, limit.dumpDays * 24)];
  const days = hoursSince(dump, nowUs) / 24;
  const isOld = dumpOn !== "off" && days > limit.dumpDays;
  const error = isOld
    ? `the last dump is ${days.toFixed(1)} d old, more than ${limit.dumpDays} d`
    : "";
  const aged = `last dump ${days.toFixed(1)} d ago${isOld ? " (TOO OLD)" : ""}`;
  const none = dumpOn === "off" ? [] : [["no dump yet", ""] as const];
  const parts: ReportPart[] = dump === "" ? none : [[aged, error]];
  if (failedDump <= dump || dumpOn === "off") return parts;
  const text = `a dump FAILED ${hoursSince(failedDump, nowUs).toFixed(1)} h ago`;
  const reason = `${text}: ${timeline}/dump-failures/${failedDump}.json in the bucket says why`;
  return [...parts, [text, reason]];
}

/** A proof that failed after the last successful one. */
function failure({ proof, failedProof }: ArchiveState, nowUs: number): ReportPart[] {
  if (failedProof <= proof) return [];
  const text = `a restore FAILED ${hoursSince(failedProof, nowUs).toFixed(1)} h ago`;
  return [[text, `${text}: proof-failures/${failedProof}.json in the bucket says why`]];
}

/** Objects that do not count because of their names. */
function wrongNames({ ahead }: ArchiveState): ReportPart[] {
  if (ahead.length === 0) return [];
  const more = ahead.length > mostNamed ? ` and ${ahead.length - mostNamed} more` : "";
  const names = ahead.slice(0, mostNamed).join(", ") + more;
  return [
    [
      `OBJECTS OF THE FUTURE: ${ahead.length}`,
      `${names}: named after a time in the future, so a clock was or is wrong. These objects count for no age until then. ` +
        "Correct the clocks of the nodes and of the machine that proves (timedatectl), take a base (npm run db:backup), and then delete these objects with an access key that may delete",
    ],
  ];
}

/** A state that is not that of now; empty: the state is fresh. */
function staleness(name: string, { atUs }: ArchiveState, nowUs: number): string {
  const seconds = (nowUs - atUs) / 1e6;
  if (Math.abs(seconds) <= staleSeconds) return "";
  const found =
    seconds > 0
      ? `has not written its state for ${seconds.toFixed(0)} s`
      : `wrote its state ${(-seconds).toFixed(0)} s in the future`;
  return `the archiver of ${name} ${found}: it hangs, or a clock is wrong; look at journalctl -u webstack-archiver and timedatectl there`;
}

/** The parts of the line of a node that archives. */
function partsOf(
  { name, state }: { name: string; state: ArchiveState },
  isProofExpected: boolean,
  nowUs: number,
): ReportPart[] {
  const { base, proof, doing, problem } = state;
  const proved = age("proved restore", proof, nowUs, limit.proofHours);
  return [
    [`backups  ${name} ${doing}`, ""],
    ...(problem ? [[`PROBLEM: ${problem}`, `${problem}: ${doing}`] as const] : []),
    lag(state, nowUs),
    age("base", base, nowUs, limit.baseHours),
    ...failedBase({ ...state, node: name }, nowUs),
    ...dumps(state, nowUs),
    proof === "" && !isProofExpected ? [proved[0], ""] : proved,
    ...failure(state, nowUs),
    ...wrongNames(state),
  ];
}

/**
 * The report on the backups of a stack. Nothing is reported of a stack without backups.
 *
 * @param isProofExpected false: a stack that never had a proof is no error. An old proof is always an error.
 */
export function archiveReport(
  found: ReadonlyMap<string, Archiver>,
  isProofExpected: boolean,
  nowUs = Date.now() * 1_000,
): ArchiveReport {
  const all = [...found];
  const known = all.flatMap(([name, one]) =>
    one.kind === "state" ? [{ name, state: one.state }] : [],
  );
  const names = (kind: Archiver["kind"]) =>
    all.flatMap(([name, one]) => (one.kind === kind ? [name] : []));
  const [stopped, unknown] = [names("stopped"), names("unknown")];
  if (known.length + stopped.length === 0) {
    // A node without backups answers for the stack.
    if (unknown.length < all.length || all.length === 0) return { lines: [], errors: [] };
    const text = `the backups are unknown: ${unknown.join(", ")} did not answer`;
    return { lines: [`backups  UNKNOWN: no database node answers`], errors: [text] };
  }
  const others = [
    ...known.map(({ name, state }) => staleness(name, state, nowUs)).filter((text) => text !== ""),
    ...stopped.map(
      (name) => `no archiver runs on ${name}; look at systemctl status webstack-archiver there`,
    ),
  ];
  const active = known.filter(({ state }) => state.active);
  const reports = active.map((one) => partsOf(one, isProofExpected, nowUs));
  const errors = reports.flat().flatMap(([, error]) => (error === "" ? [] : [error]));
  if (active.length > 0) {
    const lines = reports.map((parts) => parts.map(([text]) => text).join(", "));
    return { lines, errors: [...errors, ...others] };
  }
  const waiting = [
    ...known.map(({ name, state }) => `${name} ${state.doing}`),
    ...stopped.map((name) => `${name} has no running archiver`),
    ...unknown.map((name) => `${name} does not answer`),
  ];
  const line = `backups  NO NODE ARCHIVES: ${waiting.join("; ")}`;
  return { lines: [line], errors: ["no node archives", ...others] };
}
