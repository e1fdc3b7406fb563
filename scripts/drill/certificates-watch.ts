import { performance } from "node:perf_hooks";
import { waitUntil } from "../../rolling/wait-until";
import { type AuthorityBehaviour, restartAuthority } from "../local/authority";
import { healInjected } from "../local/faults";
import { edgeStates, renewCertificates } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Mark, Measured } from "./drill";
import { holder, moves, waitForNormal } from "./edge-state";
import { Handshakes } from "./handshakes";
import { seriesOf } from "./series";

/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;

/** A stack with certificates, under constant TLS handshakes. */
export class Certified {
  readonly marks: Mark[] = [];
  readonly notes: string[] = [];
  readonly begunMs = performance.now();
  readonly handshakes: Handshakes;

  constructor(
    readonly outputs: StackOutputs,
    readonly active: string,
    readonly standby: string,
    /** Names with a certificate. */
    readonly names: readonly string[],
    root: string,
  ) {
    this.handshakes = new Handshakes(outputs.floatingIp.ipv4, names, [root]);
  }

  mark(text: string): void {
    this.marks.push({ atMs: performance.now() - this.begunMs, text });
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** Restarts the authority; certificates of its new root are trusted too. */
  async restart(behaviour: AuthorityBehaviour): Promise<void> {
    this.handshakes.roots.push(await restartAuthority(behaviour));
  }

  /** Waits until each name was served with `times` further certificates. */
  async untilRenewed(times: number, seconds: number, names = this.names): Promise<void> {
    // Right after the start no handshake has shown the present certificate yet.
    const begun = new Map(
      names.map((name) => [name, Math.max(1, this.handshakes.certificates(name).length)]),
    );
    const all = async () => {
      const missing = names.filter(
        (name) => this.handshakes.certificates(name).length < begun.get(name)! + times,
      );
      if (missing.length > 0) throw new Error(`not renewed ${times} times: ${missing.join(", ")}`);
      return true;
    };
    await waitUntil("renewed certificates", all, { timeoutSeconds: seconds, intervalMs: 500 });
    this.mark("renewed");
  }

  /** Time of the next renewal of any name, milliseconds since 1970. */
  async nextRenewalMs(): Promise<number> {
    const held = (await edgeStates(this.outputs)).get(this.active)?.certificates?.names ?? {};
    return Math.min(...Object.values(held).map(({ renewAfter }) => Date.parse(renewAfter ?? "")));
  }

  /** Waits until both load balancers report the same certificates of all names. */
  untilBothServe(seconds: number): Promise<unknown> {
    return untilAlike(this.outputs, this.names, seconds);
  }

  /** Visits a further name, or names beneath a wildcard, while `work` runs. */
  async visiting(name: string, work: () => Promise<void>): Promise<void> {
    this.handshakes.names = [...this.names, name];
    try {
      await work();
    } finally {
      this.handshakes.names = this.names;
    }
  }

  /** Waits until a further name has a certificate on both load balancers. */
  untilServes(name: string, seconds: number): Promise<unknown> {
    return untilAlike(this.outputs, [name], seconds);
  }
}

function untilAlike(outputs: StackOutputs, names: readonly string[], seconds: number) {
  const alike = async () => {
    const states = [...(await edgeStates(outputs)).values()];
    for (const name of names) {
      const from = states.map((state) => state?.certificates?.names[name]?.validFrom);
      if (from.includes(undefined) || new Set(from).size !== 1) {
        throw new Error(`${name}: ${from.map((one) => one ?? "none").join(" and ")}`);
      }
    }
    return true;
  };
  return waitUntil("the same certificates on both load balancers", alike, {
    ...{ timeoutSeconds: seconds, intervalMs: 1_000 },
  });
}

/** Orders new certificates for all names, of the authority as it is now, on both load balancers. */
async function ordered(outputs: StackOutputs, active: string): Promise<void> {
  // A running client orders a certificate for a name once an hour at most.
  await runOnNode(outputs, active, "sudo systemctl restart webstack-acme");
  await renewCertificates(outputs, active, []);
}

/**
 * Has an authority with this behaviour issue all certificates, and runs `work` under handshakes. Afterwards restores
 * the usual authority and its certificates.
 *
 * @throws Error if the stack has no names with certificates.
 */
export async function underHandshakes(
  outputs: StackOutputs,
  behaviour: AuthorityBehaviour,
  work: (watch: Certified) => Promise<void>,
): Promise<Measured> {
  await waitForNormal(outputs);
  const active = await holder();
  const states = await edgeStates(outputs);
  const all = Object.keys(states.get(active)?.certificates?.names ?? {});
  // A wildcard is no name that a visitor could ask for.
  const names = all.filter((name) => !name.startsWith("*."));
  if (names.length === 0) {
    throw new Error(
      "the stack has no name with a certificate; set webstack:domains in Pulumi.local.yaml, such as [www.example.test], and run npm run up:local",
    );
  }
  const standby = [...states.keys()].find((name) => name !== active)!;
  const before = await moves();
  const root = await restartAuthority(behaviour);
  await ordered(outputs, active);
  const watch = new Certified(outputs, active, standby, names, root);
  const { handshakes } = watch;
  try {
    await work(watch);
  } finally {
    await handshakes.stop();
    await healInjected();
    await restartAuthority({});
  }
  await waitForNormal(outputs);
  await ordered(outputs, await holder());
  return measured(watch, (await moves()).filter((id) => !before.includes(id)).length);
}

function measured({ handshakes, begunMs, marks, notes }: Certified, moved: number): Measured {
  const { done } = handshakes;
  const answers = done.map(({ endMs, failure }) => ({ endMs, isGood: failure === undefined }));
  const goodMs = answers
    .filter(({ isGood }) => isGood)
    .map(({ endMs }) => endMs)
    .sort((a, b) => a - b);
  const failures = done.flatMap(({ failure }) => failure ?? []);
  const gaps = goodMs.slice(1).map((endMs, i) => endMs - goodMs[i]!);
  const longest = gaps.reduce((max, gap) => Math.max(max, gap), 0);
  const counts = [...new Set(done.map(({ name }) => name))].map(
    (name) => `${name} ${handshakes.certificates(name).length} certificates`,
  );
  return {
    outageMs: failures.length > 0 ? Math.round(longest) : 0,
    requests: done.length,
    failed: failures.length,
    moves: moved,
    notes: [...counts, ...notes, ...new Set(failures)],
    series: seriesOf(answers, { begunMs, stepMs, marks }),
  };
}
