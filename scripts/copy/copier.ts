import { type Part, sha256 } from "../../host/archiver/chain/manifest";
import { mib } from "../restore/report";
import { inParallel } from "../restore/in-parallel";
import { named, type RetryingStores } from "./stores";

/** Number of parts of a base or a dump that are copied at the same time; each takes up to 64 MiB of memory. */
const partsTogether = 4;
/** Shortest time between two progress lines, milliseconds. */
const progressMs = 10_000;

/** An object that makes others count: a link, a base or a dump. Keys are without the `root` prefix. */
export interface Manifest {
  key: string;
  content: Buffer;
  /** Objects to which the manifest refers. */
  parts: readonly Part[];
}

/** Arguments of {@link Copier} besides the stores. */
export interface CopierArgs {
  root: string;
  /** Keys that the copy has, with the `root` prefix; the copier adds what it puts. */
  has: Set<string>;
  /** True: objects that the copy already has are read and compared too. */
  verify: boolean;
  say: (line: string) => void;
}

/** Copies objects from the target to the copy. No object of the copy is replaced or deleted. */
export class Copier {
  /** Faults, a line for each object that was not copied. */
  readonly faults: string[] = [];
  /** Number and size of the copied objects. */
  objects = 0;
  bytes = 0;
  private saidMs = 0;

  constructor(
    readonly stores: RetryingStores,
    readonly args: CopierArgs,
  ) {}

  /**
   * Puts the objects of a manifest that the copy lacks, and compares those that it has.
   *
   * @returns true if the copy has them all, so that the manifest may follow.
   */
  async parts({ key, parts }: Manifest): Promise<boolean> {
    const found = await inParallel(parts, partsTogether, (part) => this.part(part, key));
    const faults = found.filter((fault) => fault !== "");
    if (faults.length === 0) return true;
    // Retention may delete a manifest and its objects while they are copied.
    if (await this.stores.has("from", this.full(key))) this.faults.push(...faults);
    return false;
  }

  /** Puts a manifest, or compares the copy's manifest with it. @returns true if the copy has it. */
  async manifest({ key, content }: Pick<Manifest, "key" | "content">): Promise<boolean> {
    const full = this.full(key);
    const there = this.args.has.has(full) ? await this.stores.get("to", full) : undefined;
    if (there?.equals(content)) return true;
    if (!there && (await this.put(full, content))) return true;
    this.faults.push(differs(full));
    return false;
  }

  /** Adds a fault of an object; its key is without the `root` prefix. */
  fault(key: string, what: string): void {
    this.faults.push(`${this.full(key)} ${what}`);
  }

  /** Key with the `root` prefix. */
  full(key: string): string {
    return `${this.args.root}/${key}`;
  }

  /** Ensures that the copy has a part. @returns the fault; empty: none. */
  private async part({ key, sha256: sum, bytes }: Part, manifest: string): Promise<string> {
    const full = this.full(key);
    // If the copy has the manifest, the part was checked when it was put.
    const isChecked = this.args.has.has(this.full(manifest)) && !this.args.verify;
    if (this.args.has.has(full)) {
      if (isChecked) return "";
      const there = await this.stores.get("to", full);
      if (there) return sha256(there) === sum ? "" : differs(full);
    }
    const content = await this.stores.get("from", full);
    if (!content) return `${full} is not in ${named.from}, and ${manifest} refers to it`;
    if (content.length !== bytes || sha256(content) !== sum) {
      return `${full} in ${named.from} does not have the size and the sum of ${manifest}; it was not copied`;
    }
    return (await this.put(full, content)) ? "" : differs(full);
  }

  private async put(key: string, content: Buffer): Promise<boolean> {
    if (!(await this.stores.put(key, content))) return false;
    this.args.has.add(key);
    this.objects += 1;
    this.bytes += content.length;
    const nowMs = Date.now();
    if (nowMs - this.saidMs < progressMs) return true;
    if (this.saidMs > 0) this.args.say(`copied      ${this.total}, now ${key}`);
    this.saidMs = nowMs;
    return true;
  }

  /** Number and size of the copied objects, as text for operators. */
  get total(): string {
    return `${this.objects} objects, ${mib(this.bytes)}`;
  }
}

function differs(key: string): string {
  return `${key} in ${named.to} has other content than in ${named.from}; it was not replaced: look which one is right, and move the other one away`;
}
