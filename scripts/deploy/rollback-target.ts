import { type NodeReleases, releaseText, runningLines } from "../operate/releases";

/** Releases of the nodes by name; undefined for a node that does not answer. */
type States = ReadonlyMap<string, NodeReleases | undefined>;

/** Target of a rollback. */
export interface Target {
  digest: string;
  /** False: no node has a record that the release ran. */
  ran: boolean;
}

/**
 * The target of a rollback of all nodes: the release that a word names by its first digits, else the earlier
 * release.
 *
 * @throws Error that names the nodes if not all have the release, or if the word matches several releases.
 */
export function rollbackTarget(states: States, word?: string): Target {
  const silent = [...states].filter(([, state]) => !state).map(([name]) => name);
  if (silent.length > 0) {
    throw new Error(`all app and web nodes must answer; ${silent.join(", ")} does not`);
  }
  const all = [...states] as [string, NodeReleases][];
  const digest = word === undefined ? before(all) : named(all, word);
  const without = all.filter(([, { there }]) => !there.includes(digest)).map(([name]) => name);
  if (without.length > 0) {
    throw new Error(
      `the release ${text(all, digest)} must be on all app and web nodes, and is not on ${without.join(", ")}; ` +
        "deploy it again: npm run deploy",
    );
  }
  return { digest, ran: all.some(([, { ran }]) => ran.includes(digest)) };
}

function text(all: readonly [string, NodeReleases][], digest: string): string {
  const facts = all.map(([, state]) => state.facts.get(digest)).find(Boolean);
  return releaseText(digest, facts);
}

/** The earlier release of the first node, which gets new releases first. */
function before(all: readonly [string, NodeReleases][]): string {
  const currents = new Set(all.map(([, { current }]) => current));
  if (currents.size > 1) {
    const lines = runningLines(new Map(all)).map((line) => `  ${line}`);
    throw new Error(
      ["the nodes run different releases; name the one that all are to run:", ...lines].join("\n"),
    );
  }
  const [[name, { current, ran, there }]] = all as [[string, NodeReleases]];
  const earlier = (ran.length > 0 ? ran : there).find((digest) => digest !== current);
  if (earlier === undefined) throw new Error(`${name} knows no release that ran before`);
  return earlier;
}

function named(all: readonly [string, NodeReleases][], word: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(word)) {
    throw new Error(
      `a release must be named by the first 8 or more digits of its SHA-256, got ${JSON.stringify(word)}`,
    );
  }
  const known = [...new Set(all.flatMap(([, { there }]) => there))];
  const fitting = known.filter((digest) => digest.startsWith(word));
  if (fitting.length === 1) return fitting[0]!;
  const lines = known.map((digest) => `  ${text(all, digest)}`);
  const what = fitting.length === 0 ? "no node has a release" : "more than one release is named";
  throw new Error([`${what} ${word}; there are:`, ...lines].join("\n"));
}
