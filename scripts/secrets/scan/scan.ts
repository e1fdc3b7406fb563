import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { matches } from "../allowed";
import { Matcher, type Pattern } from "../matcher";
import { keyBlocks } from "../pem";
import { variants } from "../variants";
import { regularFiles, scanFiles, userNames } from "./files";
import { searchText } from "./packed";
import { bySecret, emptyResult, type ScanOrder, type ScanResult } from "./result";
import { scanCommand } from "./streams";

/** Longest wait for the metadata service, milliseconds. */
const answerMs = 3_000;

/** Secret values in a file of the host: private keys, and passwords of option files. */
export function secretsIn(text: string): string[] {
  const keys = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  const passwords = [...text.matchAll(/^\s*password\s*=\s*(\S+)/gm)].map(([, value]) => value!);
  const usable = keys.filter((key) => keyBlocks(key).some(({ numbers }) => numbers.length > 0));
  return [...usable, ...passwords];
}

/** The part of a pattern before its first `*`, as a folder. */
function folderOf(pattern: string): string {
  const [fixed = ""] = pattern.split("*");
  return fixed.endsWith("/") ? fixed.slice(0, -1) : dirname(fixed);
}

function ownPatterns({ own, secrets }: ScanOrder, result: ScanResult): Pattern[] {
  const paths = own.flatMap((pattern) =>
    [...regularFiles(folderOf(pattern), [])].filter((path) => matches(pattern, path)),
  );
  return [...new Set(paths)].flatMap((path) => {
    try {
      if (lstatSync(path).size > 1 << 20) return [];
      return secretsIn(readFileSync(path, "utf8")).flatMap((value) => {
        const secret = secrets + result.own.length;
        result.own.push({ origin: path, bytes: Buffer.byteLength(value) });
        return variants(value).map((one) => ({ ...one, secret }));
      });
    } catch {
      return [];
    }
  });
}

async function scanMetadata(matcher: Matcher, url: string, result: ScanResult): Promise<void> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    const text = Buffer.from(await answer.arrayBuffer());
    for (const one of bySecret(searchText(matcher, text))) {
      const why = "every process of the host that reaches it can read it";
      result.found.push({ ...one, place: "metadata", where: url, why });
    }
  } catch {
    result.notes.push(`${url} does not answer`);
  }
}

/** Searches all places, one after the other. Changes nothing. */
export async function scan(order: ScanOrder): Promise<ScanResult> {
  const result = emptyResult();
  const given = order.patterns.map(([bytes, secret, form]): Pattern => ({
    bytes: Buffer.from(bytes, "base64"),
    secret,
    form,
  }));
  const known = new Set(order.patterns.map(([bytes]) => bytes));
  // A secret that the state knows too keeps the state's name for it.
  const own = ownPatterns(order, result).filter(
    ({ bytes }) => !known.has(bytes.toString("base64")),
  );
  const matcher = new Matcher([...given, ...own]);
  scanProcesses(matcher, order, result);
  for (const command of order.commands) await scanCommand(matcher, command, result);
  for (const url of order.metadata) await scanMetadata(matcher, url, result);
  await scanFiles(matcher, order, result);
  return result;
}

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
