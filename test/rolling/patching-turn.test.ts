import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TurnTaken } from "../../rolling/stack-turn";
import { FakePatchedHosts } from "./support/fake-patched-hosts";
import { patched } from "./support/patched";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((later) => globalThis.setTimeout(later, ms)),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const newer = "Inst curl [8.5.0-2] (8.5.0-3 Ubuntu:26.04/resolute-updates [amd64])\n";
const required = "Reboot-required:\n";

/** A look at the turn that does something at its n-th call, from 1, and answers with its result. */
function turnThat(n: number, act: () => boolean): () => Promise<boolean> {
  let calls = 0;
  return async () => (++calls === n ? act() : true);
}

describe("patching beside another command", () => {
  /** A node with an upgrade that asks for a reboot. */
  function due(name: string): FakePatchedHosts {
    const hosts = new FakePatchedHosts();
    hosts.pending.set(name, newer);
    hosts.reasons.set(name, required);
    return hosts;
  }
  const taken = () => {
    throw new TurnTaken("another command disturbs the stack now (npm run roll)");
  };

  it("drains nothing without the turn", async () => {
    const hosts = due("web-2");
    expect(await patched(hosts, "web-2", { keepTurn: turnThat(1, taken) })).toMatch(/npm run roll/);
    expect(hosts.log).toEqual([]);
  });

  it("does not reboot a node after the turn went to another command, and leaves the node to that one", async () => {
    const hosts = due("web-2");
    expect(await patched(hosts, "web-2", { keepTurn: turnThat(3, taken) })).toMatch(/npm run roll/);
    expect(hosts.log).toEqual(["web-2 drained", "web-2 upgraded"]);
  });

  it("does not reboot a node if the turn goes to another command during the second drain", async () => {
    const hosts = due("web-2");
    expect(await patched(hosts, "web-2", { keepTurn: turnThat(4, taken) })).toMatch(/npm run roll/);
    expect(hosts.log).toEqual(["web-2 drained", "web-2 upgraded"]);
  });

  it("drains a node again before its reboot that returned to service during the upgrade", async () => {
    const hosts = due("web-2");
    const keepTurn = turnThat(3, () => {
      hosts.back("web-2");
      return false;
    });
    await patched(hosts, "web-2", { keepTurn });
    const twice = ["web-2 drained", "web-2 upgraded", "web-2 drained", "web-2 reboots"];
    expect(hosts.log).toEqual(twice);
  });

  it("repeats a drain during which the turn ended", async () => {
    const hosts = due("web-2");
    const keepTurn = turnThat(2, () => {
      hosts.back("web-2");
      return false;
    });
    await patched(hosts, "web-2", { keepTurn });
    expect(hosts.log.slice(0, 3)).toEqual(["web-2 drained", "web-2 drained", "web-2 upgraded"]);
  });

  it("does not reboot a node if another one failed during the upgrade", async () => {
    const hosts = due("web-2");
    const keepTurn = turnThat(3, () => {
      hosts.down.add("web-1");
      return true;
    });
    expect(await patched(hosts, "web-2", { keepTurn })).toMatch(/sends nothing to web-1/);
    expect(hosts.log).toEqual(["web-2 drained", "web-2 upgraded", "web-2 back"]);
  });

  it("gives up after the third drain during which the turn ended", async () => {
    const hosts = due("web-2");
    const end = await patched(hosts, "web-2", { keepTurn: async () => false });
    expect(end).toMatch(/web-2: the turn ended in each of 3 drains/);
    expect(hosts.log).toEqual(["web-2 drained", "web-2 back"]);
  });
});
