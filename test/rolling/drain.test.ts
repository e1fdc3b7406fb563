import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drain } from "../../rolling/drain";
import { frontFor } from "../../rolling/neighbour-waits";
import { FakePatchedHosts } from "./support/fake-patched-hosts";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((later) => globalThis.setTimeout(later, ms)),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Drains a node that does not answer, in fake time; resolves with the nodes drained, or with the error's message. */
async function drainedDead(hosts: FakePatchedHosts, name: string): Promise<string[] | string> {
  hosts.silence(name);
  hosts.down.add(name);
  const node = hosts.node(name);
  const drained: string[] = [];
  const aside = async () => void drained.push(name);
  const end = frontFor(hosts, node)
    .then((front) => drain(hosts.world(), node, front, aside))
    .then(
      () => drained,
      (error: Error) => error.message,
    );
  await vi.advanceTimersByTimeAsync(600_000);
  return end;
}

describe("the drain of a dead database node", () => {
  it("is left to its caller if the others are a whole majority", async () => {
    expect(await drainedDead(new FakePatchedHosts(), "db-2")).toEqual(["db-2"]);
  });

  it.each([
    [
      "is not in the group",
      (hosts: FakePatchedHosts) => hosts.member("db-3", "RECOVERING"),
      /MySQL of db-3 is RECOVERING/,
    ],
    [
      "has no majority",
      (hosts: FakePatchedHosts) => hosts.member("db-3", "ONLINE", { majority: false }),
      /db-3 is without a majority/,
    ],
    ["is dead too", (hosts: FakePatchedHosts) => hosts.silence("db-3"), /db-3 does not answer/],
  ] as const)("is refused if another one %s", async (_, breaks, reason) => {
    const hosts = new FakePatchedHosts();
    breaks(hosts);
    expect(await drainedDead(hosts, "db-2")).toMatch(reason);
  });

  it("is refused for a node of another tier while the group is not whole", async () => {
    const hosts = new FakePatchedHosts();
    hosts.member("db-3", "RECOVERING");
    expect(await drainedDead(hosts, "web-2")).toMatch(/MySQL of db-3 is RECOVERING/);
  });
});
