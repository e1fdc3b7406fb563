import { lstatSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { matches } from "../allowed";
import { Matcher, type Pattern } from "../matcher";
import { keyBlocks } from "../pem";
import { variants } from "../variants";
import { regularFiles, scanFiles } from "./files";
import { searchText } from "./packed";
import { scanProcesses } from "./processes";
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
