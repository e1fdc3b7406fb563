import { existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Releases that are remembered. */
const most = 50;
/** A file that was written a moment ago may be written again within one tick of its times, milliseconds. */
const settledMs = 2_000;

interface Packed {
  fingerprint: string;
  digest: string;
}

/** What was packed into a directory before, by the fingerprint of what was packed. */
export class PackedBefore {
  private readonly file: string;

  constructor(outputDirectory: string) {
    this.file = join(outputDirectory, "packed.json");
  }

  /** Digest of the release that these entries gave; undefined if it is not known. */
  digestOf(fingerprint: string): string | undefined {
    return this.read().find((one) => one.fingerprint === fingerprint)?.digest;
  }

  /** Remembers a release, unless an entry of it is so new that its times may not tell the next edit. */
  remember(packed: Packed, directory: string, entries: readonly string[]): void {
    const newest = Math.max(...entries.map((path) => lstatSync(join(directory, path)).ctimeMs));
    if (Date.now() - newest < settledMs) return;
    const others = this.read().filter(({ fingerprint }) => fingerprint !== packed.fingerprint);
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify([packed, ...others].slice(0, most), null, 2)}\n`);
    renameSync(draft, this.file);
  }

  /** A file that cannot be read is as good as none: then the release is packed. */
  private read(): Packed[] {
    if (!existsSync(this.file)) return [];
    try {
      return JSON.parse(readFileSync(this.file, "utf8")) as Packed[];
    } catch {
      return [];
    }
  }
}
