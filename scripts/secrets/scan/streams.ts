import { spawn } from "node:child_process";
import type { Matcher } from "../matcher";
import { bySecret, type Found, type ScanResult } from "./result";

const separator = Buffer.from("\n\n");
/** Size of the pieces in which a stream is searched, bytes. */
const pieceBytes = 4 << 20;

/** The unit, or the name of the program, of an entry in the export format. */
function speaker(entry: string): string {
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(entry)?.[1];
  return field("_SYSTEMD_UNIT") ?? field("UNIT") ?? field("SYSLOG_IDENTIFIER") ?? "the kernel";
}

/** The unit of a block of `systemctl show`. */
function shownUnit(block: string): string {
  return /^Id=(.*)$/m.exec(block)?.[1] ?? "the manager's environment";
}

/**
 * Searches blocks that empty lines separate: the journal's export format (https://systemd.io/JOURNAL_EXPORT_FORMATS) or
 * `systemctl show`. One finding for each secret of a unit.
 */
export async function scanBlocks(
  matcher: Matcher,
  place: "unit" | "journal",
  source: AsyncIterable<Uint8Array>,
  result: ScanResult,
): Promise<void> {
  const all = new Map<string, Found & { times: number }>();
  const search = (text: Buffer) => {
    for (const { pattern, at } of matcher.search(text)) {
      const before = text.lastIndexOf(separator, at);
      const after = text.indexOf(separator, at);
      const block = text.subarray(before < 0 ? 0 : before, after < 0 ? undefined : after);
      const where = (place === "unit" ? shownUnit : speaker)(block.toString("latin1"));
      const key = `${where} ${pattern.secret}`;
      const [{ secret, forms } = { secret: 0, forms: [] }] = bySecret([pattern]);
      const known = all.get(key) ?? { secret, place, where, forms: [], why: "", times: 0 };
      const merged = [...new Set([...known.forms, ...forms])].sort();
      all.set(key, { ...known, forms: merged, times: known.times + 1 });
    }
  };
  let kept: Buffer[] = [];
  let length = 0;
  const flush = (isEnd: boolean) => {
    const text = Buffer.concat(kept);
    const cut = isEnd ? text.length : text.lastIndexOf(separator);
    if (cut >= 0) search(text.subarray(0, cut));
    kept = cut < 0 ? [text] : [text.subarray(cut)];
    length = cut < 0 ? text.length : text.length - cut;
  };
  for await (const piece of source) {
    const bytes = Buffer.from(piece);
    if (place === "journal") result.read.entries += entries(bytes);
    kept.push(bytes);
    length += bytes.length;
    if (length >= pieceBytes) flush(false);
  }
  flush(true);
  const who = place === "unit" ? "every user of the host can ask for it" : "journals keep it";
  for (const { times, ...found } of all.values()) {
    result.found.push({ ...found, why: `${who}; ${times} times` });
  }
}

function entries(bytes: Buffer): number {
  let [count, at] = [0, -1];
  while ((at = bytes.indexOf("__CURSOR=", at + 1)) >= 0) count += 1;
  return count;
}

/** Searches the output of a command; reports a command that fails. */
export async function scanCommand(
  matcher: Matcher,
  { place, words }: { place: "unit" | "journal"; words: readonly string[] },
  result: ScanResult,
): Promise<void> {
  const [command, ...rest] = words;
  const child = spawn(command!, rest, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status) => resolve(status === 0 ? "" : `ended with ${status}`));
  });
  try {
    await scanBlocks(matcher, place, child.stdout, result);
  } catch {
    result.missed.push(`${words.join(" ")}: its output is not read to the end`);
  }
  const problem = await ended;
  if (problem !== "") result.missed.push(`${words.join(" ")}: ${problem}`);
}
