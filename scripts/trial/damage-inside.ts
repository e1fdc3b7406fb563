import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { subtract } from "../../host/archiver/gtid-sets";
import { keys, type Link } from "../../host/archiver/chain/manifest";
import { PrefixMachine } from "../restore/machine";
import { plan } from "../restore/plan";
import { readArchive } from "../restore/read-chain";
import { fetchLogs, prepare } from "../restore/replay";
import { archivedUpTo, executed, type Group, openGroup } from "./group";
import { until } from "./instance";
import { Load } from "./load";
import { contentOf, endTrial, failTrial, recordFinding } from "./findings";
import { root, target } from "./programs";
import { restored } from "./restored";

/** Runs in a container of the host image: `damage-inside.js PROGRAMS`. */
const programs = process.argv[2]!;

async function written(load: Load, ms: number): Promise<void> {
  load.start();
  await delay(ms);
  await load.stop();
}

/** What a restore to the end, begun at a base, says of the archive; empty: nothing. */
async function complaint(group: Group, baseId: string): Promise<string> {
  const { store, timeline } = group;
  const here = "/trial/complaint";
  rmSync(here, { recursive: true, force: true });
  prepare(here);
  mkdirSync(here, { recursive: true });
  try {
    const { bases, links } = await readArchive(store, root, timeline);
    const only = bases.filter(({ id }) => id === baseId);
    const made = plan(only, links, { kind: "latest" });
    if (made.faults.length > 0) return made.faults.join("; ");
    const machine = new PrefixMachine([]);
    const paths = { here, there: here, identity: "/trial/identity" };
    await fetchLogs({ store, root, machine, ...paths, say: () => undefined }, made, {
      kind: "latest",
    });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Damages the archive before its newest base, notes what is said of it, and puts back what was there. */
async function damaged(
  group: Group,
  what: string,
  names: readonly string[],
  expected: RegExp,
  damage: (put: (name: string, content: Buffer | undefined) => void) => void,
): Promise<void> {
  const { objects, store, timeline } = group;
  const { bucket } = target;
  const kept = new Map(names.map((name) => [name, objects.content(bucket, name)]));
  const put = (name: string, content: Buffer | undefined) => {
    if (content) objects.put(bucket, name, content, new Date());
    else objects.remove(bucket, name);
  };
  damage(put);
  const { bases } = await readArchive(store, root, timeline);
  const message = await complaint(group, bases[0]!.id);
  recordFinding(
    `${what}: a restore over it is refused, with its name`,
    expected.test(message),
    message,
  );
  const other = await complaint(group, bases.at(-1)!.id);
  recordFinding(`${what}: a restore that does not need it works`, other === "", other);
  for (const [name, content] of kept) put(name, content);
  const after = await complaint(group, bases[0]!.id);
  recordFinding(`${what}: put back, nothing is wrong`, after === "", after);
}

/** The archiver is away until MySQL has purged what it had not archived. */
async function purgedBeyond(group: Group, load: Load): Promise<void> {
  const { primary, nodes, store, timeline } = group;
  const [node] = nodes;
  await node!.stopArchiver();
  await written(load, 5_000);
  primary.sql("FLUSH BINARY LOGS");
  const [last] = primary.sql("SHOW BINARY LOGS").slice(-1);
  primary.sql(`PURGE BINARY LOGS TO '${last!.split("\t")[0]!}'`);
  const { links } = await readArchive(store, root, timeline);
  const purged = primary.sql("SELECT REPLACE(@@GLOBAL.gtid_purged, '\\n', '')")[0]!;
  const missing = subtract(purged, links.at(-1)!.link!.archived);
  const inGap = executed(primary);
  node!.startArchiver();
  await until("the gap", () => node!.status()?.problem === "gap", 60);
  const { doing, active } = node!.status()!;
  recordFinding("a gap is named to the transaction", doing.includes(missing), doing);
  recordFinding(
    "the archiver is not healthy meanwhile",
    active && node!.status()!.problem === "gap",
  );
  await written(load, 3_000);
  const before = (await readArchive(store, root, timeline)).links.length;
  recordFinding("nothing is archived beyond a gap", before === links.length, `${before} links`);
  await node!.takeBase();
  await until("the archive going on", () => node!.status()?.problem === "", 60);
  await written(load, 3_000);
  const set = executed(primary);
  const now = await archivedUpTo(store, timeline, set);
  const { bases } = await readArchive(store, root, timeline);
  const message = (() => {
    try {
      return plan(bases, now, { kind: "gtid", set: inGap }).faults.join("; ");
    } catch (error) {
      return (error as Error).message;
    }
  })();
  recordFinding("a restore into the gap is refused", message !== "", message.slice(0, 300));
  const content = await contentOf((sql) => primary.sql(sql));
  const moment = { name: "after the gap", target: { kind: "gtid", set } as const, gtids: set };
  await restored(store, { ...moment, content });
}

async function main(): Promise<void> {
  const group = await openGroup(1, programs);
  const { primary, nodes, store, timeline, objects } = group;
  const load = new Load(primary);
  await written(load, 40_000);
  await archivedUpTo(store, timeline, executed(primary));
  await nodes[0]!.takeBase();
  await written(load, 12_000);
  await archivedUpTo(store, timeline, executed(primary));
  const { links, bases } = await readArchive(store, root, timeline);
  const early = links.flatMap(({ link }): Link[] =>
    link?.segment && link.number <= bases.at(-1)!.link ? [link] : [],
  );
  const [a, b] = [early[1]!, early[2]!];
  const data = ({ segment }: Link) => `${root}/${segment!.key}`;
  const linkName = ({ number }: Link) => keys.link(root, timeline, number);
  const bytes = (name: string) => objects.content(target.bucket, name);
  const segment = new RegExp(`segment of link ${a.number} `);
  const link = new RegExp(`link ${a.number} |link ${a.number + 1} `);
  await damaged(group, "4 bytes of a segment flipped", [data(a)], segment, (put) => {
    const content = Buffer.from(bytes(data(a)));
    for (let i = 0; i < 4; i += 1) content[100 + i]! ^= 0xff;
    put(data(a), content);
  });
  await damaged(group, "a segment deleted", [data(a)], segment, (put) => put(data(a), undefined));
  await damaged(group, "two segments swapped", [data(a), data(b)], segment, (put) => {
    const [first, second] = [bytes(data(a)), bytes(data(b))];
    put(data(a), second);
    put(data(b), first);
  });
  await damaged(group, "a link deleted", [linkName(a)], link, (put) => put(linkName(a), undefined));
  await damaged(group, "two links swapped", [linkName(a), linkName(b)], link, (put) => {
    const [first, second] = [bytes(linkName(a)), bytes(linkName(b))];
    put(linkName(a), second);
    put(linkName(b), first);
  });
  await purgedBeyond(group, load);
  endTrial();
}

main().catch((error: Error) => failTrial(error, "/trial/run/*.log"));
