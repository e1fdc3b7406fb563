import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { heal, inject } from "../local/faults";
import { stopAuthority } from "../local/authority";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { type Certified, underHandshakes } from "./certificates-watch";
import { wildcardIssued, wildcardLife } from "./certificates-wildcard";
import type { Drill } from "./drill";
import { upDone, withEdits } from "./up";

/** Lifetime of the drills' certificates, seconds; a renewal is due after two thirds. */
const shortLife = 120;
/** Lifetime of the certificates in the drill with an unreachable authority, seconds. */
const longerLife = 300;
/** A name that is added and removed. */
const added = "added.example.test";

async function renewed(watch: Certified, times: number): Promise<void> {
  await watch.untilRenewed(times, times * shortLife);
}

async function withoutStandby(watch: Certified): Promise<void> {
  const id = await inject({ fault: "power-off", server: watch.standby });
  watch.mark("standby off");
  await watch.untilRenewed(1, shortLife);
  await heal(id);
  watch.mark("standby on");
  await watch.untilBothServe(120);
}

/** Cuts the active node's power as soon as that node orders a certificate. */
async function duringFailover(watch: Certified): Promise<void> {
  const { active, outputs, names } = watch;
  const ordering = "sudo journalctl -u webstack-acme --since -5s -o cat | grep -c ordering || true";
  await waitUntil(
    `${active} ordering`,
    async () => {
      if ((await runOnNode(outputs, active, ordering)).trim() === "0") throw new Error("not yet");
      return true;
    },
    { timeoutSeconds: shortLife, intervalMs: 300 },
  );
  const id = await inject({ fault: "power-off", server: active });
  watch.mark("power off");
  await watch.untilRenewed(1, shortLife / 3, names);
  await heal(id);
  await watch.untilBothServe(120);
}

/** Stops the authority when a renewal is due, and starts it within the last third of the certificates' lifetime. */
async function authorityAway(watch: Certified): Promise<void> {
  const { active, outputs } = watch;
  await pause((await watch.nextRenewalMs()) - Date.now() - 5_000);
  await stopAuthority();
  watch.mark("authority away");
  const alarm =
    "sudo journalctl -u webstack-acme --since -2min -o cat -p err | grep 'no certificate' | tail -1";
  const report = await waitUntil(
    "an alarm",
    async () => {
      const line = (await runOnNode(outputs, active, alarm)).trim();
      if (!/the present one is valid for/.test(line)) throw new Error(line || "no line");
      return line;
    },
    { timeoutSeconds: 60, intervalMs: 1_000 },
  );
  watch.note(`alarm: ${report.slice(0, 100)}`);
  await watch.restart({ validitySeconds: longerLife });
  watch.mark("authority back");
  await watch.untilRenewed(1, 80);
}

async function nameAddedAndRemoved(watch: Certified): Promise<void> {
  await withEdits(async (edit) => {
    edit((settings: Record<string, unknown>) => {
      settings["webstack:domains"] = [...watch.names, added];
    });
    await upDone();
    watch.mark("name added");
    await watch.untilServes(added, 90);
  });
  watch.mark("name removed");
}

function drill(
  id: string,
  title: string,
  {
    boundMs = 0,
    moves = [0, 0],
    life = shortLife,
    refusedNoncesPercent = 5,
    reusedProofsPercent = 50,
  }: {
    boundMs?: number;
    moves?: readonly [number, number];
    life?: number;
    refusedNoncesPercent?: number;
    reusedProofsPercent?: number;
  },
  work: (watch: Certified) => Promise<void>,
): Drill {
  const behaviour = { validitySeconds: life, refusedNoncesPercent, reusedProofsPercent };
  const run = (outputs: StackOutputs) => underHandshakes(outputs, behaviour, work);
  const base = { id, title, boundMs, moves };
  return boundMs === 0 ? { ...base, failed: 0, run } : { ...base, run };
}

/**
 * Certificates of a test authority that live for minutes, under 50 handshakes per second. They need a stack with
 * names: `webstack:domains` in `Pulumi.local.yaml`.
 */
export const certificateDrills: readonly Drill[] = [
  drill("C1", "three renewals", {}, (watch) => renewed(watch, 3)),
  drill("C2", "renewal without the standby", {}, withoutStandby),
  drill(
    "C3",
    "active node loses power while it orders",
    { boundMs: 3_000, moves: [1, 1] },
    duringFailover,
  ),
  drill("C4", "authority refuses half of the nonces", { refusedNoncesPercent: 50 }, (watch) =>
    renewed(watch, 1),
  ),
  drill("C5", "authority away when a renewal is due", { life: longerLife }, authorityAway),
  drill("C6", "a name added and removed", {}, nameAddedAndRemoved),
  drill(
    "C7",
    "a wildcard added, and one without a zone",
    // An authority that remembers a proof would renew without a record.
    { life: wildcardLife, reusedProofsPercent: 0 },
    wildcardIssued,
  ),
];
