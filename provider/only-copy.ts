import { controlSocket } from "../services/supervisor/supervisor-ports";

/**
 * Directory on a database server's own disk where the supervisor saves transactions before a clone replaces them; as in
 * `host/supervisor/saved/files.ts`.
 */
export const savedFolder = "/var/lib/webstack-supervisor/saved";

/**
 * Command, for root on a database node, that lists what goes with the server: `saved <file>` for each file of saved
 * transactions, also an unfinished one, `data` if MySQL has data, and `state <JSON>` if the supervisor answers.
 */
export const askOnlyCopy =
  `sh -c 'ls -1 ${savedFolder} 2>/dev/null | sed "s/^/saved /"; test -e /var/lib/mysql/auto.cnf && echo data; ` +
  `curl -sfm 3 --unix-socket ${controlSocket} http://supervisor/state | sed "s/^/state /"; echo'`;

/** State of a database node, as far as it tells whether the node's data may be the only copy. */
export interface OwnState {
  member?: { state: string } | null;
  /** Transactions executed or received, as a GTID set. */
  gtid?: string;
  waiting?: string;
}

/** Data that only this database server has. */
export interface OnlyCopy {
  /** Names of files of saved transactions. */
  saved: string[];
  /** True if MySQL has data. */
  hasData: boolean;
  /** Undefined: the supervisor does not answer. */
  state: OwnState | undefined;
}

/** The output of {@link askOnlyCopy}. @throws SyntaxError if the supervisor's state is no JSON. */
export function onlyCopyIn(output: string): OnlyCopy {
  const lines = output.split("\n").map((line) => line.trim());
  const after = (word: string) =>
    lines.flatMap((line) => (line.startsWith(word) ? [line.slice(word.length)] : []));
  const [state] = after("state ");
  return {
    saved: after("saved "),
    hasData: lines.includes("data"),
    state: state === undefined ? undefined : (JSON.parse(state) as OwnState),
  };
}

/**
 * Reasons to wait of a node whose data may be the only copy of acknowledged transactions; the texts are of
 * `host/supervisor/core/{decide,doubt}.ts` and `host/supervisor/saved/save-guard.ts`.
 */
const waitsForItsData = [
  "an operator must choose whose data stays",
  "these transactions cannot be saved",
  "has transactions that the group does not have",
  "was in a group without a certificate, and has transactions since then",
  "its data is not replaced",
];

/** Why a server must not be deleted without the operator's word, one part each; empty: it has no such data. */
export function whyOnlyCopy({ saved, hasData, state }: OnlyCopy): string[] {
  const waiting = state?.waiting ?? "";
  const isUnknown = state === undefined && hasData;
  return [
    ...(saved.length > 0 ? [`saved transactions in ${savedFolder}: ${saved.join(", ")}`] : []),
    ...(waitsForItsData.some((text) => waiting.includes(text))
      ? [`its data waits: ${waiting}`]
      : []),
    ...(isUnknown
      ? ["data of MySQL, and its supervisor does not answer whether others have it"]
      : []),
  ];
}

/** The refusal to delete a server. `consent`: how the operator deletes it all the same. */
export function onlyCopyRefusal(node: string, why: readonly string[], consent: string): string {
  return (
    `${node} was not deleted, because no other server may have this: ${why.join("; ")}. Copy the files off and delete ` +
    'them there, and decide about data that waits (docs/operations.md, "What only one node had"), or lose it all: ' +
    consent
  );
}
