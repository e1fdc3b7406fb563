import { beforeEach, describe, expect, it } from "vitest";
import { RefusedError, StoreError } from "../../../host/archiver/store/object-store";
import { RetriedStore } from "../../../scripts/restore/retried-store";
import { MemoryStore } from "../../host/archiver/memory-store";

const text = Buffer.from("text");
let inner: MemoryStore;
let lines: string[];
let store: RetriedStore;
/** Number of reads that fail from now on, and the error. */
let failing: { count: number; error: Error };
let reads: number;

beforeEach(async () => {
  [lines, reads, failing] = [[], 0, { count: 0, error: new StoreError("GET k: ECONNRESET") }];
  inner = new MemoryStore();
  await inner.put("k", text);
  for (const name of ["get", "head", "list", "stream"] as const) {
    const work = inner[name].bind(inner) as (...words: unknown[]) => Promise<unknown>;
    const failingFirst = async (...words: unknown[]) => {
      reads += 1;
      if (failing.count-- > 0) throw failing.error;
      return work(...words);
    };
    Object.assign(inner, { [name]: failingFirst });
  }
  store = new RetriedStore(inner, (line) => lines.push(line), [1, 2]);
});

describe("a read of the operator's machine", () => {
  it.each([
    ["get", () => store.get("k"), text],
    ["head", () => store.head("k"), { bytes: 4, md5: "1cb251ec0d568de6a929b520c4aed8d1" }],
    ["list", () => store.list(""), ["k"]],
    ["stream", async () => (await store.stream("k")) !== undefined, true],
  ])("that fails twice succeeds: %s", async (_, read, wanted) => {
    failing.count = 2;
    expect(await read()).toEqual(wanted);
    expect(lines).toEqual([
      "note: GET k: ECONNRESET; the next attempt is in 0.001 s",
      "note: GET k: ECONNRESET; the next attempt is in 0.002 s",
    ]);
  });

  it("names the store if it fails for good", async () => {
    failing.count = 3;
    await expect(store.get("k")).rejects.toThrow(
      "the store of the backups does not answer: GET k: ECONNRESET; that says nothing of the archive",
    );
    expect(reads).toBe(3);
  });

  it("is not repeated if the store refuses it", async () => {
    failing = { count: 1, error: new RefusedError("GET k failed with status 403") };
    await expect(store.get("k")).rejects.toThrow("the store of the backups refuses: GET k failed");
    expect(reads).toBe(1);
  });

  it("is not repeated for an error of another kind", async () => {
    failing = { count: 1, error: new Error("other") };
    await expect(store.get("k")).rejects.toThrow("other");
    expect(reads).toBe(1);
  });
});
