import { setTimeout as delay } from "node:timers/promises";
import { subtract, union } from "../../host/archiver/gtid-sets";
import { readArchive, timelines } from "../restore/read-chain";
import { contentOf } from "./content";
import { Instance, until } from "./instance";
import { bigSql, Load, marker, schemaSql } from "./load";
import { Node, root } from "./programs";
import { loseNodes } from "./losses";
import { endTrial, failTrial, note } from "./notes";
import { type Moment, restored } from "./restored";
import { hasText, openTrial } from "./store";

/** Runs in a container of the host image: `inside.js COUNT PROGRAMS SECONDS`. */
const [count, programs, seconds] = [
  Number(process.argv[2]),
  process.argv[3]!,
  Number(process.argv[4]),
];

function executed(instance: Instance): string {
  return union(instance.sql("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')")[0] ?? "");
}

/** Number of transactions in a GTID set, counted from its text. */
function countIn(set: string): number {
  return set
    .split(",")
    .flatMap((part) => part.split(":").slice(1))
    .reduce((sum, range) => {
      const [from, to] = range.split("-").map(Number);
      return sum + (to ?? from!) - from! + 1;
    }, 0);
}

async function main(): Promise<void> {
  const { publicKey, store, objects, faults } = await openTrial();
  const instances = Array.from({ length: count }, (_, i) => new Instance(i + 1, count));
  for (const instance of instances) {
    instance.initialize();
    await instance.start();
    if (count > 1) await instance.join();
  }
  const primary = instances[0]!;
  const nodes = instances.map((one) => new Node(one, instances, publicKey, programs));
  for (const node of nodes) node.startArchiver();
  const active = () => nodes.find((node) => node.archiver && node.status()?.active);
  await until("one that archives", () => active() !== undefined, 60);
  note("it archives on", true, active()!.instance.name);
  primary.sql(schemaSql);
  await delay(3_000);
  await active()!.takeBase();
  const firstTimeline = (await timelines(store, root)).at(-1)!;
  note("a base is there", (await readArchive(store, root, firstTimeline)).bases.length === 1);

  const load = new Load(primary);
  const moments: Moment[] = [];
  const moment = async (name: string, kind: "gtid" | "time") => {
    await load.stop();
    const gtids = executed(load.primary);
    const content = await contentOf((sql) => load.primary.sql(sql));
    const us = Number(
      load.primary.sql("SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS UNSIGNED)")[0],
    );
    moments.push({
      name,
      gtids,
      content,
      target: kind === "gtid" ? { kind, set: gtids } : { kind, us },
    });
    await delay(50);
    load.start();
  };
  load.start();
  const part = (seconds * 1_000) / 6;
  await delay(part);
  await moment("at a GTID set", "gtid");
  await delay(part);
  await moment("at a time", "time");
  primary.sql(bigSql);
  await moment("after 300 000 rows in one transaction", "gtid");
  await delay(part);
  const archiving = active()!;
  await archiving.stopArchiver();
  await delay(3_000);
  archiving.startArchiver();
  await delay(part);
  await moment("after the archiver was killed", "gtid");
  faults.add(1, { fault: "storage", key: "", status: 503 });
  await delay(part);
  faults.remove(1);
  await moment("after the store was away", "time");
  if (count > 1) await loseNodes(nodes, active, moment, part);
  await load.stop();
  const end = executed(load.primary);
  const archived = async () => {
    const { links } = await readArchive(store, root, firstTimeline);
    return { links, set: links.at(-1)?.link?.archived ?? "" };
  };
  await until("all archived", async () => subtract(end, (await archived()).set) === "", 90);
  const { links } = await archived();
  const sets = links.flatMap(({ link }) => link?.segment?.gtids ?? []);
  const sum = sets.reduce((total, set) => total + countIn(set), 0);
  const { bases } = await readArchive(store, root, firstTimeline);
  note(
    "every link follows the one before",
    links.every(({ fault }) => fault === ""),
  );
  note(
    "each GTID is in exactly one segment",
    countIn(union(sets.join(","))) === sum,
    `${sum} in ${sets.length} segments, from link ${bases[0]!.link + 1}`,
  );
  const lag = Date.now() - Number(links.at(-1)?.link?.segment?.toUs ?? 0) / 1_000;
  note(
    "the newest archived commit is at most 60 s old",
    lag < 60_000,
    `${(lag / 1_000).toFixed(1)} s`,
  );
  note("the store's text has no row in clear", !hasText(objects, marker));
  for (const each of moments) await restored(store, each);
  endTrial();
}

main().catch((error: Error) => failTrial(error, "/trial/run/*.log /trial/db-*/log"));
