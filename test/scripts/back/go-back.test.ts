import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Plan, Step } from "../../../preview/plan";
import { parseCommandLine } from "../../../scripts/back/command-line";
import { goBack, type BackDependencies } from "../../../scripts/back/go-back";
import { useStackFile } from "../../support/stack-file";

const project = useStackFile();
const one = "1".repeat(40);

/** A plan of one step. */
function plan(fate: Step["fate"], type: string, name = "db-1-vm"): Plan {
  const step: Step = { fate, type, name, before: {}, after: {}, changed: [] };
  return { steps: [step], found: [], isRefreshed: false, errors: [], warnings: [], notes: [] };
}

const file = "config: {}\n";
const updated = plan("update", "host:index:Configuration", "web-1-configuration");

/** A stack, and what happened to it. */
function stack(more: Partial<BackDependencies> = {}, planned: Plan = updated) {
  const happened: string[] = [];
  const world: BackDependencies = {
    stack: "dev",
    today: new Date("2026-10-02T00:00:00Z"),
    commit: (revision) => revision,
    stackFile: () => file,
    presentFile: () => file,
    pinned: async (text, release) => `${text}# ${release}\n`,
    layOut: async (commit) => void happened.push(`files of ${commit.slice(0, 4)}`),
    engine: async (settings) => {
      happened.push(`settings ${JSON.stringify(settings)}`);
      return {
        preview: async () => planned,
        up: async (message) => void happened.push(`up: ${message}`),
      };
    },
    show: () => void happened.push("plan shown"),
    consent: async () => void happened.push("asked"),
    smoke: async () => {
      happened.push("smoke");
      return true;
    },
    say: () => undefined,
    ...more,
  };
  return { world, happened };
}

describe("npm run deploy:back", () => {
  it("applies files, stack file and release of what ran, and asks the site", async () => {
    const { world, happened } = stack();
    await goBack({ commit: one, release: "abc" }, world);
    expect(happened).toEqual([
      "files of 1111",
      'settings "config: {}\\n# abc\\n"',
      "plan shown",
      "asked",
      `up: deploy:back to ${one}`,
      "smoke",
    ]);
  });

  it("takes the app of a commit whose release is not known, and changes nothing without a change", async () => {
    const { world, happened } = stack({}, plan("same", "hcloud:index/server:Server"));
    await goBack({ commit: one }, world);
    expect(happened[1]).toBe(`settings ${JSON.stringify(file)}`);
    expect(happened.at(-1)).toBe("smoke");
    expect(happened.join()).not.toContain("up:");
  });

  it("goes back with the rest while a grown volume keeps its size", async () => {
    const sized = (gb: number) => `config: { webstack:db: { volumeGb: ${gb} } }\n`;
    const said: string[] = [];
    const { world, happened } = stack({
      ...{ presentFile: () => sized(80), stackFile: () => sized(40) },
      say: (line) => void said.push(line),
    });
    await goBack({ commit: one, release: "abc" }, world);
    expect(happened[1]).toBe(`settings ${JSON.stringify(`${sized(80)}# abc\n`)}`);
    expect(said).toContain(
      "webstack:db → volumeGb stays 80 (40 before): Hetzner makes no volume smaller",
    );
  });

  it("goes back to a stack file whose consent is over since, which the program then takes", async () => {
    const today = new Date();
    const day = (days: number) =>
      new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10);
    const [over, holds] = [`resize app until ${day(-1)}`, `delete web-3 until ${day(1)}`];
    const then = `config: { webstack:web: { count: 2 }, webstack:consent: ["${over}", "${holds}"] }\n`;
    const said: string[] = [];
    let given: Record<string, unknown> = {};
    const { world, happened } = stack({
      ...{ today, stackFile: () => then, say: (line) => void said.push(line) },
      pinned: async (text) => {
        given = (parse(text) as { config: Record<string, unknown> }).config;
        return text;
      },
    });
    await goBack({ commit: one, release: "abc" }, world);
    expect(happened).toContain(`up: deploy:back to ${one}`);
    expect(said).toContain(`webstack:consent: left out "${over}", whose last day is over`);
    const before = parse(then) as { config: Record<string, unknown> };
    expect(project.problems(before.config)).toEqual([expect.stringContaining(`got "${over}"`)]);
    expect(project.read(given).consent.map(({ what }) => what)).toEqual(["web-3"]);
    expect(given["webstack:web"]).toEqual({ count: 2 });
  });

  it("changes nothing if something would be lost", async () => {
    const { world, happened } = stack(
      {},
      plan("delete", "hcloud:index/volume:Volume", "db-1-data"),
    );
    await expect(goBack({ commit: one }, world)).rejects.toThrow(
      /nothing was changed:\n {2}Volume db-1-data would be deleted\nmend /,
    );
    expect(happened.at(-1)).toBe("plan shown");
  });

  it("does not even plan what the settings forbid, or a commit that lacks the stack", async () => {
    const admin = "config: { webstack:admin: { deployKeyVersion: 2 } }\n";
    const lowered = stack({ presentFile: () => admin });
    await expect(goBack({ commit: one }, lowered.world)).rejects.toThrow("from 2 to 1");
    const absent = stack({ stackFile: () => undefined });
    await expect(goBack({ commit: one }, absent.world)).rejects.toThrow(
      "111111111111 has no Pulumi.dev.yaml",
    );
    expect([...lowered.happened, ...absent.happened]).toEqual([]);
  });

  it("fails if the site is not well afterwards", async () => {
    const { world } = stack({ smoke: async () => false });
    await expect(goBack({ commit: one }, world)).rejects.toThrow("is not well; the lines above");
  });

  it("reads its command line", () => {
    const none = { stack: undefined, notes: false, forward: false, to: undefined, yes: false };
    expect(parseCommandLine([])).toEqual(none);
    expect(parseCommandLine(["--stack", "dev", "--note"])).toEqual({
      ...none,
      stack: "dev",
      notes: true,
    });
    expect(parseCommandLine(["--to", "HEAD~1", "--yes"])).toEqual({
      ...none,
      to: "HEAD~1",
      yes: true,
    });
    for (const words of [["--note", "--yes"], ["--note", "--to", "HEAD"], ["HEAD"]]) {
      expect(() => parseCommandLine(words)).toThrow(/^usage: npm run deploy:back /);
    }
  });
});
