import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, describe, it, onTestFinished, vi } from "vitest";
import { TestCloud, tokens } from "../../../localcloud/test/support/test-cloud";
import { close, open, type Opening } from "../../../scripts/admin/command";
import type { Rule } from "../../../rolling/admin-openings";

const own = "203.0.113.5/32";
const own2 = "203.0.113.6/32";
const anywhere = ["0.0.0.0/0", "::/0"];
/** As the program makes them. */
const program = [
  { direction: "in", protocol: "tcp", port: "80", source_ips: anywhere, description: "HTTP" },
  { direction: "in", protocol: "icmp", source_ips: anywhere, description: "ping" },
  {
    ...{ direction: "in", protocol: "tcp", port: "22", description: "SSH of the admins" },
    source_ips: ["198.51.100.0/24"],
  },
];

let cloud: TestCloud;
/** Happens once, right after the next write. */
let afterWrite: () => Promise<void>;
let writes: number;

beforeEach(async () => {
  cloud = new TestCloud();
  [writes, afterWrite] = [0, async () => undefined];
  await cloud.made("/firewalls", { name: "webstack-dev-edge", rules: program });
  await cloud.made("/firewalls", { name: "webstack-dev-inner", rules: [] });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("https://cloud.test/v1", "");
    const { status, body } = await cloud.call(init.method!, path, init.body as string | undefined);
    if (url.endsWith("set_rules")) {
      writes++;
      const hook = afterWrite;
      afterWrite = async () => undefined;
      await hook();
    }
    return new Response(JSON.stringify(body), { status });
  });
});

async function rules(): Promise<Rule[]> {
  return (await cloud.get("/firewalls?name=webstack-dev-edge")).body.firewalls[0].rules;
}

/** A desk or a runner, with a checkout of its own. */
function desk(now = "2026-11-02T12:00:00Z") {
  const directory = mkdtempSync(join(tmpdir(), "admin-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
    vi.unstubAllGlobals();
  });
  const lines: string[] = [];
  const project = { endpoint: "https://cloud.test/v1", token: tokens[0] };
  const say = (line: string) => void lines.push(line);
  const opening: Opening = {
    project,
    stack: "org/webstack/dev",
    say,
    now: () => new Date(now),
    directory,
  };
  return { opening, lines, note: join(directory, "admin-open") };
}

describe("admin:open", () => {
  it("adds one rule of its own with a deadline, and leaves those of the program as they are", async () => {
    const before = await rules();
    const { opening, lines } = desk();
    await open(opening, own, 45);
    const [added, ...more] = (await rules()).slice(before.length);
    expect((await rules()).slice(0, before.length)).toEqual(before);
    expect(more).toEqual([]);
    expect(added).toMatchObject({
      ...{ direction: "in", protocol: "tcp", port: "22", source_ips: [own] },
      description: "admin:open until 2026-11-02T12:45:00.000Z",
    });
    expect(lines).toEqual([
      `SSH of the load balancers is open to ${own} until 2026-11-02T12:45:00.000Z`,
    ]);
    expect((await cloud.get("/firewalls?name=webstack-dev-inner")).body.firewalls[0].rules).toEqual(
      [],
    );
  });

  it("sets a later deadline if it is open, and removes what is over", async () => {
    await open(desk("2026-11-02T10:00:00Z").opening, own2, 30);
    await open(desk("2026-11-02T11:30:00Z").opening, own, 60);
    await open(desk("2026-11-02T12:00:00Z").opening, own, 60);
    const descriptions = (await rules())
      .slice(program.length)
      .map(({ description }) => description);
    expect(descriptions).toEqual(["admin:open until 2026-11-02T13:00:00.000Z"]);
  });

  it("writes nothing where admin.cidrs lets the address in", async () => {
    const { opening, lines, note } = desk();
    await open(opening, "198.51.100.9/32", 60);
    expect([writes, existsSync(note)]).toEqual([0, false]);
    expect(lines).toEqual(["198.51.100.9/32 is let in by 198.51.100.0/24 already"]);
  });

  it("writes again if somebody else's write took its rule away, and keeps the other's rule", async () => {
    const { opening } = desk();
    // It had read the rules before ours was there.
    afterWrite = async () => {
      const { firewalls } = (await cloud.get("/firewalls?name=webstack-dev-edge")).body;
      const theirs = { ...program[2], source_ips: [own2] };
      const stale = [
        ...program,
        { ...theirs, description: "admin:open until 2026-11-02T13:00:00Z" },
      ];
      await cloud.made(`/firewalls/${firewalls[0].id}/actions/set_rules`, { rules: stale });
    };
    await open(opening, own, 60);
    const sources = (await rules()).slice(program.length).flatMap(({ source_ips: ips }) => ips);
    expect(sources.sort()).toEqual([own, own2]);
  });

  it("says what is missing before the first up", async () => {
    const { opening } = desk();
    await expect(open({ ...opening, stack: "prod" }, own, 60)).rejects.toThrow(
      "no firewall webstack-prod-edge; its first up makes it",
    );
  });

  it("passes on what the API refuses, and a close afterwards has nothing to do", async () => {
    const many = Array.from({ length: 50 }, () => program[0]);
    const { firewalls } = (await cloud.get("/firewalls?name=webstack-dev-edge")).body;
    await cloud.made(`/firewalls/${firewalls[0].id}/actions/set_rules`, { rules: many });
    const { opening, lines, note } = desk();
    await expect(open(opening, own, 60)).rejects.toThrow(/at most 50 rules/);
    expect(existsSync(note)).toBe(true);
    await close(opening);
    expect([lines, existsSync(note)]).toEqual([["nothing was open"], false]);
  });
});

describe("admin:close", () => {
  it("takes back what was opened here, without an address, and nothing else", async () => {
    const before = await rules();
    const [mine, other] = [desk(), desk()];
    await open(mine.opening, own, 60);
    await open(other.opening, own2, 60);
    await close(mine.opening);
    expect((await rules()).flatMap(({ source_ips: ips }) => ips)).not.toContain(own);
    await close(other.opening);
    expect(await rules()).toEqual(before);
    expect(mine.lines.at(-1)).toBe(`SSH is closed to ${own} again`);
  });

  it("removes leftovers of others once their deadline is over", async () => {
    await open(desk("2026-11-02T10:00:00Z").opening, own2, 60);
    await close(desk("2026-11-02T10:59:00Z").opening);
    expect(await rules()).toHaveLength(program.length + 1);
    await close(desk("2026-11-02T11:00:00Z").opening);
    expect(await rules()).toHaveLength(program.length);
  });

  it("closes an address, or all", async () => {
    for (const block of [own, own2]) await open(desk().opening, block, 60);
    await close(desk().opening, [own]);
    expect(await rules()).toHaveLength(program.length + 1);
    await close(desk().opening, "all");
    expect(await rules()).toHaveLength(program.length);
  });

  it("takes nobody else's rule for an opening, whatever it is called", async () => {
    const { firewalls } = (await cloud.get("/firewalls?name=webstack-dev-edge")).body;
    const ssh = program[2]!;
    const alike = ["admin:open until further notice", "admin:opened until 2020-01-01T00:00:00Z"];
    const mine = [...program, ...alike.map((description) => ({ ...ssh, description }))];
    await cloud.made(`/firewalls/${firewalls[0].id}/actions/set_rules`, { rules: mine });
    await close(desk().opening, "all");
    expect(await rules()).toHaveLength(mine.length);
  });
});
