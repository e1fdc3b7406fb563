import { createHash } from "node:crypto";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Prints everything that `converge` manages on a host; of secrets it prints digests. */
const read = "sudo -n /usr/bin/node /usr/local/lib/webstack/converge.js read";
/** Longest reading of a host, milliseconds. */
const readMs = 60_000;

/** Digest of everything that is managed on each host: files with owner and mode, secrets, release. */
export type HostDigests = ReadonlyMap<string, string>;

/** Reads the digest of every host of the stack. @throws Error if a host is in the middle of a change. */
export async function hostDigests(outputs: StackOutputs): Promise<HostDigests> {
  const all = outputs.nodes.map(async ({ name }) => {
    const answer = await runOnNode(outputs, name, read, readMs);
    return [name, digestOf(name, answer)] as const;
  });
  return new Map(await Promise.all(all));
}

/** Digest of what `converge read` printed on a host. @throws Error if the last change there is unfinished. */
export function digestOf(node: string, answer: string): string {
  const { files, attributes, secrets, release, pending } = JSON.parse(answer) as Record<
    string,
    unknown
  >;
  if (pending) throw new Error(`the last change of ${node} is unfinished`);
  const managed = JSON.stringify([files, attributes, secrets, release]);
  return createHash("sha256").update(managed).digest("hex");
}

/** Names of the hosts whose digests differ. */
export function changedHosts(before: HostDigests, after: HostDigests): string[] {
  return [...before.keys()].filter((name) => before.get(name) !== after.get(name));
}

/** @throws Error with the hosts that differ, if they are not exactly the wanted ones. */
export function expectChanged(
  what: string,
  before: HostDigests,
  after: HostDigests,
  wanted: readonly string[],
): void {
  const found = changedHosts(before, after);
  if ([...found].sort().join() === [...wanted].sort().join()) return;
  const listed = (names: readonly string[]) => names.join(", ") || "none";
  throw new Error(`${what} changed files of ${listed(found)}, wanted ${listed(wanted)}`);
}
