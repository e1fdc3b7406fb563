import type { DatabaseState } from "./databases";

/** What the proxies ask for: `/replica?lag=1s`. */
const readLimitMs = 1_000;

/** Report on a database node. */
export interface DatabaseReport {
  /** Role, state, and what the node waits for. */
  line: string;
  /** Why the node is not as it must be; undefined: it is an ONLINE member of a group with a majority. */
  error: string | undefined;
}

/** The report on a node; `state` undefined: its supervisor does not answer. */
export function databaseReport(name: string, state: DatabaseState | undefined): DatabaseReport {
  if (!state) {
    const text = "its supervisor does not answer";
    return { line: `${name}  ${text}`, error: `${name}: ${text}` };
  }
  const { member, majority, dataAgeMs, waiting, lastView } = state;
  const isReplica = member?.role === "SECONDARY";
  const parts = [
    `${member?.role || "no role"} ${member?.state ?? "MySQL does not answer"}`,
    ...(isReplica ? [`data ${dataAgeMs} ms old`] : []),
    ...(isReplica && dataAgeMs > readLimitMs ? ["so no reads"] : []),
    ...(member?.state === "ONLINE" && !majority ? ["without a majority"] : []),
    ...(waiting ? [`waits: ${waiting}`] : []),
    `last primary ${lastView?.primary ?? "unknown"}`,
  ];
  const fault = faultOf(state);
  return {
    line: `${name}  ${parts.join(", ")}`,
    error: fault && `${name}: ${fault}${waiting ? `; it waits: ${waiting}` : ""}`,
  };
}

function faultOf({ member, majority }: DatabaseState): string | undefined {
  if (!member) return "MySQL does not answer";
  if (member.state !== "ONLINE") return `the member must be ONLINE, got ${member.state}`;
  return majority ? undefined : "the member is ONLINE, but without a majority";
}
