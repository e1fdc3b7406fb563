import { setTimeout as delay } from "node:timers/promises";
import { contentOf } from "./content";
import { archivedUpTo, executed, noteChain, openGroup } from "./group";
import { bigSql, Load, marker } from "./load";
import { loseNodes } from "./losses";
import { endTrial, failTrial, note } from "./notes";
import { type Moment, restored } from "./restored";
import { hasText } from "./store";

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
