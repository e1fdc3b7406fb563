import assert from "node:assert/strict";
import { join } from "node:path";
import { ensurePrerequisites, installPackages } from "../../scripts/local/prerequisites";
import { repositoryRoot } from "../../scripts/local/paths";
import { Hcloud, run } from "./hcloud-command";
import { hcloudSteps } from "./hcloud-steps";
import { MemoryCloud } from "../../scripts/hostless/memory-cloud";
import type { Step, Story } from "./story";

/** The distribution's Python: the library is a package of it. */
const python = "/usr/bin/python3";
/** Clients of distributions are older than the API: these know it as it was until July 2026. */
const clientsDate = "2026-06-30";

async function ensurePythonLibrary(say: (line: string) => void): Promise<void> {
  const isThere = await run(python, ["-c", "import hcloud"], {}).then(
    () => true,
    () => false,
  );
  if (!isThere) installPackages(["python3-hcloud"], "the hcloud library of Python", say);
}

function pythonStep(cloud: MemoryCloud): Step {
  return {
    title: "the hcloud library of Python makes, reads, changes and deletes every kind of thing",
    run: async () => {
      const script = join(repositoryRoot, "test", "e2e", "clients.py");
      const output = await run(python, [script], cloud.environment);
      const kinds = output.match(/^ok Bound\w+$/gm) ?? [];
      assert.equal(new Set(kinds).size, 14, output);
    },
  };
}

function todayStep(hcloud: Hcloud): Step {
  return {
    title: "hcloud makes, lists, describes and deletes a server with today's API",
    run: async () => {
      await hcloud.run("server create --name web --type cx23 --image debian-12 --location hel1");
      const { id } = await hcloud.describe("server", "web");
      assert.match(await hcloud.run("server list"), new RegExp(`^${id} +web +running`, "m"));
      await hcloud.refuses("datacenter list", /deprecated_api_endpoint/);
      await hcloud.delete("server", "web");
      assert.deepEqual(await hcloud.list("primary-ip"), []);
    },
  };
}

/** Unmodified clients of the distribution against the local cloud, without hosts. */
export function clientsStory(): Story {
  const [past, today] = [new MemoryCloud(clientsDate), new MemoryCloud()];
  return {
    name: "clients: the hcloud command and the hcloud library of Python, unmodified",
    steps: [
      {
        title: "the clients are there",
        run: async () => {
          const say = (line: string) => console.log(`        ${line}`);
          ensurePrerequisites([{ command: "hcloud", debianPackage: "hcloud-cli" }], say);
          ensurePrerequisites([{ command: "python3", debianPackage: "python3" }], say);
          await ensurePythonLibrary(say);
        },
      },
      {
        title: "two local clouds listen, one with the API that the clients know, one with today's",
        run: async () => {
          await past.start();
          await today.start();
        },
      },
      ...hcloudSteps(new Hcloud(() => past), () => past),
      pythonStep(past),
      todayStep(new Hcloud(() => today)),
    ],
    closing: [
      {
        title: "both local clouds end",
        run: async () => {
          for (const cloud of [past, today]) {
            const address = cloud.address;
            await cloud.stop();
            if (address) await assert.rejects(fetch(address));
          }
        },
      },
    ],
  };
}
