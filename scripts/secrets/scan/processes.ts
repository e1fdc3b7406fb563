import { lstatSync, readdirSync, readFileSync } from "node:fs";
import type { Matcher } from "../matcher";
import { userNames } from "./files";
import { bySecret, type ScanOrder, type ScanResult } from "./result";

function contents(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Variables that the environment of a process may contain: the text of the files for its user. */
function mayHold(matcher: Matcher, { environments }: ScanOrder, user: string): Set<number> {
  const files = environments.filter((one) => one.user === user).map(({ file }) => file);
  const hits = files.flatMap((file) => matcher.search(contents(file) ?? Buffer.alloc(0)));
  return new Set(hits.map(({ pattern }) => pattern.secret));
}

/** Searches arguments and environments of all processes; reports those that this user may not read. */
export function scanProcesses(matcher: Matcher, order: ScanOrder, result: ScanResult): void {
  const { proc, environ = true } = order;
  if (proc === undefined) return;
  const nameOf = userNames();
  let hidden = 0;
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const words = contents(`${proc}/${pid}/cmdline`);
    if (words === undefined) continue;
    result.read.processes += 1;
    const user = nameOf(lstatSync(`${proc}/${pid}`, { throwIfNoEntry: false })?.uid ?? 0);
    const name = contents(`${proc}/${pid}/comm`)?.toString().trim() ?? "gone";
    const where = `process ${pid} (${name}) of ${user}`;
    for (const one of bySecret(matcher.search(words).map(({ pattern }) => pattern))) {
      const why = "every user of the host can read arguments";
      result.found.push({ ...one, place: "arguments", where, why });
    }
    if (!environ) continue;
    const variables = contents(`${proc}/${pid}/environ`);
    if (variables === undefined) hidden += 1;
    const held = bySecret(matcher.search(variables ?? Buffer.alloc(0)).map((hit) => hit.pattern));
    if (held.length === 0) continue;
    const may = mayHold(matcher, order, user);
    for (const one of held) {
      const found = { ...one, place: "environment" as const, where };
      if (may.has(one.secret)) result.allowed.push({ ...found, why: "its user's own variables" });
      else result.found.push({ ...found, why: `not one of the variables of ${user}` });
    }
  }
  if (hidden > 0) result.notes.push(`environments of ${hidden} processes cannot be read`);
}
