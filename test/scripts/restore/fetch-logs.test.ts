import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Base, type Link, sha256 } from "../../../host/archiver/chain/manifest";
import { magic } from "../../../host/archiver/replication/events";
import { PrefixMachine } from "../../../scripts/restore/machine";
import { earlierEvent } from "../../../scripts/restore/segment";
import { fetchLogs, prepare } from "../../../scripts/restore/replay";
import type { Target } from "../../../scripts/restore/target";
import { format, transaction, uuid } from "../../host/archiver/binlog-events";
import { MemoryStore } from "../../host/archiver/memory-store";
import { fakeAge } from "./fake-age";

let folder: string;
let store: MemoryStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fetch-logs-"));
  prepare(folder);
  store = new MemoryStore();
});
afterEach(() => rmSync(folder, { recursive: true }));

const base = { gtids: `${uuid}:1` } as Base;
const plainOf = (...numbers: number[]) =>
  Buffer.concat([
    ...[magic, format()],
    ...numbers.flatMap((number) => transaction(number, number * 1_000)),
  ]);

/** A segment as a relay log, which names the transactions of earlier ones. */
function relayLog(segment: Buffer, earlier: string): Buffer {
  const formatEnd = magic.length + format().length;
  const [head, rest] = [segment.subarray(0, formatEnd), segment.subarray(formatEnd)];
  return Buffer.concat([head, earlierEvent(formatEnd, earlier), rest]);
}

/** A link with two transactions, the first of link 1 is 2. */
function linkOf(number: number): Link {
  const [from, to] = [2 * number, 2 * number + 1];
  const sealed = Buffer.concat([Buffer.from("sealed "), plainOf(from, to)]);
  store.objects.set(`root/k${number}`, sealed);
  const segment = {
    ...{ key: `k${number}`, sha256: sha256(sealed), bytes: sealed.length, plainBytes: 1 },
    ...{ gtids: `${uuid}:${from}-${to}`, fromUs: from * 1_000, toUs: to * 1_000 },
  };
  return { version: 1, number, previous: "", archived: "", segment, node: "db-1", mysql: "9.7.4" };
}

function fetched(links: Link[], target: Target) {
  const machine = new PrefixMachine(fakeAge(folder));
  const there = { store, root: "root", machine, here: folder, there: folder };
  const made = { base, links, missing: "", faults: [], bytes: 0 };
  return fetchLogs({ ...there, identity: "/identity", say: () => undefined }, made, target);
}

it("segments become relay logs, the last one cut at the target, and nothing else is left", async () => {
  const links = [1, 2, 3, 4].map(linkOf);
  const restored = await fetched(links, { kind: "time", us: 6_000 });
  expect(restored).toEqual({ gtids: `${uuid}:1-6`, transactions: 5, lastUs: 6_000 });
  const files = [1, 2, 3].map((number) => `relay.00000${number}`);
  expect(readdirSync(join(folder, "relay")).sort()).toEqual([...files, "relay.index"]);
  const index = readFileSync(join(folder, "relay", "relay.index"), "utf8");
  expect(index).toBe(files.map((name) => `${folder}/relay/${name}\n`).join(""));
  const contents = files.map((name) => readFileSync(join(folder, "relay", name)));
  expect(contents).toEqual([
    relayLog(plainOf(2, 3), ""),
    relayLog(plainOf(4, 5), `${uuid}:2-3`),
    relayLog(plainOf(6), `${uuid}:2-5`),
  ]);
});

it("a segment without what its link says ends a restore to the latest", async () => {
  const links = [1, 2].map(linkOf);
  links[1]!.segment!.gtids = `${uuid}:4-6`;
  await expect(fetched(links, { kind: "latest" })).rejects.toThrow(
    "the segment of link 2 does not have what the link says",
  );
});
