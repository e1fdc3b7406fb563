import { type NodeReleases, releaseText, runningLines } from "../operate/releases";

/** Releases of the nodes by name; undefined for a node that does not answer. */
type States = ReadonlyMap<string, NodeReleases | undefined>;

/** Target of a rollback. */
export interface Target {
  digest: string;
  /** False: no node has a record that the release ran. */
  ran: boolean;
  /** Why this release, for the operator. */
  why: string;
}

/**
 * The target of a rollback of all nodes: the release that a word names by its first digits, else the release that ran
 * before the running one came, without those that a rollback left since. So a second rollback goes one release further.
 *
 * @throws Error that names the nodes if not all have the release, or if the word matches several releases; that lists
 *   the releases if none ran before.
 */
export function rollbackTarget(states: States, word?: string): Target {
  const silent = [...states].filter(([, state]) => !state).map(([name]) => name);
  if (silent.length > 0) {
    throw new Error(`all app and web nodes must answer; ${silent.join(", ")} does not`);
  }
  const all = [...states] as [string, NodeReleases][];
  const { digest, why } =
    word === undefined ? before(all) : { digest: named(all, word), why: "it was named" };
  const without = all.filter(([, { there }]) => !there.includes(digest)).map(([name]) => name);
  if (without.length > 0) {
    throw new Error(
      `the release ${text(all, digest)} must be on all app and web nodes, and is not on ${without.join(", ")}; ` +
        "deploy it again: npm run deploy",
    );
  }
  return { digest, ran: all.some(([, { ran }]) => ran.includes(digest)), why };
}

function text(all: readonly [string, NodeReleases][], digest: string): string {
  const facts = all.map(([, state]) => state.facts.get(digest)).find(Boolean);
  return releaseText(digest, facts);
}

/**
 * The releases of which each replaced the one before it, with the running one as the last: a switch to a release that is
 * among them goes back to it, and takes away those after it.
 *
 * @param ran a release for each switch, the latest first.
 */
export function successive(ran: readonly string[]): string[] {
  return [...ran].reverse().reduce<string[]>((line, digest) => {
    const found = line.indexOf(digest);
    return found < 0 ? [...line, digest] : line.slice(0, found + 1);
  }, []);
}

/** The earlier release of the first node, which gets new releases first. */
function before(all: readonly [string, NodeReleases][]): Pick<Target, "digest" | "why"> {
  const currents = new Set(all.map(([, { current }]) => current));
  if (currents.size > 1) {
    const lines = runningLines(new Map(all)).map((line) => `  ${line}`);
    throw new Error(
      ["the nodes run different releases; name the one that all are to run:", ...lines].join("\n"),
    );
  }
  const [[name, { current, ran, there }]] = all as [[string, NodeReleases]];
  if (ran.length === 0) {
    const newest = there.find((digest) => digest !== current);
    if (newest === undefined) throw new Error(`${name} knows no release that ran before`);
    return { digest: newest, why: `${name} has no record of switches, and no newer one` };
  }
  // A release that runs without a record of its switch is the latest one.
  const line = successive(current === undefined ? ran : [current, ...ran]);
  const left = [...new Set(ran)].filter((digest) => !line.includes(digest));
  const leftText = left.map((digest) => text(all, digest)).join("; ");
  const earlier = line.at(-2);
  if (earlier === undefined) {
    const found = left.length === 0 ? "" : `, only those that a rollback left: ${leftText}`;
    const how = left.length === 0 ? "" : "; name one by its first digits";
    throw new Error(`${name} knows no release that ran before${found}${how}`);
  }
  const others = left.length === 0 ? "" : `; not ${leftText}, which a rollback left`;
  return { digest: earlier, why: `it ran before the running one${others}` };
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
