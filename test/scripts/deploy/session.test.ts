import { beforeEach, describe, expect, it, vi } from "vitest";
import { MoreIsPending } from "../../../scripts/deploy/change";
import { carryOut, consent, type ReleaseSession } from "../../../scripts/deploy/session";
import { Steps } from "../../../scripts/deploy/steps";
import { outputsWith } from "../operate/support/nodes";

const pin = "a".repeat(64);
const world = vi.hoisted(() => ({
  /** The stack file. */
  text: "",
  /** Settings that the engine was given. */
  given: [] as string[],
  failing: "",
  /** What is done to the file while the release is changed. */
  meanwhile: () => undefined as void,
  /** Digits of the release that each node runs. */
  running: {} as Record<string, string>,
}));
vi.mock("../../../scripts/deploy/stack-file", async (original) => ({
  ...(await original<object>()),
  readStackFile: () => ({ path: "/p/Pulumi.dev.yaml", text: world.text }),
  writeStackFile: (_: string, text: string) => void (world.text = text),
}));
vi.mock("../../../scripts/deploy/local-engine", () => ({
  localEngine: async ({ settings }: { settings: string }) => void world.given.push(settings),
}));
vi.mock("../../../scripts/deploy/cli-engine", () => ({
  cliEngine: (stack: string, { settings }: { settings: string }) =>
    void world.given.push(`${stack}: ${settings}`),
}));
vi.mock("../../../scripts/deploy/change", async (original) => ({
  ...(await original<object>()),
  changeRelease: async () => {
    world.meanwhile();
    if (world.failing === "more") throw new MoreIsPending("more is pending");
    if (world.failing) throw new Error(world.failing);
  },
}));
vi.mock("../../../scripts/deploy/interrupt", () => ({
  takeInterrupts: () => {
    const { signal } = new AbortController();
    return { signal, engineSignal: signal };
  },
}));
vi.mock("../../../scripts/operate/releases", async (original) => ({
  ...(await original<object>()),
  releasesOf: async () =>
    new Map(
      Object.entries(world.running).map(([name, digit]) => [
        name,
        { current: digit.repeat(64), ran: [], there: [], facts: new Map() },
      ]),
    ),
}));

const before = "config:\n  webstack:app:\n    count: 2 # two\n";
const pinned = `${before}    release: ${pin}\n`;
let lines: string[];
beforeEach(() => {
  Object.assign(world, { text: before, given: [], failing: "", meanwhile: () => undefined });
  world.running = { "app-1": "b" };
  lines = [];
});

function carriedOut(options: { stack?: string } = {}): Promise<void> {
  const session: ReleaseSession = {
    ...{ outputs: outputsWith("app-1"), text: before, stack: "dev", upCommand: "pulumi up" },
    ...{ steps: new Steps(() => undefined), say: (line: string) => void lines.push(line.trim()) },
  };
  return carryOut(
    session,
    { stack: options.stack, yes: true, word: undefined },
    { named: { pin }, saysCommand: true, onFailure: "to go on: mend it", onMore: "edit it" },
  );
}

describe("a stack file", () => {
  it("is written once the release runs, and the engine has had it before", async () => {
    await carriedOut();
    expect(world.given).toEqual([pinned]);
    expect(world.text).toBe(pinned);
    expect(lines).toEqual([
      "/p/Pulumi.dev.yaml says so now; commit it, so that everybody's pulumi up agrees",
      "runs now:",
      "bbbbbbbbbbbb  on app-1",
    ]);
  });

  it("is left alone if it says so already", async () => {
    world.text = pinned;
    await carriedOut();
    expect(lines.join()).not.toContain("says so now");
  });

  it("keeps what somebody wrote meanwhile", async () => {
    world.meanwhile = () => void (world.text = before.replace("two", "three"));
    await carriedOut();
    expect(world.text).toBe(pinned.replace("two", "three"));
  });

  it("never names what did not come up; what runs now is said, and how to go on", async () => {
    world.failing = "app-1: app@1.service is not healthy";
    await expect(carriedOut()).rejects.toThrow(
      "app-1: app@1.service is not healthy\nruns now:\n  bbbbbbbbbbbb  on app-1\n" +
        "/p/Pulumi.dev.yaml was not changed by this command\nto go on: mend it",
    );
    expect(world.text).toBe(before);
  });

  it("is no way back for nodes that run different releases; that is said with digits", async () => {
    Object.assign(world, { failing: "app-2: no", running: { "app-1": "c", "web-1": "b" } });
    await expect(carriedOut()).rejects.toThrow(
      /\nto go back: npm run rollback -- --stack dev b{12}$/,
    );
  });

  it("is what to edit where the release itself wants more", async () => {
    world.failing = "more";
    await expect(carriedOut()).rejects.toThrow(/^more is pending\n[^]*\nedit it$/);
  });

  it("goes to the command of that name for any other stack than the local one", async () => {
    await carriedOut({ stack: "dev" });
    expect(world.given).toEqual([`dev: ${pinned}`]);
  });
});

it("without a terminal nobody is asked, and nothing is taken for a yes", async () => {
  const refused = consent({ stack: "dev" }, { yes: false }, false);
  await expect(refused).rejects.toThrow("nobody can be asked here; add --yes");
  await consent({ stack: "dev" }, { yes: true }, false);
});
