import { expect, it } from "vitest";
import { runWithLease } from "../../../host/app-job/run-with-lease";

/** A promise that counts the reactions to it, and to the promises derived from it. */
class Counted<T> extends Promise<T> {
  static reactions = 0;

  override then<A = T, B = never>(
    done?: ((value: T) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    Counted.reactions += 1;
    return super.then(done, failed);
  }
}

/** A program that waits while another node has the lease; SIGTERM comes in the pause of that number. */
async function waiting(rounds: number) {
  let asking: () => void = () => undefined;
  const stopRequested = new Counted<void>((resolve) => (asking = resolve));
  let pauses = 0;
  let endedByStop = false;
  const pause = async (_: number, stop?: AbortSignal) => {
    pauses += 1;
    if (pauses < rounds) return;
    const stopped = new Promise((resolve) => stop?.addEventListener("abort", resolve));
    asking();
    await stopped;
    endedByStop = true;
  };
  const lease = {
    ...{ token: "here/1", node: "here" },
    read: async () => ({ token: "there/1", node: "there", beats: pauses }),
    take: async () => false,
    renew: async () => false,
    release: async () => undefined,
  };
  const start = () => {
    throw new Error("started without the lease");
  };
  const quiet = () => undefined;
  const around = {
    now: () => 0,
    pause,
    stopRequested,
    start,
    ready: quiet,
    alive: quiet,
    say: quiet,
  };
  const status = await runWithLease(lease, 30, around);
  return { status, pauses, endedByStop };
}

it("SIGTERM ends the pause of a waiting worker at once", async () => {
  expect(await waiting(3)).toEqual({ status: 0, pauses: 3, endedByStop: true });
});

it("a worker that waits for weeks adds no reaction to the promise of SIGTERM with each round", async () => {
  Counted.reactions = 0;
  await waiting(10_000);
  expect(Counted.reactions).toBeLessThan(10);
});
