import { setTimeout as delay } from "node:timers/promises";
import { subtract, union } from "../../host/archiver/gtid-sets";
import { S3Store } from "../../host/archiver/store/s3";
import { copyAll } from "../copy/copy-all";
import { plan } from "../restore/plan";
import { readArchive, historyIds } from "../restore/read-chain";
import { contentOf, endTrial, failTrial, recordFinding } from "./findings";
import { until } from "./instance";
import { Load, schemaSql } from "./load";
import { openTrial, root, secret, startOnlyNode, startStore, target } from "./programs";
import { restored } from "./restored";

/** Runs in a container of the host image: `copy-inside.js PROGRAMS SECONDS`. */
const [programs, seconds] = [process.argv[2]!, Number(process.argv[3])];
const copyPort = 9001;

/** Faults of the newest history before its end; a store without a history has none. */
async function faultsIn(store: S3Store): Promise<readonly string[]> {
  const timeline = (await historyIds(store, root)).at(-1);
  if (timeline === undefined) return [];
  const { bases, links } = await readArchive(store, root, timeline);
  return plan(bases, links, { kind: "latest" }).faults;
}

async function main(): Promise<void> {
  const { publicKey, store: from } = await openTrial();
  const { faults } = await startStore("/trial/copies", copyPort);
  const endpoint = `http://127.0.0.1:${copyPort}`;
  const to = new S3Store({ ...target, endpoint, secretAccessKey: secret }, () => new Date());
  const { primary, node } = await startOnlyNode(publicKey, programs);
  primary.sql(schemaSql);
  await delay(3_000);
  await node.takeBase();

  const say = (line: string) => console.log(`     ${line}`);
  const usual = { root, verify: false, mostBehindSeconds: 60, say, nowMs: () => Date.now() };
  const load = new Load(primary);
  load.start();
  const endMs = Date.now() + seconds * 1_000;
  let [cuts, broken] = [0, 0];
  for (let pass = 0; Date.now() < endMs; pass++) {
    const refuse = () => faults.add(1, { fault: "storage", key: "", method: "PUT", status: 503 });
    // A pass lasts some 30 ms, and most have nothing to copy: each second one is cut before its first object.
    if (pass % 2 === 0) refuse();
    const cut = setTimeout(refuse, Math.random() * 40);
    const isCut = await copyAll({ from, to, waitsMs: [] }, usual).then(
      () => false,
      () => true,
    );
    clearTimeout(cut);
    faults.remove(1);
    cuts += isCut ? 1 : 0;
    broken += (await faultsIn(to)).length > 0 ? 1 : 0;
    await delay(1_000);
  }
  recordFinding(
    "the copy is restorable after each time that it was cut off",
    broken === 0,
    `${cuts} times`,
  );
  recordFinding("it was cut off", cuts > 0);
  await node.takeBase();
  await delay(3_000);
  await load.stop();

  const set = union(primary.sql("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')")[0] ?? "");
  const content = await contentOf((sql) => primary.sql(sql));
  const timeline = (await historyIds(from, root)).at(-1)!;
  const archived = async () =>
    (await readArchive(from, root, timeline)).links.at(-1)?.link?.archived ?? "";
  await until("all archived", async () => subtract(set, await archived()) === "", 90);
  const done = await copyAll({ from, to }, { ...usual, verify: true });
  recordFinding(
    "all is copied, and nothing differs",
    done.faults.length === 0,
    done.faults.join("; "),
  );
  const { line, isTooFar } = done.behind!;
  recordFinding("the copy ends where the target ends", !isTooFar, line);
  const names = async (store: S3Store) => (await store.list(`${root}/`)).join("\n");
  recordFinding("both have the same objects", (await names(from)) === (await names(to)));
  await node.stopArchiver();
  const moment = { name: "from the copy", target: { kind: "gtid", set } as const, gtids: set };
  await restored(to, { ...moment, content });
  endTrial();
}

main().catch((error: Error) => failTrial(error));
