import { existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Number of remembered releases. */
const most = 50;
/** Age from which a file's times show a later write, milliseconds: two writes within one tick have equal times. */
const settledMs = 2_000;

interface Packed {
  fingerprint: string;
  digest: string;
}

/** Earlier releases in a directory, by the fingerprint of their entries. */
export class PackedBefore {
  private readonly file: string;

  constructor(outputDirectory: string) {
    this.file = join(outputDirectory, "packed.json");
  }

  /** Digest of the release with this fingerprint; undefined if unknown. */
  digestOf(fingerprint: string): string | undefined {
    return this.read().find((one) => one.fingerprint === fingerprint)?.digest;
  }

  /** Remembers a release, unless an entry is so new that its times may not show the next edit. */
  remember(packed: Packed, directory: string, entries: readonly string[]): void {
    const newest = Math.max(...entries.map((path) => lstatSync(join(directory, path)).ctimeMs));
    if (Date.now() - newest < settledMs) return;
    const others = this.read().filter(({ fingerprint }) => fingerprint !== packed.fingerprint);
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify([packed, ...others].slice(0, most), null, 2)}\n`);
    renameSync(draft, this.file);
  }

  /** Reads the remembered releases; none from an unreadable file, so that the release is packed again. */
  private read(): Packed[] {
    if (!existsSync(this.file)) return [];
    try {
      return JSON.parse(readFileSync(this.file, "utf8")) as Packed[];
    } catch {
      return [];
    }
  }
}
