import { beforeEach, describe, expect, it, vi } from "vitest";
import { finishEarlier } from "../../../scripts/operate/served-again";
import type { StackNode, StackOutputs } from "../../../scripts/operate/outputs";
import { rebuildOrder, rebuildServer } from "../../../scripts/operate/server-replacement";
import { outputsWith } from "./support/nodes";

const world = vi.hoisted(() => ({
  /** What was done, in order. */
  done: [] as string[],
  /** The step that fails. */
  failing: "",
  /** Nodes out of service, at each look in turn; the last one stays. */
  out: [[]] as string[][],
  made: {} as unknown,
}));
const does = vi.hoisted(() => (what: string) => {
  world.done.push(what);
  if (world.failing && what.startsWith(world.failing)) throw new Error(`${world.failing} failed`);
});
vi.mock("../../../scripts/operate/engine-commands", () => ({
  upAgain: async (stack?: string) => does(`up ${stack}`),
}));
vi.mock("../../../scripts/operate/cloud-project", () => ({
  cloudProject: () => "project",
  rebuildable: async (_: unknown, id: number) => {
    does(`read ${id}`);
    return { imageId: 5, isProtected: true };
  },
  rebuildDisk: async (_: unknown, id: number, __: unknown, userData: string) =>
    does(`rebuild ${id} with ${userData}`),
}));
vi.mock("../../../scripts/operate/recorded-host", () => ({
  recordedHost: async (_: unknown, node: string) => {
    does(`record ${node}`);
    return { node, connection: { firstContactKey: "once" } };
  },
  userDataOf: ({ node }: { node: string }) => {
    does(`render ${node}`);
    return `data of ${node}`;
  },
}));
vi.mock("../../../provider/connect", () => ({
  connect: async ({ pinned }: { pinned?: string }) => ({
    key: does(`connect ${pinned}`),
    close: () => undefined,
  }),
}));
vi.mock("../../../provider/host-key", () => ({
  firstContact: async (_: unknown, node: string, key: string) => does(`proof ${node} ${key}`),
}));
vi.mock("../../../scripts/operate/up-check", () => ({
  refuseUnlessUp: async (
    stack: string,
    { name }: { name: string },
    { newIn }: { newIn?: string },
  ) => does(`check ${name} of ${stack}${newIn === undefined ? "" : ", a new server"}`),
}));
vi.mock("../../../rolling/step-aside", () => ({
  stepAside: async (_: unknown, { name }: { name: string }) => does(`aside ${name}`),
  stepBack: async (_: unknown, { name }: { name: string }) => does(`back ${name}`),
}));
vi.mock("../../../rolling/node-states", () => ({ outOfService: async () => [] }));
vi.mock("../../../rolling/neighbour-waits", () => ({
  frontFor: async () => ({ names: [], knowsIt: true }),
  waitForOthers: async () => undefined,
  waitForNode: async (_: unknown, { name }: { name: string }) => does(`see ${name}`),
}));
vi.mock("../../../scripts/operate/operated-stack", () => ({ outputsOf: () => world.made }));
vi.mock("../../../scripts/operate/hosts", () => {
  const look = () => (world.out.length > 1 ? world.out.shift()! : world.out[0]!);
  return {
    hostsOf: ({ nodes }: StackOutputs) => ({ nodes }),
    outOfService: async () => look(),
    waitForService: async () => {
      const names = look();
      if (names.length > 0) throw new Error(`not in service: ${names.join(", ")}`);
    },
  };
});

const outputs = outputsWith("lb-1", "lb-2", "web-1", "web-2", "web-3", "db-1", "db-2", "db-3");
const how = { stack: "prod", isOut: false, keepTurn: async () => true };
const begun = ["record web-2", "render web-2", "read 4", "check web-2 of prod", "aside web-2"];
const asked = [...begun, "rebuild 4 with data of web-2"];

/** The outputs with these host keys. */
function withKeys(keys: Record<string, string>): StackOutputs {
  return {
    ...outputs,
    nodes: outputs.nodes.map((n) => ({ ...n, hostKey: keys[n.name] ?? "old" })),
  };
}

beforeEach(() => {
  Object.assign(world, { done: [], failing: "", out: [[]], made: outputs });
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

describe("rebuildServer", () => {
  it("drains, rebuilds with rendered user data, asks for the proof, and configures", async () => {
    expect(await rebuildServer(outputs, "web-2", how)).toBe(outputs);
    expect(world.done).toEqual([
      ...asked,
      "connect undefined",
      "proof web-2 once",
      "up prod",
      "see web-2",
    ]);
  });

  it.each(["record", "render", "read", "check"])(
    "disturbs nothing if it cannot %s",
    async (step) => {
      world.failing = step;
      await expect(rebuildServer(outputs, "web-2", how)).rejects.toThrow("failed");
      expect(world.done.some((one) => /^(aside|rebuild)/.test(one))).toBe(false);
    },
  );

  it("rebuilds nothing if the work cannot be taken away", async () => {
    world.failing = "aside";
    await expect(rebuildServer(outputs, "web-2", how)).rejects.toThrow("aside failed");
    expect(world.done).toEqual([...begun, "back web-2"]);
  });

  it("rebuilds a node that is out of service and cannot be drained", async () => {
    world.failing = "aside";
    await rebuildServer(outputs, "web-2", { ...how, isOut: true });
    expect(world.done.at(-2)).toBe("up prod");
  });

  it("gives a node its work back whose rebuild the cloud refused", async () => {
    world.failing = "rebuild";
    await expect(rebuildServer(outputs, "web-2", how)).rejects.toThrow("rebuild failed");
    expect(world.done).toEqual([...asked, "back web-2"]);
  });

  it("sends nothing to a server that proves no key", async () => {
    world.failing = "proof";
    await expect(rebuildServer(outputs, "web-2", how)).rejects.toThrow("proof failed");
    expect(world.done).not.toContain("up prod");
  });
});

describe("the order of rebuilds", () => {
  it("has the node with the address last in its tier", () => {
    const names = rebuildOrder(outputs, ["web", "lb"], ["lb-1"]).map(({ name }) => name);
    expect(names).toEqual(["lb-2", "lb-1", "web-1", "web-2", "web-3"]);
  });

  it.each(["db", "db-2"])("has no database: %s is refused with the other way", (word) => {
    expect(() => rebuildOrder(outputs, ["web", word], [])).toThrow(
      new RegExp(`has data on its disk.*npm run roll -- ${word} `),
    );
  });
});

describe("an interrupted command", () => {
  const names = ["web-1", "web-2", "web-3"];
  const keyOf = ({ hostKey }: StackNode) => hostKey;

  it("is none if all is in service", async () => {
    expect(await finishEarlier(outputs, names, "prod", keyOf)).toMatchObject({
      names,
      out: new Set(),
    });
    expect(world.done).toEqual([]);
  });

  it("is finished by up, and its node is not rebuilt again", async () => {
    Object.assign(world, { out: [["web-2"], ["web-2"], []], made: withKeys({ "web-2": "new" }) });
    const left = await finishEarlier(withKeys({}), names, "prod", keyOf);
    expect(world.done).toEqual(["up prod"]);
    expect(left).toMatchObject({ outputs: world.made, names: ["web-1", "web-3"], out: new Set() });
  });

  it("is finished by up if a server was deleted, and that server is not replaced again", async () => {
    const nodes = outputs.nodes.map((n) => (n.name === "web-2" ? { ...n, serverId: 99 } : n));
    Object.assign(world, { out: [["web-2"], ["web-2"], []], made: { ...outputs, nodes } });
    const left = await finishEarlier(outputs, names, "prod", ({ serverId }) => serverId);
    expect(left.names).toEqual(["web-1", "web-3"]);
  });

  it("begins with a node that up does not bring back", async () => {
    Object.assign(world, { out: [["web-2"]], made: withKeys({}), failing: "up" });
    const left = await finishEarlier(withKeys({}), names, "prod", keyOf);
    expect(left.names).toEqual(["web-2", "web-1", "web-3"]);
    expect(left.out).toEqual(new Set(["web-2"]));
  });

  it("is not looked for if another node is out of service", async () => {
    Object.assign(world, { out: [["db-2"]] });
    expect(await finishEarlier(outputs, names, "prod", keyOf)).toMatchObject({ names });
    expect(world.done).toEqual([]);
  });
});
