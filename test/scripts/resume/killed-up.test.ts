import { readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { ensureEngine } from "../../../offline/engine";
import { cloudCall } from "../../../rolling/cloud-api";
import { waitUntil } from "../../../rolling/wait-until";
import { HostlessStack, type Config } from "../../../scripts/hostless/hostless-stack";
import { MemoryCloud } from "../../../scripts/hostless/memory-cloud";
import { checkpointFile } from "../../../scripts/local/inline-stack";
import { repositoryRoot } from "../../../scripts/local/paths";
import { commandEngine } from "../../../scripts/resume/command-engine";
import { type Checkpoint, pendingCreations } from "../../../scripts/resume/pending";
import { resumeInterrupted } from "../../../scripts/resume/resume";

const name = "killed";
/** Delay of a creation in the cloud, milliseconds: the engine is killed meanwhile. */
const latencyMs = 4_000;
const cloud = new MemoryCloud();
let stack: HostlessStack;
let config: Config;

beforeAll(async () => {
  await cloud.start();
  const file = readFileSync(join(repositoryRoot, "Pulumi.local.yaml"), "utf8");
  config = (parse(file) as { config: Config }).config;
  stack = await HostlessStack.create(cloud, { name, say: () => undefined });
  const { cliRoot } = await ensureEngine({ progress: () => undefined });
  const path = [...(cliRoot ? [join(cliRoot, "bin")] : []), process.env.PATH].join(delimiter);
  for (const [key, value] of Object.entries({ ...stack.place.env, PATH: path })) {
    vi.stubEnv(key, value);
  }
}, 600_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  process.chdir(repositoryRoot);
  await cloud.stop();
});

function parentOf(pid: string): number | undefined {
  try {
    // The name of the program, in parentheses, may have spaces.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Ids of a process and all its descendants. */
function family(pid: number): number[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return [pid, ...all.filter((one) => parentOf(one) === pid).flatMap((one) => family(Number(one)))];
}

/** Ids of the running engine and its plugins, all of them begun by this process. */
function engineIds(): number[] {
  return family(process.pid)
    .filter((pid) => /\/pulumi\0up\0/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8")))
    .flatMap(family);
}

/** Types of the resources whose creation is under way, as the engine's file says. */
function underWay(): string[] {
  const text = readFileSync(checkpointFile(join(cloud.folder, "backend"), name), "utf8");
  const { checkpoint } = JSON.parse(text) as { checkpoint: { latest?: Checkpoint } };
  return pendingCreations(checkpoint.latest ?? {}).map(({ type }) => type);
}

/** Runs `up`, and kills the engine and its plugins while the cloud delays the creation of resources of a type. */
async function killedUp(path: string, type: string): Promise<void> {
  await cloud.inject({ fault: "api", path, method: "POST", latencyMs });
  const up = stack.up(config).then(
    () => "ended well",
    () => "was killed",
  );
  await waitUntil(`a pending ${type}`, () => underWay().includes(type) || undefined, {
    timeoutSeconds: 300,
  });
  // The plugin sends its request as soon as the engine has written that.
  await pause(2_000);
  for (const pid of engineIds()) process.kill(pid, "SIGKILL");
  expect(await up).toBe("was killed");
  await cloud.heal();
  // The cloud goes on with the requests that it has.
  await pause(latencyMs);
}

async function servers(): Promise<string[]> {
  const answer = await cloudCall(cloud.access, "GET", "/servers?per_page=50");
  return (answer as { servers: { name: string }[] }).servers.map((one) => one.name).sort();
}

/** What `npm run up` does before `pulumi up`, by the real engine's command. */
async function resumed(): Promise<string[]> {
  const said: string[] = [];
  const engine = commandEngine(name, [], stack.place.cwd);
  await resumeInterrupted(
    engine,
    () => cloud.access,
    (line) => void said.push(line),
  );
  return said;
}

describe("an up whose engine was killed while the cloud made a server", () => {
  it("is finished by the clean-up and a further up, of which nothing is left", async () => {
    await killedUp("/servers", "hcloud:index/server:Server");
    // The lock of the killed engine says that a command works on the stack: nothing is deleted.
    const left = await servers();
    expect(left).not.toEqual([]);
    await expect(resumed()).rejects.toThrow("pulumi cancel");
    expect(await servers()).toEqual(left);

    await stack.unlock();
    const said = await resumed();
    for (const server of left) {
      expect(said.filter((line) => line.includes(`removing server ${server} (id `))).toHaveLength(
        1,
      );
    }
    expect(await servers()).toEqual([]);
    await stack.up(config);
    expect(underWay()).toEqual([]);
    expect(await servers()).toEqual(expect.arrayContaining(left));
    expect(await resumed()).toEqual([]);
  }, 900_000);
});
