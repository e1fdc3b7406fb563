import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { S3Store } from "../../host/archiver/store/s3";
import { minus, same, union } from "../../host/archiver/gtid-sets";
import { PrefixMachine } from "../restore/machine";
import { plan } from "../restore/plan";
import { readArchive, timelines } from "../restore/read-chain";
import { fetchBase, fetchLogs, prepare, RestoredServer } from "../restore/replay";
import type { Target } from "../restore/target";
import { contentOf, differences } from "./content";
import { countIn, hasText } from "./counted";
import { Instance, until } from "./instance";
import { bigSql, Load, marker, schemaSql } from "./load";
import { Node, root, secret, target } from "./programs";
import { startStore } from "./store";

/** Runs in a container of the host image: `inside.js COUNT PROGRAMS SECONDS`. */
const [count, programs, seconds] = [
  Number(process.argv[2]),
  process.argv[3]!,
  Number(process.argv[4]),
];

interface Moment {
  name: string;
  target: Target;
  gtids: string;
  content: Record<string, string>;
}

const results: { what: string; well: boolean; seen: string }[] = [];
function note(what: string, well: boolean, seen = ""): void {
  results.push({ what, well, seen });
  console.log(`${well ? "yes" : "NO "}  ${what}${seen ? `: ${seen}` : ""}`);
}

function executed(instance: Instance): string {
  return union(instance.sql("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')")[0] ?? "");
}

async function restored(store: S3Store, moment: Moment): Promise<void> {
  const folder = `/trial/restore`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  prepare(folder);
  const timeline = (await timelines(store, root)).at(-1)!;
  const machine = new PrefixMachine([]);
  const say = (line: string) => console.log(line);
  const restore = {
    store,
    root,
    machine,
    here: folder,
    there: folder,
    identity: "/trial/identity",
    say,
  };
  const startMs = Date.now();
  const made = plan(...(await chain(store, timeline)), moment.target);
  await fetchBase(restore, made);
  const logs = await fetchLogs(restore, made, moment.target);
  const server = new RestoredServer(machine, folder);
  await server.start();
  await server.replay(logs.gtids);
  const found = await contentOf((sql) => server.query(sql));
  const different = differences(moment.content, found);
  note(
    `restored ${moment.name} is what was there`,
    different.length === 0 && Object.keys(found).length > 3,
    `${logs.transactions} transactions after base ${made.base.id}, ${((Date.now() - startMs) / 1_000).toFixed(1)} s${different.map((line) => `\n     ${line}`).join("")}`,
  );
  if (moment.target.kind === "gtid") {
    note(
      "  with exactly its transactions",
      same(logs.gtids, moment.gtids),
      minus(logs.gtids, moment.gtids),
    );
  }
  await server.stop();
}

async function chain(store: S3Store, timeline: string) {
  const { bases, links } = await readArchive(store, root, timeline);
  return [bases, links] as const;
}

async function main(): Promise<void> {
  execFileSync("useradd", ["--system", "--user-group", "webstack-archiver"]);
  execFileSync("useradd", ["--system", "--user-group", "webstack-supervisor"]);
  mkdirSync("/trial/run", { recursive: true });
  execFileSync("sh", ["-c", "age-keygen -o /trial/identity 2>/dev/null"]);
  const publicKey = execFileSync("age-keygen", ["-y", "/trial/identity"], {
    encoding: "utf8",
  }).trim();
  const { objects, faults } = await startStore();
  const store = new S3Store({ ...target, secretAccessKey: secret }, () => new Date());
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
  if (count > 1) await loseNodes(nodes, active, load, moment, part);
  await load.stop();
  const end = executed(load.primary);
  const archived = async () => {
    const { links } = await readArchive(store, root, firstTimeline);
    return { links, set: links.at(-1)?.link?.archived ?? "" };
  };
  await until("all archived", async () => minus(end, (await archived()).set) === "", 90);
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
    countIn(union(...sets)) === sum,
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
  const failed = results.filter(({ well }) => !well).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

async function loseNodes(
  nodes: readonly Node[],
  active: () => Node | undefined,
  load: Load,
  moment: (name: string, kind: "gtid" | "time") => Promise<void>,
  part: number,
): Promise<void> {
  const first = active()!;
  first.instance.child!.kill("SIGKILL");
  await first.stopArchiver();
  const startMs = Date.now();
  await until("another node archives", () => active() !== undefined && active() !== first, 120);
  note(
    "after the loss of its node another one archives",
    true,
    `${active()!.instance.name} after ${((Date.now() - startMs) / 1_000).toFixed(1)} s`,
  );
  await delay(part);
  await moment("after the archiver's node was lost", "gtid");
  await first.instance.start();
  await first.instance.rejoin();
  first.startArchiver();
  await until("the first one archives again", () => active() === first, 120);
  await delay(5_000);
  const frozen = first.archiver!;
  frozen.kill("SIGSTOP");
  const frozenMs = Date.now();
  const second = nodes.find((node) => node !== first && node.instance !== load.primary)!;
  await until("another takes over from a frozen one", () => second.status()?.active === true, 120);
  note(
    "a frozen archiver is taken over from",
    true,
    `${((Date.now() - frozenMs) / 1_000).toFixed(1)} s`,
  );
  await delay(15_000);
  frozen.kill("SIGCONT");
  await until(
    "it is one again",
    () => nodes.filter((node) => node.status()?.active).length === 1,
    120,
  );
  await moment("after an archiver was frozen", "gtid");
}

main().catch((error: Error) => {
  console.error(error.stack);
  console.error(
    execFileSync("sh", ["-c", "tail -n 40 /trial/run/*.log /trial/db-*/log; true"], {
      encoding: "utf8",
    }),
  );
  process.exit(1);
});
