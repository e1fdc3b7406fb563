import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { AssignRounds } from "../../../host/mover/assign-rounds";
import type { Effect, Event } from "../../../host/mover/state";
import { HeldAddresses } from "../../../host/mover/held-addresses";
import { step } from "../../../host/mover/machine";
import { LockingApi, type LockingOptions } from "./locking-api";
import { peer, self, standby } from "./play";

const [ipv4, ipv6] = [4, 6];
/** Duration of a probe of a dead peer and of a read, milliseconds. */
const probeMs = 500;
const readMs = 50;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A standby whose peer is dead: the state machine and the rounds, as the mover connects them. */
function failover(options: LockingOptions) {
  const api = new LockingApi(options);
  const held = new HeldAddresses([ipv4, ipv6]);
  const rounds = new AssignRounds(api, held, self, () => Date.now());
  let state = standby();
  let timer: NodeJS.Timeout | undefined;
  const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  function feed(event: Event): void {
    const { vrrp } = state;
    const result = step(state, event);
    state = result.state;
    if (state.vrrp !== vrrp) held.forget();
    result.effects.forEach(carryOut);
  }

  function carryOut(effect: Effect): void {
    if (effect.type === "wake") {
      clearTimeout(timer);
      timer = setTimeout(() => feed({ type: "tick", nowMs: Date.now() }), effect.inMs);
    } else if (effect.type !== "log") void work(effect.type).then(feed, failed);
  }

  async function work(type: "read-owner" | "probe-peer" | "assign"): Promise<Event> {
    if (type === "probe-peer") {
      await after(probeMs);
      return { type: "probed", answers: false, nowMs: Date.now() };
    }
    if (type === "read-owner") {
      await after(readMs);
      const owners = [ipv4, ipv6].map((id) => (api.moved.has(id) ? self : peer));
      held.onOwners(owners, self, Date.now());
      const serverId = owners.includes(peer) ? peer : self;
      return { type: "owner", serverId, nowMs: Date.now() };
    }
    await rounds.run({
      isWanted: () => state.vrrp === "MASTER",
      isFirst: state.failures === 0,
    });
    return { type: "assigned", nowMs: Date.now() };
  }

  function failed(error: ApiFailure): void {
    const { refused, message: reason } = error;
    feed({ type: "failed", reason, refused, random: 0.5, nowMs: Date.now() });
  }

  const run = async (ms: number) => {
    feed({ type: "vrrp", state: "MASTER", nowMs: Date.now() });
    await vi.advanceTimersByTimeAsync(ms);
    return state;
  };
  return { api, run };
}

describe("a failover at an API that locks the server", () => {
  const behaviours = [300, 700, 1_200, 2_000].flatMap((actionMs) => [
    { actionMs, refusesAgain: false },
    { actionMs, refusesAgain: true },
  ]);

  it.each(behaviours)("moves both addresses, each with one accepted call: %j", async (options) => {
    const { api, run } = failover(options);
    const state = await run(20_000);
    expect(state.owner).toBe(self);
    expect(state.failures).toBe(0);
    const { actionMs } = options;
    expect(api.moved.get(ipv4)).toBe(probeMs + actionMs);
    expect(api.moved.get(ipv6)).toBeLessThan(probeMs + 2 * actionMs + 400);
    expect(api.sent(ipv4)).toHaveLength(1);
    expect(api.sent(ipv6).length).toBeLessThanOrEqual(1 + Math.ceil(actionMs / 500));
  });

  it("needs one call for each address if the actions are short", async () => {
    const { api, run } = failover({ actionMs: 200 });
    await run(20_000);
    expect(api.calls.map(([, id]) => id)).toEqual([ipv4, ipv6]);
  });

  it("moves IPv4 as early as without a lock, and IPv6 one action later", async () => {
    const { api, run } = failover({ actionMs: 200, locks: false });
    await run(20_000);
    expect([api.moved.get(ipv4), api.moved.get(ipv6)]).toEqual([probeMs + 200, probeMs + 400]);
  });

  it("calls the API less than half as often as its limit allows while the server stays locked", async () => {
    const { api, run } = failover({ actionMs: 200 });
    api.lockFor(3_600_000);
    await run(3_600_000);
    expect(api.calls.length).toBeGreaterThan(1_000);
    expect(api.calls.length).toBeLessThan(1_800);
    expect(api.sent(ipv6).length).toBeGreaterThan(500);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(api.moved.size).toBe(2);
  });

  it("takes a failed action up again within a second", async () => {
    const { api, run } = failover({ actionMs: 200 });
    api.failedActions.set(ipv4, ["broken"]);
    await run(20_000);
    expect(api.sent(ipv4)).toHaveLength(2);
    expect(api.sent(ipv6)).toHaveLength(1);
    expect(api.moved.get(ipv4)).toBeLessThan(probeMs + 200 + 1_000);
  });
});
