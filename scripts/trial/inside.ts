import { setTimeout as delay } from "node:timers/promises";
import { contentOf, endTrial, failTrial, recordFinding } from "./findings";
import { archivedUpTo, executed, noteChain, openGroup } from "./group";
import { until } from "./instance";
import { bigSql, Load, marker } from "./load";
import { hasText, type Node } from "./programs";
import { type Moment, restored } from "./restored";

const secondsSince = (sinceMs: number) => `${((Date.now() - sinceMs) / 1_000).toFixed(1)} s`;

/** Takes the node that archives away with its MySQL, brings it back, and freezes its archiver. */
async function loseNodes(
  nodes: readonly Node[],
  active: () => Node | undefined,
  moment: (name: string, kind: "gtid" | "time") => Promise<void>,
  partMs: number,
): Promise<void> {
  const first = active()!;
  const others = nodes.filter((node) => node !== first);
  const otherIsActive = () => others.some((node) => node.status()?.active);
  first.instance.child!.kill("SIGKILL");
  await first.stopArchiver();
  const lostMs = Date.now();
  await until("another node archives", otherIsActive);
  const next = others.find((node) => node.status()?.active)!.instance.name;
  recordFinding(
    "after the loss of its node another one archives",
    true,
    `${next} after ${secondsSince(lostMs)}`,
  );
  await delay(partMs);
  await moment("after the archiver's node was lost", "gtid");
  await first.instance.start();
  await first.instance.rejoin();
  first.startArchiver();
  const backMs = Date.now();
  const isAlone = () => first.status()?.active === true && !otherIsActive();
  await until("the first one archives again, alone", isAlone, 180);
  recordFinding(
    "the node that took over ends when the first one is back",
    true,
    secondsSince(backMs),
  );
  await delay(5_000);
  const frozen = first.archiver!;
  frozen.kill("SIGSTOP");
  const frozenMs = Date.now();
  await until("another takes over from a frozen one", otherIsActive, 180);
  recordFinding("a frozen archiver is taken over from", true, secondsSince(frozenMs));
  await delay(15_000);
  frozen.kill("SIGCONT");
  await until("the frozen one archives again, alone", isAlone, 180);
  await moment("after an archiver was frozen", "gtid");
}

/** Runs in a container of the host image: `inside.js COUNT PROGRAMS SECONDS`. */
const [count, programs, seconds] = [
  Number(process.argv[2]),
  process.argv[3]!,
  Number(process.argv[4]),
];

async function main(): Promise<void> {
  const { store, objects, faults, nodes, primary, active, timeline } = await openGroup(
    count,
    programs,
  );
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
  const links = await archivedUpTo(store, timeline, end);
  noteChain(links);
  const lag = Date.now() - Number(links.at(-1)?.link?.segment?.toUs ?? 0) / 1_000;
  recordFinding(
    "the newest archived commit is at most 60 s old",
    lag < 60_000,
    `${(lag / 1_000).toFixed(1)} s`,
  );
  recordFinding("the store's text has no row in clear", !hasText(objects, marker));
  for (const each of moments) await restored(store, each);
  endTrial();
}

main().catch((error: Error) => failTrial(error, "/trial/run/*.log /trial/db-*/log"));
