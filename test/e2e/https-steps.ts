import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import { join } from "node:path";
import { npmEnded } from "../../scripts/drill/npm-run";
import { readOutputs } from "../../scripts/local/outputs";
import { localPaths } from "../../scripts/local/paths";
import { waitUntil } from "../../scripts/local/wait-until";
import { withSettings } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

const domains = ["www.example.test", "example.test"];
const [canonicalDomain = "", other = ""] = domains;
/** Longest `up:local` of these steps, seconds: the first one may install the authority. */
const upSeconds = 400;
/** Longest time until each load balancer has both certificates, seconds. */
const certifiedSeconds = 180;
/** Longest planned switch, seconds. */
const switchSeconds = 60;

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  /** SHA-256 of the certificate. */
  certificate: string;
}

/** Asks the site by name over a connection of its own; the certificate must fit name and authority. */
function ask(name: string, path = "/"): Promise<Answer> {
  const host = readOutputs().floatingIp.ipv4;
  const ca = readFileSync(join(localPaths.authority, "root.pem"), "utf8");
  const headers = { host: name };
  return new Promise((resolve, reject) => {
    const options = { host, path, headers, ca, servername: name, agent: false, timeout: 5_000 };
    const request = https.get(options, (response) => {
      const certificate = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
      response.resume().on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, certificate });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer of ${name}`)));
    request.on("error", reject);
  });
}

/** Asks the site by name over HTTP. */
function askPlainly(name: string, path: string): Promise<{ status: number; location?: string }> {
  const options = { host: readOutputs().floatingIp.ipv4, path, headers: { host: name } };
  return new Promise((resolve, reject) => {
    const request = http.get({ ...options, agent: false, timeout: 5_000 }, (response) => {
      const { statusCode = 0, headers } = response.resume();
      resolve({ status: statusCode, ...(headers.location ? { location: headers.location } : {}) });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer of ${name}`)));
    request.on("error", reject);
  });
}

/** Waits until both load balancers have a certificate for each name. */
async function certified(): Promise<void> {
  const all = async () => {
    const { said } = await npmEnded("edge:status");
    const lines = said.split("\n").filter((line) => line.includes("example.test"));
    if (lines.filter((line) => line.includes(" certificate of ")).length === 4) return true;
    throw new Error(lines.join("\n"));
  };
  await waitUntil("a certificate for each name on each load balancer", all, {
    ...{ timeoutSeconds: certifiedSeconds, intervalMs: 2_000 },
  });
}

const issued: Step = {
  title:
    "two names get certificates of the authority, and HTTP and the second name lead to the first",
  run: async () => {
    await withSettings({ domains, canonicalDomain }, async () => {
      await npmRun("up:local", [], upSeconds);
    });
    const begun = performance.now();
    await certified();
    console.log(`        certified ${((performance.now() - begun) / 1_000).toFixed(1)} s after up`);
    const page = await ask(canonicalDomain);
    assert.equal(page.status, 200);
    assert.match(String(page.headers["strict-transport-security"]), /max-age=\d+/);
    const second = await ask(other, "/a?b=c");
    assert.deepEqual(
      [second.status, second.headers.location],
      [301, `https://${canonicalDomain}/a?b=c`],
    );
    const plain = await askPlainly(canonicalDomain, "/a");
    assert.deepEqual([plain.status, plain.location], [301, `https://${canonicalDomain}/a`]);
  },
};

const sameAfterSwitch: Step = {
  title: "after a planned switch the other load balancer serves the same certificates",
  run: async () => {
    const before = await Promise.all(domains.map((name) => ask(name)));
    await npmRun("edge:switch", [], switchSeconds);
    const after = await waitUntil(
      "an answer of the other load balancer",
      () => Promise.all(domains.map((name) => ask(name))),
      { timeoutSeconds: 20, intervalMs: 500 },
    );
    const of = (answers: Answer[]) => answers.map(({ certificate }) => certificate);
    assert.deepEqual(of(after), of(before));
    assert.equal(new Set(of(after)).size, domains.length);
  },
};

const away: Step = {
  title: "without its names the site is served over HTTP again",
  run: async () => {
    await npmRun("up:local", [], upSeconds);
    assert.equal((await askPlainly("anything.test", "/")).status, 200);
  },
};

/** Names of the running stack, with certificates, and their end. */
export const httpsSteps: readonly Step[] = [issued, sameAfterSwitch, away];
