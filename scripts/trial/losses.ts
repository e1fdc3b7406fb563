import { setTimeout as delay } from "node:timers/promises";
import { until } from "./instance";
import { note } from "./notes";
import type { Node } from "./programs";

const seconds = (sinceMs: number) => `${((Date.now() - sinceMs) / 1_000).toFixed(1)} s`;

/** Takes the node that archives away with its MySQL, brings it back, and freezes its archiver. */
export async function loseNodes(
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
  note("after the loss of its node another one archives", true, `${next} after ${seconds(lostMs)}`);
  await delay(partMs);
  await moment("after the archiver's node was lost", "gtid");
  await first.instance.start();
  await first.instance.rejoin();
  first.startArchiver();
  const backMs = Date.now();
  const isAlone = () => first.status()?.active === true && !otherIsActive();
  await until("the first one archives again, alone", isAlone, 180);
  note("the node that took over ends when the first one is back", true, seconds(backMs));
  await delay(5_000);
  const frozen = first.archiver!;
  frozen.kill("SIGSTOP");
  const frozenMs = Date.now();
  await until("another takes over from a frozen one", otherIsActive, 180);
  note("a frozen archiver is taken over from", true, seconds(frozenMs));
  await delay(15_000);
  frozen.kill("SIGCONT");
  await until("the frozen one archives again, alone", isAlone, 180);
  await moment("after an archiver was frozen", "gtid");
}
