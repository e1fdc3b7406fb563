import assert from "node:assert/strict";
import { localToken } from "../../scripts/local/cloud";
import { readOutputs } from "../../scripts/operate/outputs";
import { ensureDocker } from "../../scripts/build-image";
import {
  ensurePrerequisites,
  goPrerequisite,
  localCloudPrerequisites,
} from "../../scripts/local/prerequisites";
import { backupSteps } from "./backup-steps";
import { failoverSteps } from "./failover-steps";
import { httpsSteps } from "./https-steps";
import { leftovers, machineSnapshot } from "./machine-snapshot";
import { npmRun } from "./npm-run";
import { portsOpenFromOutside, probeFromNode } from "./network-probe";
import { ownAppSteps } from "./own-app-steps";
import { ownWordsSteps } from "./own-words-steps";
import { jobsSteps } from "./jobs-steps";
import { losesPower } from "./power-step";
import { rolls } from "./roll-step";
import { addEntry, listEntries, signUp, whoami, type Visit } from "./site";
import type { Step, Story } from "./story";
import { brokerWithoutCertificate, nodesWithToken } from "./token-places";
import { userDataReport } from "./user-data";

/** Seconds within which a cold `up:local` must serve a page. */
const coldUpSeconds = 480;

function url(): string {
  return readOutputs().url;
}

/** Every value of `key` that the visits saw. */
function seen(visits: readonly Visit[], key: "lb" | "web" | "app"): string[] {
  return [...new Set(visits.map((visit) => visit[key]))].sort();
}

function names(role: string): string[] {
  return readOutputs()
    .nodes.filter((node) => node.role === role)
    .map(({ name }) => name)
    .sort();
}

const comesUp: Step = {
  title: "one command brings the whole stack up",
  run: async () => {
    const { seconds, output } = await npmRun("up:local", [], 1_200);
    assert.match(output, /URL {2,}http/);
    console.log(`        up:local took ${seconds.toFixed(1)} s`);
    assert.ok(seconds <= coldUpSeconds, `up took ${seconds} s, more than ${coldUpSeconds} s`);
  },
};

const serves: Step = {
  title: "100 requests through the floating IP answer 200, served by every web and app node",
  run: async () => {
    const visits: Visit[] = [];
    for (let i = 0; i < 100; i++) visits.push(await whoami(url()));
    assert.deepEqual(seen(visits, "web"), names("web"));
    assert.deepEqual(seen(visits, "app"), names("app"));
    assert.equal(seen(visits, "lb").length, 1);
    const writers = new Set(visits.map(({ db }) => db.write));
    const readers = new Set(visits.map(({ db }) => db.read));
    assert.equal(writers.size, 1, `writes went to ${[...writers].join(", ")}`);
    const [primary] = writers;
    assert.ok(!readers.has(String(primary)), `reads went to the primary ${primary}`);
    assert.ok(readers.size >= 1 && [...readers].every((name) => names("db").includes(name)));
  },
};

const readsBack: Step = {
  title: "a value written through one app node is read back through the others",
  run: async () => {
    const visitor = await signUp(url());
    const text = `written by the story ${Date.now()}`;
    await addEntry(url(), visitor, text);
    const readers = new Set<string>();
    for (let i = 0; i < 40 && readers.size < names("app").length; i++) {
      const { app, entries } = await listEntries(url());
      if (entries.includes(text)) readers.add(app);
    }
    assert.deepEqual([...readers].sort(), names("app"));
  },
};

const isClosed: Step = {
  title: "only 80 and 443, and 22 on load balancers, answer from outside",
  run: async () => {
    for (const node of readOutputs().nodes) {
      if (!node.publicIp) continue;
      const open = await portsOpenFromOutside(node.publicIp);
      const allowed = node.role === "lb" ? [22, 80, 443] : [];
      assert.deepEqual(open, allowed, `${node.name} ${node.publicIp}`);
    }
  },
};

const tiersAreApart: Step = {
  title: "a web node reaches app nodes, but no database port, and cannot spoof an address",
  run: async () => {
    const { reachesApp, databasePorts, spoofedReplies } = await probeFromNode(readOutputs());
    assert.equal(reachesApp, true);
    assert.deepEqual(databasePorts, []);
    assert.equal(spoofedReplies, 0);
  },
};

const userDataIsClean: Step = {
  title: "no user data holds a secret or is larger than 30 KiB",
  run: async () => {
    const { documents, secretsFound, secretsSearched } = await userDataReport();
    for (const { node, bytes } of documents) console.log(`        ${node}: ${bytes} bytes`);
    assert.equal(documents.length, readOutputs().nodes.length);
    assert.ok(secretsSearched >= 5, `only ${secretsSearched} secrets known`);
    assert.deepEqual(secretsFound, []);
    for (const { node, bytes } of documents) assert.ok(bytes <= 30 * 1024, `${node}: ${bytes}`);
  },
};

const tokenIsOnBrokers: Step = {
  title: "the API token is on two database nodes alone, which answer nobody without a certificate",
  run: async () => {
    const outputs = readOutputs();
    assert.deepEqual(await nodesWithToken(outputs, localToken()), ["db-1", "db-2"]);
    assert.match(await brokerWithoutCertificate(outputs), /^000 .*certificate required/);
  },
};

const secondUp: Step = {
  title: "a second up changes nothing",
  run: async () => {
    const { output, seconds } = await npmRun("up:local", [], 120);
    assert.match(output, /changes: 0/);
    console.log(`        the second up took ${seconds.toFixed(1)} s`);
  },
};

/** Up, requests, write and read back, second up, down, nothing left. */
export function wholeStackStory(): Story {
  let before: Record<string, string[]> = {};
  return {
    name: "the whole stack: up, requests, write and read back, second up, down, nothing left",
    steps: [
      {
        title: "the machine has what the local cloud needs",
        run: async () => {
          const say = (line: string) => console.log(`        ${line}`);
          ensurePrerequisites([...localCloudPrerequisites, goPrerequisite], say);
          await ensureDocker({ progress: say });
          await npmRun("down:local", [], 300);
          before = machineSnapshot();
        },
      },
      ...[comesUp, serves, readsBack, isClosed, tiersAreApart, losesPower],
      ...[userDataIsClean, tokenIsOnBrokers, secondUp],
      ...failoverSteps,
      rolls,
      ...backupSteps,
      ...ownWordsSteps,
      ...httpsSteps,
      ...jobsSteps,
      ...ownAppSteps,
    ],
    closing: [
      {
        title: "down leaves nothing behind",
        run: async () => {
          await npmRun("down:local", [], 600);
          assert.deepEqual(leftovers(before, machineSnapshot()), []);
        },
      },
    ],
  };
}
