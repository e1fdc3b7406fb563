import type { EngineEvent } from "@pulumi/pulumi/automation";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Change, changeRelease } from "../../../scripts/deploy/change";
import type { DeployEngine } from "../../../scripts/deploy/engine";
import { Steps } from "../../../scripts/deploy/steps";
import { outputsWith } from "../operate/support/nodes";
import { begins, ends, fails, says } from "./support/events";

const world = vi.hoisted(() => ({
  /** What was done, in order. */
  done: [] as string[],
  push: async (_signal: AbortSignal): Promise<void> => undefined,
}));
vi.mock("../../../scripts/deploy/push", () => ({
  pushToAll: async (
    _: unknown,
    { digest }: { digest: string },
    pins: Map<string, unknown>,
    how: { signal: AbortSignal },
  ) => {
    world.done.push(`push ${digest} with ${pins.size} keys`);
    return world.push(how.signal);
  },
}));
vi.mock("../../../scripts/deploy/lost-requests", () => ({
  edgeCounters: async () => {
    world.done.push("count");
    return new Map();
  },
  lostLines: () => ["lb-1: 0 answers of 500 and more"],
}));

/** An engine that has these events to tell, and fails if it says so. */
function engine(
  planned: EngineEvent[],
  done: EngineEvent[] = [],
  failing: { preview?: string; up?: string } = {},
): DeployEngine {
  const run = (name: "preview" | "up", events: EngineEvent[]) => {
    return async (onEvent: (event: EngineEvent) => void) => {
      world.done.push(name);
      events.forEach(onEvent);
      if (failing[name]) throw new Error(failing[name]);
    };
  };
  return {
    pins: async () => new Map([["app-1", { hostKey: "key", urn: "urn" }]]),
    preview: run("preview", planned),
    up: run("up", done),
  };
}

let lines: string[];
let stop: AbortController;
beforeEach(() => {
  Object.assign(world, { done: [], push: async () => undefined });
  lines = [];
  stop = new AbortController();
});
const release = { digest: "d", root: "/srv/app", keep: 3, archive: "/a" };
const released = [begins("app-1", ["release.digest"]), begins("web-1", ["release.digest"])];

function change(
  using: DeployEngine,
  delivered: Change["delivered"] | null = release,
): Promise<void> {
  const say = (line: string) => void lines.push(line.trim());
  return changeRelease({
    ...{ outputs: outputsWith("lb-1", "app-1", "web-1"), engine: using },
    ...(delivered ? { delivered } : {}),
    ...{ saysCommand: true, upCommand: "npm run up:local", steps: new Steps(say), say },
    interrupt: { signal: stop.signal, engineSignal: stop.signal },
  });
}

describe("a change of the release", () => {
  it("checks and pushes, then switches, with the time of each and the requests lost", async () => {
    const up = [begins("app-1", ["release.digest"]), ends("app-1")];
    await change(engine(released, up));
    expect(world.done).toEqual(["preview", "push d with 1 keys", "count", "up", "count"]);
    expect(lines.map((line) => line.replace(/\d+\.\d/, "N"))).toEqual([
      "N s  nothing else is pending",
      "N s  all app and web nodes have the release",
      "app-1 has it (N s)",
      "N s  every node runs it",
      "requests lost, as the load balancers counted them:",
      "lb-1: 0 answers of 500 and more",
    ]);
  });

  it("pushes nothing that the nodes have", async () => {
    await change(engine(released), null);
    expect(world.done).toEqual(["preview", "count", "up", "count"]);
  });

  it("is refused with what is pending and the command for it, and gives the push up", async () => {
    let givenUp: AbortSignal | undefined;
    world.push = async (signal) => {
      givenUp = signal;
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    };
    const pending = [...released, begins("app-2", ['secrets["/etc/webstack/app.env"]'])];
    await expect(change(engine(pending))).rejects.toThrow(
      /run npm run up:local first:\n {2}app-2: \/etc\/webstack\/app\.env \(secret\)\nnothing that runs was touched$/,
    );
    expect(givenUp!.aborted).toBe(true);
    expect(world.done).not.toContain("up");
  });

  it("is refused with the reason if it cannot be planned", async () => {
    const planned = [says("error: 1 problem in Pulumi.local.yaml", "error")];
    const refused = change(engine(planned, [], { preview: "pulumi ended with 255" }));
    await expect(refused).rejects.toThrow(/^1 problem in Pulumi\.local\.yaml\nnothing that runs/);
  });

  it("touches nothing if a node does not have the release in the end", async () => {
    world.push = async () => {
      throw new Error("web-1: the release did not arrive");
    };
    await expect(change(engine(released))).rejects.toThrow(
      "web-1: the release did not arrive\nnothing that runs was touched",
    );
    expect(world.done).not.toContain("up");
  });

  it("that stops says node, unit and reason, and the requests lost all the same", async () => {
    const up = [
      ...[begins("app-1", ["release.digest"]), ends("app-1")],
      ...[begins("app-2", ["release.digest"])],
      says("app@1.service is not healthy after 60 s: status 500", "error", "app-2"),
      fails("app-2"),
    ];
    await expect(change(engine(released, up, { up: "update failed" }))).rejects.toThrow(
      /^app-2: app@1\.service is not healthy after 60 s: status 500$/,
    );
    expect(lines).toContain("lb-1: 0 answers of 500 and more");
  });

  it("that another update keeps from starting says what the engine says", async () => {
    const locked = "pulumi up ended with 255:\nerror: the stack is currently locked";
    await expect(change(engine(released, [], { up: locked }))).rejects.toThrow(locked);
  });

  it("does not begin to switch after Ctrl-C", async () => {
    world.push = async () => stop.abort(new Error("interrupted"));
    await expect(change(engine(released))).rejects.toThrow("interrupted");
    expect(world.done).not.toContain("up");
  });
});
