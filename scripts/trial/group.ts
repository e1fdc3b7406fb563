import { setTimeout as delay } from "node:timers/promises";
import { subtract, union } from "../../host/archiver/gtid-sets";
import type { S3Store } from "../../host/archiver/store/s3";
import type { ReadLink } from "../restore/plan";
import { readArchive, historyIds } from "../restore/read-chain";
import { Instance, until } from "./instance";
import { schemaSql } from "./load";
import { recordFinding } from "./findings";
import { Node, openTrial, root } from "./programs";

/** A MySQL or a group of three with its archivers, and one base in the store. */
export type Group = Awaited<ReturnType<typeof openGroup>>;

/**
 * Makes the databases and their schema, starts the archivers, and takes a base.
 *
 * @param count 1 or 3.
 */
export async function openGroup(count: number, programs: string, schema = schemaSql) {
  const opened = await openTrial();
  const instances = Array.from({ length: count }, (_, i) => new Instance(i + 1, count));
  for (const instance of instances) {
    instance.initialize();
    await instance.start();
    if (count > 1) await instance.join();
  }
  const primary = instances[0]!;
  const nodes = instances.map((one) => new Node(one, instances, opened.publicKey, programs));
  for (const node of nodes) node.startArchiver();
  const active = () => nodes.find((node) => node.archiver && node.status()?.active);
  await until("one that archives", () => active() !== undefined, 60);
  recordFinding("it archives on", true, active()!.instance.name);
  primary.sql(schema);
  await delay(3_000);
  await active()!.takeBase();
  const timeline = (await historyIds(opened.store, root)).at(-1)!;
  recordFinding(
    "a base is there",
    (await readArchive(opened.store, root, timeline)).bases.length === 1,
  );
  return { ...opened, instances, nodes, primary, active, timeline };
}

/** GTID set of everything that a MySQL has executed. */
export function executed(instance: Instance): string {
  return union(instance.sql("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')")[0] ?? "");
}

/** Number of transactions in a GTID set, counted from its text. */
export function countIn(set: string): number {
  return set
    .split(",")
    .flatMap((part) => part.split(":").slice(1))
    .reduce((sum, range) => {
      const [from, to] = range.split("-").map(Number);
      return sum + (to ?? from!) - from! + 1;
    }, 0);
}

/** Waits until a GTID set is archived, and returns all links. */
export async function archivedUpTo(store: S3Store, timeline: string, set: string, seconds = 90) {
  let links: readonly ReadLink[] = [];
  const isThere = async () => {
    ({ links } = await readArchive(store, root, timeline));
    return subtract(set, links.at(-1)?.link?.archived ?? "") === "";
  };
  await until("all archived", isThere, seconds);
  return links;
}

/** Notes whether the chain is whole, with each GTID in exactly one segment. */
export function noteChain(links: readonly ReadLink[]): void {
  const sets = links.flatMap(({ link }) => link?.segment?.gtids ?? []);
  const sum = sets.reduce((total, set) => total + countIn(set), 0);
  const faults = links.filter(({ fault }) => fault !== "");
  recordFinding(
    "every link follows the one before",
    faults.length === 0,
    faults.map(({ number, fault }) => `link ${number} ${fault}`).join("; "),
  );
  recordFinding(
    "each GTID is in exactly one segment",
    countIn(union(sets.join(","))) === sum,
    `${sum} in ${sets.length} segments`,
  );
}
