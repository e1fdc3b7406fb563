import {
  type Base,
  bytesOf,
  type Dump,
  keys,
  type Link,
  type Part,
  sha256,
} from "../../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../../host/archiver/store/object-store";

export const root = "webstack-test";
export const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
export const startMs = Date.parse("2026-06-01T03:00:00Z");
const common = { node: "db-2", mysql: "9.7.4" };

export const idOf = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");

/** A history that grows in a store as the archiver has it grow: a transaction a minute. */
export class Archive {
  /** Number of the last link. */
  number = 0;
  private transactions = 0;
  private last = "";
  private ids = 0;
  private waited = 0;

  constructor(
    private readonly store: ObjectStore,
    readonly timeline = "t1",
    private readonly since = "2026-06-01 03:00:00",
  ) {}

  get nowMs(): number {
    return startMs + (this.number + this.waited) * 60_000 + this.ids * 1_000;
  }

  /** So many minutes pass without a transaction. */
  wait(minutes: number): void {
    this.waited += minutes;
  }

  async record(): Promise<void> {
    const record = { version: 1, timeline: this.timeline, since: this.since };
    await this.store.put(keys.timeline(root, this.timeline), bytesOf(record));
  }

  async step(count = 1): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const number = this.number + 1;
      this.transactions += 1;
      const content = Buffer.from(`segment ${number} of ${this.timeline}`);
      const sum = sha256(content);
      const key = keys.data(root, this.timeline, number, `a_b_${sum.slice(0, 12)}`);
      await this.store.put(key, content);
      const us = (startMs + (number + this.waited) * 60_000) * 1_000;
      const sizes = { sha256: sum, bytes: content.length, plainBytes: content.length };
      const segment = {
        key: key.slice(root.length + 1),
        ...sizes,
        gtids: `${uuid}:${this.transactions}`,
      };
      await this.link({ segment: { ...segment, fromUs: us, toUs: us } });
    }
  }

  /** A link that says that nothing is missing which the newest base does not have. */
  async gap(base: string): Promise<void> {
    await this.link({ gap: { missing: `${uuid}:${this.transactions}`, base } });
  }

  async base(parts = 2): Promise<string> {
    const taken = await this.taken(keys.part, parts);
    await this.store.put(keys.base(root, this.timeline, taken.id), bytesOf(taken));
    return taken.id;
  }

  async dump(): Promise<string> {
    const taken = await this.taken(keys.dumpPart, 1);
    const content = Buffer.from("accounts");
    const full = keys.dumpAccounts(root, this.timeline, taken.id);
    const dump: Dump = { ...taken, accounts: await this.part(full, content) };
    await this.store.put(keys.dump(root, this.timeline, taken.id), bytesOf(dump));
    return taken.id;
  }

  private async taken(keyOf: typeof keys.part, count: number): Promise<Base> {
    this.ids += 1;
    const id = idOf(this.nowMs);
    const parts: Part[] = [];
    for (let n = 1; n <= count; n += 1) {
      const full = keyOf(root, this.timeline, id, n);
      parts.push(await this.part(full, Buffer.from(`part ${n} of ${id}`)));
    }
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const gtids = this.transactions === 0 ? "" : `${uuid}:1-${this.transactions}`;
    return { version: 1, id, parts, bytes, plainBytes: bytes, gtids, link: this.number, ...common };
  }

  private async part(full: string, content: Buffer): Promise<Part> {
    await this.store.put(full, content);
    return { key: full.slice(root.length + 1), sha256: sha256(content), bytes: content.length };
  }

  private async link(more: Pick<Link, "segment" | "gap">): Promise<void> {
    this.number += 1;
    const archived = `${uuid}:1-${this.transactions}`;
    const link: Link = {
      version: 1,
      ...{ number: this.number, previous: this.last, ...more, archived, ...common },
    };
    const content = bytesOf(link);
    await this.store.put(keys.link(root, this.timeline, this.number), content);
    this.last = sha256(content);
  }
}

/** A history of three bases, with links before, between and after them, and a dump. */
export async function grown(store: ObjectStore, archive = new Archive(store)): Promise<Archive> {
  await archive.record();
  await archive.step(2);
  await archive.base();
  await archive.step(3);
  await archive.base();
  await archive.dump();
  await archive.step(3);
  return archive;
}
