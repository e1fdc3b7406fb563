import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leaseSeconds, StackTurn, TurnTaken } from "../../rolling/stack-turn";
import { FakeHosts } from "./support/fake-hosts";

/** Load balancers that keep a turn as a host does: its end, its id, and the command that has it. */
class TurnHosts extends FakeHosts {
  readonly files = new Map<string, { until: number; id: string; who: string }>();

  override async run(node: string, command: string): Promise<string> {
    await super.run(node, "true");
    const now = Date.now() / 1000;
    const [, rest] = /echo "\$\(\(now \+ 180\)\) (.*)" > /.exec(command) ?? [];
    const found = this.files.get(node);
    if (rest === undefined) {
      if (found && command.includes(` ${found.id} `)) this.files.delete(node);
      return "";
    }
    const [id = "", ...who] = rest.split(" ");
    const isHeld = found !== undefined && found.until > now;
    if (isHeld && found.id !== id) return `held by ${found.who}\n`;
    this.files.set(node, { until: now + leaseSeconds, id, who: who.join(" ") });
    return isHeld ? "kept\n" : "";
  }

  /** A hold of another command, which is not renewed. */
  held(node: string): void {
    this.files.set(node, { until: Date.now() / 1000 + leaseSeconds, id: "other", who: "roll" });
  }

  /** A host that was rebooted has nothing of its memory. */
  rebooted(node: string): void {
    this.files.delete(node);
  }
}

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((later) => globalThis.setTimeout(later, ms)),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the turn to disturb a stack", () => {
  it("is of one command alone, until that gives it back", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "npm run patch of ann at desk");
    const second = StackTurn.take(() => hosts, "npm run roll of bob at desk");
    await expect(second).rejects.toThrow(/\(npm run patch of ann at desk\).*less than 3 minutes/);
    await turn.release();
    const third = await StackTurn.take(() => hosts, "npm run roll of bob at desk");
    await third.release();
    expect(hosts.files.size).toBe(0);
  });

  it("is given back without a failure, whether or not the hosts can be read", async () => {
    let isReadable = true;
    const hosts = () => {
      if (!isReadable) throw new Error("pulumi does not answer");
      return new TurnHosts();
    };
    const turn = await StackTurn.take(hosts, "patch");
    isReadable = false;
    await expect(turn.release()).resolves.toBeUndefined();
  });

  it("is kept for as long as the command runs", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    await vi.advanceTimersByTimeAsync(3_600_000);
    await expect(StackTurn.take(() => hosts, "roll")).rejects.toThrow(/another command/);
    await turn.release();
  });

  it("is free again three minutes after its command was killed", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    vi.clearAllTimers();
    vi.advanceTimersByTime((leaseSeconds + 1) * 1000);
    const next = await StackTurn.take(() => hosts, "roll");
    await expect(turn.renew()).rejects.toThrow(/\(roll\)/);
    await next.release();
  });

  it("outlives the reboot of each load balancer, one after the other", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    for (const name of ["lb-1", "lb-2"]) {
      hosts.rebooted(name);
      await expect(StackTurn.take(() => hosts, "roll")).rejects.toThrow(/another command/);
      await turn.renew();
    }
    await turn.release();
  });

  it("is taken with one load balancer that answers, and with none it is not", async () => {
    const hosts = new TurnHosts();
    hosts.silence("lb-1");
    await (await StackTurn.take(() => hosts, "patch")).release();
    hosts.silence("lb-2");
    await expect(StackTurn.take(() => hosts, "patch")).rejects.toThrow(/no load balancer answers/);
  });

  it("writes no name into a shell's command but letters", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch of o'neil\"; reboot $(x) at desk");
    expect(hosts.files.get("lb-1")!.who).toBe("patch of o neil reboot x at desk");
    await turn.release();
  });

  it("moves to the load balancers that the command made in place of others", async () => {
    const [before, after] = [new TurnHosts(), new TurnHosts()];
    let present = before;
    const turn = await StackTurn.take(() => present, "roll");
    for (const name of ["lb-1", "lb-2"]) before.silence(name);
    present = after;
    await turn.renew();
    await expect(StackTurn.take(() => after, "patch")).rejects.toThrow(/another command/);
    await turn.release();
  });
});

describe("a turn that ended before its command", () => {
  it("is lost for good if another command had it meanwhile, whether or not that one is over", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    for (const name of ["lb-1", "lb-2"]) hosts.held(name);
    // The timer sees the other command; the other command ends.
    await vi.advanceTimersByTimeAsync(61_000);
    for (const name of ["lb-1", "lb-2"]) hosts.rebooted(name);
    await expect(turn.renew()).rejects.toThrow(TurnTaken);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(hosts.files.size).toBe(0);
    await turn.release();
  });

  it("is taken again if nobody has it, and says once that it ended", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    expect(await turn.renew()).toBe(true);
    for (const name of ["lb-1", "lb-2"]) hosts.rebooted(name);
    // The timer takes it before the command looks.
    await vi.advanceTimersByTimeAsync(61_000);
    expect([await turn.renew(), await turn.renew()]).toEqual([false, true]);
    await turn.release();
  });
});

describe("a load balancer that another command holds", () => {
  it("keeps the turn on the other one alive, and is waited for if that command was killed", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    hosts.held("lb-1");
    const renewed = turn.renew();
    await vi.advanceTimersByTimeAsync((leaseSeconds + 10) * 1000);
    expect(await renewed).toBe(true);
    expect([...hosts.files.values()].map(({ who }) => who)).toEqual(["patch", "patch"]);
    await turn.release();
  });

  it("ends the turn if that command lives", async () => {
    const hosts = new TurnHosts();
    const turn = await StackTurn.take(() => hosts, "patch");
    hosts.held("lb-1");
    const lives = setInterval(() => hosts.held("lb-1"), 60_000);
    const renewed = expect(turn.renew()).rejects.toThrow(/\(roll\)/);
    await vi.advanceTimersByTimeAsync((leaseSeconds + 30) * 1000);
    await renewed;
    clearInterval(lives);
    await turn.release();
  });
});

describe("the command on a load balancer", () => {
  it("writes a free turn, keeps an own one, and leaves another one's alone", async () => {
    vi.useRealTimers();
    const folder = mkdtempSync(join(tmpdir(), "turn-"));
    /** A load balancer whose files are in the folder. */
    const run = async (_: string, command: string) => {
      const here = command.replaceAll("/run/", `${folder}/`).replace("sudo ", "");
      answers.push(execFileSync("sh", ["-c", here], { encoding: "utf8" }).trim());
      return answers.at(-1)!;
    };
    const answers: string[] = [];
    const hosts = { nodes: new FakeHosts().nodes.filter(({ name }) => name === "lb-1"), run };
    const turn = await StackTurn.take(() => hosts, "patch of ann at desk");
    await turn.renew();
    await expect(StackTurn.take(() => hosts, "roll")).rejects.toThrow(/patch of ann at desk/);
    // The refused command forgets only what is its own.
    await turn.renew();
    expect(answers).toEqual(["", "kept", "held by patch of ann at desk", "", "kept"]);
    await turn.release();
    await (await StackTurn.take(() => hosts, "roll")).release();
    rmSync(folder, { recursive: true });
  });
});
